-- The listener's archetype: every archetype with its measure, its threshold, its score, and which one is chosen.
with listening as (
    select
        listening.*,
        -- Where anything was measured, synthetic features do not enter a share of moods.
        {{ has_usable_features('listening', ref('listening_with_features')) }} as is_usable
    from {{ ref('listening_with_features') }} as listening
),

archetypes as (
    {%- for archetype in var('segment_archetypes') %}
    select
        {{ loop.index }} as sort_order,
        {{ recommendation_literal(archetype.archetype) }} as archetype,
        {{ recommendation_literal(archetype.label) }} as label,
        {{ recommendation_literal(archetype.description) }} as description,
        {{ recommendation_literal(archetype.measure) }} as measure,
        {{ archetype.reference if archetype.reference is not none else 'cast(null as double)' }} as fixed_reference,
        {{ archetype.margin }} as margin
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

first_plays as (
    select
        listening.*,
        row_number() over (partition by track_key order by played_at, play_id) = 1 as is_first
    from listening
),

month_tracks as (
    select
        played_month,
        track_key,
        count(*) as plays
    from listening
    group by played_month, track_key
),

month_ranks as (
    select
        month_tracks.*,
        row_number() over (partition by played_month order by plays desc, track_key) as track_rank
    from month_tracks
),

sessions as (
    select
        session_id,
        sum(ms_played) / 60000.0 as minutes
    from listening
    group by session_id
),

-- Each measure as a count of hits in n, or as a value over n.
measures as (
    select 'night_share' as measure, 'share of plays' as unit, count(*) as n, count(case when part_of_day = 'night' then 1 end) as hits, cast(null as double) as fixed_value from listening
    union all
    select 'morning_share', 'share of plays', count(*), count(case when part_of_day = 'morning' then 1 end), null from listening
    union all
    select 'weekend_share', 'share of plays', count(*), count(case when is_weekend then 1 end), null from listening
    union all
    select 'discovery_share', 'share of plays', count(*), count(case when is_first then 1 end), null from first_plays
    union all
    select 'top_ten_share', 'share of plays', coalesce(sum(plays), 0), coalesce(sum(case when track_rank <= 10 then plays end), 0), null from month_ranks
    union all
    select 'short_play_share', 'share of plays', count(ms_played), count(case when ms_played < {{ var('listened_minimum_seconds') }} * 1000 then 1 end), null from listening
    union all
    select 'session_minutes', 'minutes, median', count(minutes), null, median(minutes) from sessions
    union all
    select 'happy_share', 'share of plays', count(mood), count(case when mood in ('Happy_Energetic', 'Happy_Calm') then 1 end), null from listening where is_usable
    union all
    select 'energetic_share', 'share of plays', count(mood), count(case when energy >= {{ var('mood_energy_high') }} then 1 end), null from listening where is_usable and mood is not null
    union all
    select 'calm_share', 'share of plays', count(mood), count(case when mood in ('Happy_Calm', 'Sad_Calm') then 1 end), null from listening where is_usable
),

-- What the catalogue holds of the same, for measures of music.
catalogue as (
    select
        count(mood) as n,
        avg(case when mood in ('Happy_Energetic', 'Happy_Calm') then 1.0 else 0.0 end) as happy_share,
        avg(case when energy >= {{ var('mood_energy_high') }} then 1.0 else 0.0 end) as energetic_share,
        avg(case when mood in ('Happy_Calm', 'Sad_Calm') then 1.0 else 0.0 end) as calm_share,
        coalesce(bool_or(is_sample), false) as is_sample
    from {{ ref('tracks_with_features') }}
    where mood is not null
),

provenance as (
    select
        count(*) as plays,
        coalesce(not bool_or(is_sample), false) as plays_are_real,
        coalesce(bool_or(is_evidence), false) as features_are_evidence
    from listening
),

compared as (
    select
        archetypes.*,
        measures.unit,
        measures.n,
        measures.hits,
        case when measures.n >= {{ var('minimum_sample') }}
            then coalesce(measures.fixed_value, measures.hits * 1.0 / nullif(measures.n, 0))
        end as value,
        archetypes.fixed_reference is null as is_catalogue_reference,
        coalesce(
            archetypes.fixed_reference,
            case when catalogue.n >= {{ var('minimum_sample') }} then
                case archetypes.measure
                    when 'happy_share' then catalogue.happy_share
                    when 'energetic_share' then catalogue.energetic_share
                    when 'calm_share' then catalogue.calm_share
                end
            end
        ) as reference,
        case when archetypes.fixed_reference is null
            then provenance.features_are_evidence and not catalogue.is_sample
            else provenance.plays_are_real
        end as is_evidence
    from archetypes
    cross join catalogue
    cross join provenance
    left join measures on measures.measure = archetypes.measure
),

scored as (
    select
        compared.*,
        round((value - reference) / margin, 6) as score
    from compared
),

ranked as (
    select
        scored.*,
        case when score is not null then row_number() over (order by score desc nulls last, sort_order) end as score_rank
    from scored
),

judged as (
    select
        sort_order,
        archetype,
        label,
        description,
        measure,
        unit,
        coalesce(n, 0) as n,
        hits,
        value,
        reference,
        case when is_catalogue_reference then 'catalogue' else 'fixed' end as reference_basis,
        margin,
        score,
        score_rank,
        coalesce(score_rank = 1 and score >= 1, false) as is_chosen,
        is_evidence,
        case
            when unit is null then 'no such measure'
            when coalesce(n, 0) < {{ var('minimum_sample') }}
                then 'too few: ' || cast(coalesce(n, 0) as varchar) || ' of at least {{ var('minimum_sample') }}'
            when reference is null then 'the catalogue holds too few tracks with a mood'
        end as note
    from ranked
    union all
    -- Who passes no threshold is an all-rounder; who has played too little is nothing yet.
    select
        count(*) + 1,
        'all_rounder',
        'All-rounder',
        'no measure stands out from its reference by its margin',
        'highest_score',
        'score',
        min(provenance.plays),
        null,
        max(score),
        1,
        'fixed',
        null,
        null,
        null,
        coalesce(max(score) < 1, false),
        coalesce(bool_and(ranked.is_evidence) filter (where score is not null), false),
        case
            when max(score) is null then 'too few plays to tell'
            when max(score) >= 1 then 'another archetype reaches its threshold'
        end
    from ranked
    cross join provenance
)

select
    cast(archetype as varchar) as archetype,
    cast(label as varchar) as label,
    cast(description as varchar) as description,
    cast(sort_order as integer) as sort_order,
    cast(measure as varchar) as measure,
    cast(unit as varchar) as unit,
    cast(n as bigint) as n,
    cast(round(value, 6) as double) as value,
    cast(case when hits is not null and value is not null then round({{ recommendation_wilson('hits', 'n', 'low') }}, 6) end as double) as value_ci_low,
    cast(case when hits is not null and value is not null then round({{ recommendation_wilson('hits', 'n', 'high') }}, 6) end as double) as value_ci_high,
    cast(round(reference, 6) as double) as reference,
    cast(reference_basis as varchar) as reference_basis,
    cast(margin as double) as margin,
    cast(round(reference + margin, 6) as double) as threshold,
    cast(score as double) as score,
    cast(score_rank as integer) as score_rank,
    cast(is_chosen as boolean) as is_chosen,
    cast(
        case
            when archetype = 'all_rounder' and value is not null
                then 'highest score ' || {{ recommendation_number('value') }} || ' (1 is the threshold)'
            when value is not null and reference is not null
                then {{ recommendation_number('value') }} || ' ' || unit || ' against ' || {{ recommendation_number('reference') }}
                || case when reference_basis = 'catalogue' then ' in the catalogue' else ' as reference' end
                || '; threshold ' || {{ recommendation_number('reference + margin') }} || ', score ' || {{ recommendation_number('score') }}
        end as varchar
    ) as evidence,
    cast(is_evidence as boolean) as is_evidence,
    cast(note as varchar) as note
from judged
order by sort_order
