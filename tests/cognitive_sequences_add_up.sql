-- Shares follow from the counts, and no length holds more than all of its patterns.
select pattern, 'shares' as broken
from {{ ref('sequential_patterns') }}
where abs(support - cast(n as double) / total_n) > 0.00001
   or (confidence is not null and abs(confidence - cast(n as double) / leading_n) > 0.00001)
   or n < {{ var('sequence_minimum_count') }}
union all
select cast(pattern_length as varchar), 'total'
from {{ ref('sequential_patterns') }}
group by pattern_length
having sum(n) > max(total_n)
    or min(total_n) <> max(total_n)
