-- Each period begins where the one before it ended.
select period_type, period_start, period_before
from (
  select
    period_type, period_start,
    lag(period_start) over (partition by period_type order by period_start) as period_before
  from {{ ref('temporal_trends') }}
) as ordered
where period_before is not null
  and period_start <> case period_type
    {% for period in ['day', 'week', 'month'] -%}
    when '{{ period }}' then {{ next_period(period, 'period_before') }}
    {% endfor -%}
  end
