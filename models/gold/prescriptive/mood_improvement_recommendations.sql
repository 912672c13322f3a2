-- For each mood of music, tracks that sound like what is played in it but are brighter.
with plays as (
    {{ recommendation_plays(ref('listening_with_features')) }}
),

-- What a forest that has heard none of the played tracks expects of them; catalogue tracks taught it, so they have no prediction.
predictions as (
    select track_key, predicted_valence, is_evidence
    from {{ ref('mood_predictions') }}
),

scale as (
    {{ recommendation_scale(ref('tracks_with_features'), 'plays') }}
),

-- Where one starts from: the plays of a mood, the middle of their sound, and what the forest expects of them.
starts as (
    select
        plays.mood as from_mood,
        count(*) as from_n,
        {{ recommendation_mean('plays.valence') }} as from_valence,
        {{ recommendation_mean('predictions.predicted_valence') }} as from_predicted_valence,
        {%- for feature in recommendation_sound_features() %}
        {{ recommendation_mean('plays.' ~ feature) }} as centre_{{ feature }},
        {%- endfor %}
        bool_and(plays.is_evidence) as is_evidence
    from plays
    left join predictions on predictions.track_key = plays.track_key
    where plays.mood is not null
    group by plays.mood
),

candidates as (
    {{ recommendation_candidates('plays', ref('tracks_with_features'), ref('listening_with_features')) }}
),

lifted as (
    select
        starts.from_mood,
        starts.from_n,
        round(starts.from_valence, 6) as from_valence,
        candidates.*,
        round(predictions.predicted_valence, 6) as predicted_valence,
        round(predictions.predicted_valence - starts.from_predicted_valence, 6) as predicted_lift,
        round(candidates.valence - starts.from_valence, 6) as expected_lift,
        round({{ recommendation_distance('candidates', 'starts', 'scale') }}, 6) as distance,
        -- a prediction that a track was chosen by has to rest on evidence too
        starts.is_evidence and candidates.is_evidence
            and (predictions.predicted_valence is null or predictions.is_evidence) as rests_on_evidence
    from candidates
    cross join starts
    cross join scale
    left join predictions
        on predictions.track_key = candidates.track_key
        and candidates.origin = 'library'
),

scored as (
    select
        lifted.*,
        round(expected_lift - {{ var('recommendation_distance_weight') }} * distance, 6) as score
    from lifted
    where expected_lift >= {{ var('recommendation_minimum_lift') }}
      and distance <= {{ var('recommendation_maximum_distance') }}
      -- the other features have to speak for a lift too, where the forest has an opinion
      and (predicted_lift is null or predicted_lift > 0)
),

one_artist as (
    select
        scored.*,
        row_number() over (
            partition by from_mood, origin, artist_match
            order by score desc, plays desc, popularity desc nulls last, track_key
        ) as artist_rank
    from scored
),

ranked as (
    select
        one_artist.*,
        row_number() over (
            partition by from_mood, origin
            order by score desc, plays desc, popularity desc nulls last, track_key
        ) as recommendation_rank
    from one_artist
    where artist_rank <= {{ var('recommendation_per_artist') }}
),

chosen as (
    select *
    from ranked
    where recommendation_rank <= {{ var('recommendation_size') }}
),

-- The two features of its sound in which a track comes closest, for the reason.
feature_distances as (
    {%- for feature in recommendation_sound_features() %}
    select
        chosen.from_mood,
        chosen.track_key,
        '{{ feature }}' as feature,
        abs(chosen.{{ feature }} - starts.centre_{{ feature }}) / scale.scale_{{ feature }} as feature_distance
    from chosen
    inner join starts on starts.from_mood = chosen.from_mood
    cross join scale
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ordered_features as (
    select
        feature_distances.*,
        row_number() over (partition by from_mood, track_key order by feature_distance, feature) as feature_rank
    from feature_distances
    where feature_distance is not null
),

closest as (
    select
        from_mood,
        track_key,
        max(case when feature_rank = 1 then feature end)
        || coalesce(' and ' || max(case when feature_rank = 2 then feature end), '') as closest_in
    from ordered_features
    group by from_mood, track_key
)

select
    cast(chosen.from_mood as varchar) as from_mood,
    cast(chosen.origin as varchar) as origin,
    cast(chosen.recommendation_rank as integer) as recommendation_rank,
    cast(chosen.track_key as varchar) as track_key,
    cast(chosen.track_id as varchar) as track_id,
    cast(chosen.track_name as varchar) as track_name,
    cast(chosen.artist_name as varchar) as artist_name,
    cast(chosen.primary_genre as varchar) as primary_genre,
    cast(chosen.from_n as bigint) as from_n,
    cast(chosen.from_valence as double) as from_valence,
    cast(round(chosen.valence, 6) as double) as expected_valence,
    cast(chosen.expected_lift as double) as expected_lift,
    cast(chosen.predicted_valence as double) as predicted_valence,
    cast(chosen.predicted_lift as double) as predicted_lift,
    cast(round(chosen.energy, 6) as double) as energy,
    cast(chosen.distance as double) as distance,
    cast(chosen.score as double) as score,
    cast(chosen.plays as bigint) as plays,
    cast(
        'brighter music: valence ' || {{ recommendation_number('chosen.valence') }} || ' against '
        || {{ recommendation_number('chosen.from_valence') }} || ' in what plays as ' || chosen.from_mood
        || ' (' || {{ recommendation_signed('chosen.expected_lift') }} || '); of a like sound ('
        || {{ recommendation_number('chosen.distance') }} || ' standard deviations off'
        || coalesce(', closest in ' || closest.closest_in, '') || ')'
        || coalesce('; predicted from its other features: ' || {{ recommendation_signed('chosen.predicted_lift') }}, '')
        || '; '
        || case when chosen.origin = 'library' then {{ recommendation_times_played('chosen.plays') }} else 'not played yet' end
        as varchar
    ) as reason,
    cast(chosen.feature_source as varchar) as feature_source,
    cast(chosen.rests_on_evidence as boolean) as is_evidence,
    cast(
        case when chosen.from_n < {{ var('minimum_sample') }}
            then 'the starting mood rests on few plays: ' || cast(chosen.from_n as varchar) || ' of at least {{ var('minimum_sample') }}'
        end as varchar
    ) as note
from chosen
left join closest
    on closest.from_mood = chosen.from_mood
    and closest.track_key = chosen.track_key
order by chosen.from_mood, chosen.origin, chosen.recommendation_rank
