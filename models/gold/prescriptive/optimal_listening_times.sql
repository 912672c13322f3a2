-- Hour of day by weekday or weekend: how bright and energetic the music is that the listener plays then.
with plays as (
    {{ recommendation_plays(ref('listening_with_features')) }}
),

cells as (
    select
        day_types.day_type,
        hours.hour_of_day
    from (values ('weekday'), ('weekend')) as day_types (day_type)
    cross join (
        values {% for hour in range(24) %}({{ hour }}){{ ', ' if not loop.last }}{% endfor %}
    ) as hours (hour_of_day)
),

usual as (
    select
        case when count(*) >= {{ var('minimum_sample') }} then {{ recommendation_mean('valence') }} end as usual_valence,
        bool_and(is_evidence) as is_evidence
    from plays
),

means as (
    select
        day_type,
        hour_of_day,
        count(*) as n,
        count(distinct played_date) as days,
        sum(ms_played) / 60000.0 as minutes_played,
        {{ recommendation_mean('valence') }} as mean_valence,
        {{ recommendation_mean('energy') }} as mean_energy,
        avg(case when mood in ('Happy_Energetic', 'Happy_Calm') then 1.0 else 0.0 end) as happy_share
    from plays
    group by day_type, hour_of_day
),

-- Plays of one day hang together, so a mean's standard error is taken over days (cluster-robust).
day_sums as (
    select
        plays.day_type,
        plays.hour_of_day,
        plays.played_date,
        sum(plays.valence - means.mean_valence) as valence_sum,
        sum(plays.energy - means.mean_energy) as energy_sum
    from plays
    inner join means
        on means.day_type = plays.day_type
        and means.hour_of_day = plays.hour_of_day
    group by plays.day_type, plays.hour_of_day, plays.played_date
),

errors as (
    select
        means.day_type,
        means.hour_of_day,
        sqrt(sum(power(day_sums.valence_sum, 2)) * means.days / (means.days - 1)) / means.n as valence_error,
        sqrt(sum(power(day_sums.energy_sum, 2)) * means.days / (means.days - 1)) / means.n as energy_error
    from means
    inner join day_sums
        on day_sums.day_type = means.day_type
        and day_sums.hour_of_day = means.hour_of_day
    where means.n >= {{ var('minimum_sample') }}
      and means.days >= {{ recommendation_minimum_days() }}
    group by means.day_type, means.hour_of_day, means.n, means.days
),

intervals as (
    select
        cells.day_type,
        cells.hour_of_day,
        coalesce(means.n, 0) as n,
        coalesce(means.days, 0) as days,
        coalesce(means.minutes_played, 0) as minutes_played,
        case when errors.valence_error is not null then round(means.mean_valence, 6) end as mean_valence,
        case when errors.valence_error is not null then round(means.mean_energy, 6) end as mean_energy,
        case when errors.valence_error is not null then round(means.happy_share, 6) end as happy_share,
        round(errors.valence_error * {{ recommendation_t_critical('means.days - 1') }}, 6) as valence_half_width,
        round(errors.energy_error * {{ recommendation_t_critical('means.days - 1') }}, 6) as energy_half_width,
        round(usual.usual_valence, 6) as usual_valence,
        coalesce(usual.is_evidence, false) as is_evidence
    from cells
    cross join usual
    left join means
        on means.day_type = cells.day_type
        and means.hour_of_day = cells.hour_of_day
    left join errors
        on errors.day_type = cells.day_type
        and errors.hour_of_day = cells.hour_of_day
),

ranked as (
    select
        intervals.*,
        case when mean_valence is not null then
            row_number() over (
                partition by day_type
                order by mean_valence - valence_half_width desc nulls last, hour_of_day
            )
        end as brightness_rank
    from intervals
)

select
    cast(day_type as varchar) as day_type,
    cast(hour_of_day as integer) as hour_of_day,
    cast({{ part_of_day('hour_of_day') }} as varchar) as part_of_day,
    cast(n as bigint) as n,
    cast(days as bigint) as days,
    cast(round(minutes_played, 3) as double) as minutes_played,
    cast(mean_valence as double) as mean_valence,
    cast({{ recommendation_bound('mean_valence', 'valence_half_width', 'low') }} as double) as valence_ci_low,
    cast({{ recommendation_bound('mean_valence', 'valence_half_width', 'high') }} as double) as valence_ci_high,
    cast(mean_energy as double) as mean_energy,
    cast({{ recommendation_bound('mean_energy', 'energy_half_width', 'low') }} as double) as energy_ci_low,
    cast({{ recommendation_bound('mean_energy', 'energy_half_width', 'high') }} as double) as energy_ci_high,
    cast(happy_share as double) as happy_share,
    cast(usual_valence as double) as usual_valence,
    cast(round(mean_valence - usual_valence, 6) as double) as difference_from_usual,
    cast(brightness_rank as integer) as brightness_rank,
    cast(mean_valence - valence_half_width > usual_valence as boolean) as is_brighter_than_usual,
    cast(is_evidence as boolean) as is_evidence,
    cast({{ recommendation_sample_note('n', 'days') }} as varchar) as note
from ranked
order by day_type, hour_of_day
