-- Hours at which the listener plays clearly darker music than at the other hours.
with plays as (
    {{ recommendation_plays(ref('listening_with_features')) }}
),

hours as (
    select hour_of_day
    from (
        values {% for hour in range(24) %}({{ hour }}){{ ', ' if not loop.last }}{% endfor %}
    ) as hours (hour_of_day)
),

-- Sums per hour and day once; everything below is made of them.
hour_days as (
    select
        hour_of_day,
        played_date,
        count(*) as n,
        {{ recommendation_sum('valence') }} as valence_sum
    from plays
    group by hour_of_day, played_date
),

day_totals as (
    select
        played_date,
        sum(n) as n,
        {{ recommendation_sum('valence_sum') }} as valence_sum
    from hour_days
    group by played_date
),

totals as (
    select
        count(*) as days,
        coalesce(sum(n), 0) as n,
        {{ recommendation_sum('valence_sum') }} as valence_sum,
        (select coalesce(bool_and(is_evidence), false) from plays) as is_evidence
    from day_totals
),

compared as (
    select
        hours.hour_of_day,
        coalesce(sum(hour_days.n), 0) as n,
        count(hour_days.played_date) as days,
        {{ recommendation_sum('hour_days.valence_sum') }} / nullif(sum(hour_days.n), 0) as mean_valence,
        totals.n - coalesce(sum(hour_days.n), 0) as usual_n,
        totals.days as all_days,
        (totals.valence_sum - {{ recommendation_sum('hour_days.valence_sum') }}) / nullif(totals.n - sum(hour_days.n), 0) as usual_valence,
        totals.is_evidence
    from hours
    cross join totals
    left join hour_days on hour_days.hour_of_day = hours.hour_of_day
    group by hours.hour_of_day, totals.n, totals.days, totals.valence_sum, totals.is_evidence
),

enough as (
    select *
    from compared
    where n >= {{ var('minimum_sample') }}
      and usual_n >= {{ var('minimum_sample') }}
      and days >= {{ recommendation_minimum_days() }}
),

-- What each day contributes to the difference of the two means; its spread over days is the cluster-robust error.
day_influences as (
    select
        enough.hour_of_day,
        day_totals.played_date,
        (coalesce(hour_days.valence_sum, 0) - coalesce(hour_days.n, 0) * enough.mean_valence) / enough.n
        - (
            day_totals.valence_sum - coalesce(hour_days.valence_sum, 0)
            - (day_totals.n - coalesce(hour_days.n, 0)) * enough.usual_valence
        ) / enough.usual_n as influence
    from enough
    cross join day_totals
    left join hour_days
        on hour_days.hour_of_day = enough.hour_of_day
        and hour_days.played_date = day_totals.played_date
),

errors as (
    select
        enough.hour_of_day,
        enough.days - 1 as df,
        enough.mean_valence - enough.usual_valence as difference,
        nullif(sqrt(sum(power(day_influences.influence, 2)) * enough.all_days / (enough.all_days - 1)), 0) as standard_error
    from enough
    inner join day_influences on day_influences.hour_of_day = enough.hour_of_day
    group by enough.hour_of_day, enough.days, enough.all_days, enough.mean_valence, enough.usual_valence
),

tested as (
    select
        hour_of_day,
        round(difference, 6) as difference,
        round(standard_error * {{ recommendation_t_critical('df') }}, 6) as half_width,
        {{ recommendation_p_value('difference / standard_error', 'df') }} as p_value
    from errors
),

-- Benjamini and Hochberg (1995): 24 hours are looked at, so single p-values say too much.
stepped as (
    select
        tested.*,
        p_value * count(p_value) over () / row_number() over (order by p_value, hour_of_day) as stepped_p,
        row_number() over (order by p_value, hour_of_day) as p_rank
    from tested
    where p_value is not null
),

adjusted as (
    select
        stepped.*,
        least(1.0, min(stepped_p) over (order by p_rank desc rows between unbounded preceding and current row)) as p_value_adjusted
    from stepped
),

hour_moods as (
    select
        hour_of_day,
        mood,
        row_number() over (partition by hour_of_day order by count(*) desc, mood) as mood_rank
    from plays
    group by hour_of_day, mood
),

judged as (
    select
        compared.*,
        tested.difference,
        tested.half_width,
        round(tested.p_value, 9) as p_value,
        round(adjusted.p_value_adjusted, 9) as p_value_adjusted,
        hour_moods.mood as most_played_mood,
        coalesce(
            tested.difference <= -({{ var('trigger_valence_margin') }}) and adjusted.p_value_adjusted < {{ var('trigger_alpha') }},
            false
        ) as is_trigger
    from compared
    left join tested on tested.hour_of_day = compared.hour_of_day
    left join adjusted on adjusted.hour_of_day = compared.hour_of_day
    left join hour_moods
        on hour_moods.hour_of_day = compared.hour_of_day
        and hour_moods.mood_rank = 1
)

select
    cast(hour_of_day as integer) as hour_of_day,
    cast({{ part_of_day('hour_of_day') }} as varchar) as part_of_day,
    cast(n as bigint) as n,
    cast(days as bigint) as days,
    cast(case when difference is not null then round(mean_valence, 6) end as double) as mean_valence,
    cast(usual_n as bigint) as usual_n,
    cast(case when difference is not null then round(usual_valence, 6) end as double) as usual_valence,
    cast(difference as double) as difference,
    cast(round(difference - half_width, 6) as double) as difference_ci_low,
    cast(round(difference + half_width, 6) as double) as difference_ci_high,
    cast(p_value as double) as p_value,
    cast(p_value_adjusted as double) as p_value_adjusted,
    cast({{ var('trigger_valence_margin') }} as double) as margin,
    cast(is_trigger as boolean) as is_trigger,
    cast(most_played_mood as varchar) as most_played_mood,
    cast(
        case when is_trigger then
            'the music at this hour is darker by ' || {{ recommendation_number('-difference') }} || ' than at other hours'
            || coalesce('; brighter tracks of a like sound: mood_improvement_recommendations from ' || most_played_mood, '')
        end as varchar
    ) as suggestion,
    cast(is_evidence as boolean) as is_evidence,
    cast(
        coalesce(
            {{ recommendation_sample_note('n', 'days') }},
            case
                when usual_n < {{ var('minimum_sample') }} then 'too few plays at the other hours: ' || cast(usual_n as varchar) || ' of at least {{ var('minimum_sample') }}'
                when difference is not null and p_value is null then 'no spread between days: no interval, no test'
            end
        ) as varchar
    ) as note
from judged
order by hour_of_day
