-- Days, plays and silences that stand out from the listener's own usual, each with its reason and the threshold it passed.
with listening as (
    select
        listening.*,
        -- Where anything was measured, synthetic features do not enter a day's mean.
        {{ has_usable_features('listening', ref('listening_with_features')) }} as is_usable
    from {{ ref('listening_with_features') }} as listening
),

days as (
    select
        played_date,
        count(*) as plays,
        sum(ms_played) / 60000.0 as minutes,
        count(distinct track_key) as tracks,
        count(case when is_usable and valence is not null then 1 end) as valence_n,
        count(case when is_usable and energy is not null then 1 end) as energy_n,
        {{ recommendation_mean('case when is_usable then valence end') }} as valence,
        {{ recommendation_mean('case when is_usable then energy end') }} as energy,
        bool_or(is_sample) as is_sample,
        bool_and(is_evidence or not is_usable) as features_are_evidence
    from listening
    group by played_date
),

-- Counts and minutes are skewed to the right, so they are compared on a logarithmic scale.
measures as (
    select played_date, 'daily_plays' as kind, 'plays' as unit, ln(1 + plays) as x, cast(plays as double) as value, not is_sample as is_evidence from days
    union all
    select played_date, 'daily_minutes', 'minutes', ln(1 + minutes), minutes, not is_sample from days where minutes is not null
    union all
    select played_date, 'daily_variety', 'different tracks per play', tracks * 1.0 / plays, tracks * 1.0 / plays, not is_sample
    from days where plays >= {{ var('anomaly_minimum_daily_plays') }}
    union all
    select played_date, 'daily_valence', 'mean valence', valence, valence, features_are_evidence and not is_sample
    from days where valence_n >= {{ var('anomaly_minimum_daily_plays') }}
    union all
    select played_date, 'daily_energy', 'mean energy', energy, energy, features_are_evidence and not is_sample
    from days where energy_n >= {{ var('anomaly_minimum_daily_plays') }}
),

medians as (
    select
        kind,
        count(*) as n,
        median(x) as median_x
    from measures
    group by kind
),

spreads as (
    select
        measures.kind,
        medians.n,
        medians.median_x,
        median(abs(measures.x - medians.median_x)) as mad,
        {{ recommendation_mean('abs(measures.x - medians.median_x)') }} as mean_deviation
    from measures
    inner join medians on medians.kind = measures.kind
    group by measures.kind, medians.n, medians.median_x
    having medians.n >= {{ var('minimum_sample') }}
),

scored as (
    select
        measures.*,
        spreads.n,
        spreads.median_x,
        round({{ cognitive_robust_z('measures.x', 'spreads.median_x', 'spreads.mad', 'spreads.mean_deviation') }}, 6) as robust_z,
        {{ cognitive_robust_reach('spreads.mad', 'spreads.mean_deviation') }} as reach,
        measures.kind in ('daily_plays', 'daily_minutes') as is_log
    from measures
    inner join spreads on spreads.kind = measures.kind
),

unusual_days as (
    select
        kind,
        cast(played_date as varchar) as subject,
        played_date as anomaly_date,
        cast(null as timestamp with time zone) as observed_at,
        cast(null as varchar) as track_key,
        cast(null as varchar) as track_name,
        cast(null as varchar) as artist_name,
        case when robust_z > 0 then 'high' else 'low' end as direction,
        value,
        unit,
        case when is_log then exp(median_x) - 1 else median_x end as typical_value,
        case
            when is_log and robust_z > 0 then exp(median_x + reach) - 1
            when is_log then exp(median_x - reach) - 1
            when robust_z > 0 then median_x + reach
            else median_x - reach
        end as threshold,
        robust_z,
        n,
        is_evidence
    from scored
    where abs(robust_z) > {{ var('anomaly_robust_z') }}
),

-- Runs of one track: consecutive plays within a session, numbered so that a run keeps one number.
numbered as (
    select
        listening.*,
        row_number() over (partition by session_id order by played_at, play_id)
        - row_number() over (partition by session_id, track_key order by played_at, play_id) as run_number
    from listening
),

runs as (
    select
        'repeat_in_a_row' as kind,
        min(play_id) as subject,
        min(played_date) as anomaly_date,
        min(played_at) as observed_at,
        track_key,
        min(track_name) as track_name,
        min(artist_name) as artist_name,
        count(*) as value,
        not bool_or(is_sample) as is_evidence
    from numbered
    where track_key is not null
    group by session_id, track_key, run_number
    having count(*) >= {{ var('anomaly_repeats_in_a_row') }}
),

day_repeats as (
    select
        'repeat_in_a_day' as kind,
        cast(played_date as varchar) || ':' || track_key as subject,
        played_date as anomaly_date,
        min(played_at) as observed_at,
        track_key,
        min(track_name) as track_name,
        min(artist_name) as artist_name,
        count(*) as value,
        not bool_or(is_sample) as is_evidence
    from listening
    where track_key is not null
    group by played_date, track_key
    having count(*) >= {{ var('anomaly_repeats_in_a_day') }}
),

long_plays as (
    select
        'long_play' as kind,
        play_id as subject,
        played_date as anomaly_date,
        played_at as observed_at,
        track_key,
        track_name,
        artist_name,
        ms_played / 60000.0 as value,
        duration_ms / 60000.0 as typical_value,
        case
            when duration_ms > 0 then duration_ms / 60000.0 * {{ var('anomaly_long_play_ratio') }}
            else {{ var('anomaly_long_play_minutes') }}
        end as threshold,
        not is_sample as is_evidence
    from listening
    where ms_played is not null
),

-- A play lasts from ms_played before its end to its end. Exports give ends to the minute, so of the plays that end
-- in the same minute the longest is taken to come first, and a short overlap means nothing.
ends as (
    select
        listening.*,
        lag(played_at) over (order by played_at, ms_played desc, play_id) as end_before,
        lag(ms_played) over (order by played_at, ms_played desc, play_id) as ms_before
    from listening
    where ms_played is not null
),

overlapping_plays as (
    select
        'overlap' as kind,
        play_id as subject,
        played_date as anomaly_date,
        played_at as observed_at,
        track_key,
        track_name,
        artist_name,
        least({{ seconds_between('played_at', 'end_before') }} + ms_played / 1000.0, ms_before / 1000.0) as value,
        not is_sample as is_evidence
    from ends
    where end_before is not null
),

day_steps as (
    select
        played_date,
        lag(played_date) over (order by played_date) as date_before,
        is_sample
    from days
),

silences as (
    select
        'silence' as kind,
        cast(played_date as varchar) as subject,
        played_date as anomaly_date,
        cast(played_date - date_before as double) - 1 as value,
        count(*) over () as n,
        median(cast(played_date - date_before as double) - 1) over () as typical_value,
        not is_sample as is_evidence
    from day_steps
    where date_before is not null
),

plays_in_all as (
    select count(*) as n from listening
),

anomalies as (
    select
        kind, subject, anomaly_date, observed_at, track_key, track_name, artist_name, direction,
        value, unit, typical_value, threshold, robust_z, n, is_evidence
    from unusual_days
    union all
    select
        kind, subject, anomaly_date, observed_at, track_key, track_name, artist_name, 'high',
        value, 'plays in a row', null, {{ var('anomaly_repeats_in_a_row') }}, null, plays_in_all.n, is_evidence
    from runs
    cross join plays_in_all
    union all
    select
        kind, subject, anomaly_date, observed_at, track_key, track_name, artist_name, 'high',
        value, 'plays in a day', null, {{ var('anomaly_repeats_in_a_day') }}, null, plays_in_all.n, is_evidence
    from day_repeats
    cross join plays_in_all
    union all
    select
        kind, subject, anomaly_date, observed_at, track_key, track_name, artist_name, 'high',
        value, 'minutes', typical_value, threshold, null, plays_in_all.n, is_evidence
    from long_plays
    cross join plays_in_all
    where value > threshold
    union all
    select
        kind, subject, anomaly_date, observed_at, track_key, track_name, artist_name, 'high',
        value, 'seconds', 0, {{ var('anomaly_overlap_seconds') }}, null, plays_in_all.n, is_evidence
    from overlapping_plays
    cross join plays_in_all
    where value > {{ var('anomaly_overlap_seconds') }}
    union all
    select
        kind, subject, anomaly_date, null, null, null, null, 'high',
        value, 'days without a play', typical_value, {{ var('anomaly_silence_days') }}, null, n, is_evidence
    from silences
    where value >= {{ var('anomaly_silence_days') }}
)

select
    cast(kind || ':' || subject as varchar) as anomaly_key,
    cast(kind as varchar) as kind,
    cast(anomaly_date as date) as anomaly_date,
    cast(observed_at as timestamp with time zone) as observed_at,
    cast(track_key as varchar) as track_key,
    cast(track_name as varchar) as track_name,
    cast(artist_name as varchar) as artist_name,
    cast(direction as varchar) as direction,
    cast(round(value, 6) as double) as value,
    cast(unit as varchar) as unit,
    cast(round(typical_value, 6) as double) as typical_value,
    cast(round(threshold, 6) as double) as threshold,
    cast(robust_z as double) as robust_z,
    cast(n as bigint) as n,
    cast(
        case kind
            when 'repeat_in_a_row' then 'the same track ' || cast(cast(value as bigint) as varchar) || ' times in a row (from {{ var('anomaly_repeats_in_a_row') }} on)'
            when 'repeat_in_a_day' then 'the same track ' || cast(cast(value as bigint) as varchar) || ' times in one day (from {{ var('anomaly_repeats_in_a_day') }} on)'
            when 'long_play' then 'played for ' || {{ recommendation_number('value', 1) }} || ' minutes'
                || coalesce(', the track lasts ' || {{ recommendation_number('typical_value', 1) }}, ', the track''s length is unknown')
            when 'overlap' then 'overlaps the play before it by ' || {{ recommendation_number('value', 0) }} || ' seconds (more than {{ var('anomaly_overlap_seconds') }}): one account hardly plays two tracks at once'
            when 'silence' then cast(cast(value as bigint) as varchar) || ' days without a play before this day (from {{ var('anomaly_silence_days') }} on)'
            else {{ recommendation_number('value') }} || ' ' || unit || ' on this day against a median of ' || {{ recommendation_number('typical_value') }}
                || ' over ' || cast(n as varchar) || ' days (robust z ' || {{ recommendation_signed('robust_z', 1) }} || ', threshold {{ var('anomaly_robust_z') }})'
        end as varchar
    ) as reason,
    cast(is_evidence as boolean) as is_evidence
from anomalies
order by anomaly_date, kind, anomaly_key
