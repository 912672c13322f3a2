-- Which moods of music follow one another within a session: pairs and triples of consecutive tracks.
with listening as (
    select * from {{ ref('listening_with_features') }}
),

ordered as (
    select
        listening.*,
        row_number() over (partition by session_id order by played_at, play_id) as play_number,
        lag(track_key) over (partition by session_id order by played_at, play_id) as track_before,
        (select coalesce(bool_or(is_evidence), false) from listening) as has_evidence
    from listening
),

-- The same track several times in a row is one step: otherwise a repeat would look like a pattern of moods.
steps as (
    select
        ordered.*,
        sum(case when track_before = track_key then 0 else 1 end) over (partition by session_id order by play_number) as step_number
    from ordered
),

-- A step without usable features, or one that was cut short (however often it was begun), breaks the sequence.
usable as (
    select
        session_id,
        step_number,
        bool_and(is_evidence) as is_evidence,
        max(case
            when is_evidence = has_evidence
                and (ms_played is null or ms_played >= {{ var('listened_minimum_seconds') }} * 1000)
                then mood
        end) as mood
    from steps
    group by session_id, step_number
),

triples as (
    select
        session_id,
        is_evidence,
        mood as mood_3,
        lag(mood, 1) over (partition by session_id order by step_number) as mood_2,
        lag(mood, 2) over (partition by session_id order by step_number) as mood_1
    from usable
),

grams as (
    select
        2 as pattern_length,
        session_id,
        is_evidence,
        mood_2 as leading_moods,
        mood_3 as next_mood
    from triples
    where mood_2 is not null
      and mood_3 is not null
    union all
    select
        3,
        session_id,
        is_evidence,
        mood_1 || ' > ' || mood_2,
        mood_3
    from triples
    where mood_1 is not null
      and mood_2 is not null
      and mood_3 is not null
),

counted as (
    select
        pattern_length,
        leading_moods,
        next_mood,
        count(*) as n,
        count(distinct session_id) as sessions,
        bool_and(is_evidence) as is_evidence
    from grams
    group by pattern_length, leading_moods, next_mood
),

shares as (
    select
        counted.*,
        sum(n) over (partition by pattern_length, leading_moods) as leading_n,
        sum(n) over (partition by pattern_length, next_mood) as next_n,
        sum(n) over (partition by pattern_length) as total_n
    from counted
),

measured as (
    select
        shares.*,
        n * 1.0 / total_n as support,
        leading_n >= {{ var('minimum_sample') }} as is_enough
    from shares
),

ranked as (
    select
        measured.*,
        row_number() over (
            partition by pattern_length
            order by n desc, leading_moods, next_mood
        ) as pattern_rank
    from measured
    where n >= {{ var('sequence_minimum_count') }}
      and support >= {{ var('sequence_minimum_support') }}
)

select
    cast(leading_moods || ' > ' || next_mood as varchar) as pattern,
    cast(pattern_length as integer) as pattern_length,
    cast(leading_moods as varchar) as leading_moods,
    cast(next_mood as varchar) as next_mood,
    cast(pattern_rank as integer) as pattern_rank,
    cast(n as bigint) as n,
    cast(sessions as bigint) as sessions,
    cast(leading_n as bigint) as leading_n,
    cast(total_n as bigint) as total_n,
    cast(round(support, 6) as double) as support,
    cast(case when is_enough then round(n * 1.0 / leading_n, 6) end as double) as confidence,
    cast(case when is_enough then round({{ recommendation_wilson('n', 'leading_n', 'low') }}, 6) end as double) as confidence_ci_low,
    cast(case when is_enough then round({{ recommendation_wilson('n', 'leading_n', 'high') }}, 6) end as double) as confidence_ci_high,
    cast(round(next_n * 1.0 / total_n, 6) as double) as expected_confidence,
    cast(case when is_enough then round((n * 1.0 / leading_n) / (next_n * 1.0 / total_n), 6) end as double) as lift,
    cast(is_evidence as boolean) as is_evidence,
    cast(
        case when not is_enough
            then 'too few occurrences of the leading moods: ' || cast(leading_n as varchar) || ' of at least {{ var('minimum_sample') }}'
        end as varchar
    ) as note
from ranked
order by pattern_length, pattern_rank
