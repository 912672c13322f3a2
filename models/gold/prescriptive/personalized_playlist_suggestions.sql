-- Playlists made by stated rules from what the listener plays and from what lies nearest to it in the catalogue.
with plays as (
    {{ recommendation_plays(ref('listening_with_features')) }}
),

scale as (
    {{ recommendation_scale(ref('tracks_with_features'), 'plays') }}
),

taste as (
    select
        count(*) as taste_n,
        {%- for feature in recommendation_sound_features() %}
        {{ recommendation_mean(feature) }} as centre_{{ feature }},
        {%- endfor %}
        coalesce(bool_and(is_evidence), false) as is_evidence
    from plays
),

candidates as (
    {{ recommendation_candidates('plays', ref('tracks_with_features'), ref('listening_with_features')) }}
),

placed as (
    select
        candidates.*,
        taste.taste_n,
        round({{ recommendation_distance('candidates', 'taste', 'scale') }}, 6) as distance,
        taste.is_evidence and candidates.is_evidence as rests_on_evidence
    from candidates
    cross join taste
    cross join scale
    where taste.taste_n > 0
),

matches as (
    {%- for playlist in var('playlists') %}
    select
        {{ recommendation_literal(playlist.playlist) }} as playlist,
        cast(nullif(''
            {%- for rule in var('playlist_rules') if rule.playlist == playlist.playlist %}
            || {{ "', ' || " if not loop.first }}{{ recommendation_literal(rule.reason) }} || ' ({{ rule.feature }} ' || {{ recommendation_number('placed.' ~ rule.feature) }} || ')'
            {%- endfor %}, '') as varchar) as rules_met,
        {{ "-" if playlist.direction == 'desc' }}placed.{{ playlist.order_by }} as order_value,
        {{ recommendation_literal(playlist.order_reason) }} as order_reason,
        placed.*
    from placed
    where true
        {%- for rule in var('playlist_rules') if rule.playlist == playlist.playlist %}
        {%- if rule.minimum is not none %}
        and placed.{{ rule.feature }} >= {{ rule.minimum }}
        {%- endif %}
        {%- if rule.maximum is not none %}
        and placed.{{ rule.feature }} <= {{ rule.maximum }}
        {%- endif %}
        {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

one_artist as (
    select
        matches.*,
        row_number() over (
            partition by playlist, artist_match
            order by plays desc, distance nulls last, popularity desc nulls last, track_key
        ) as artist_rank
    from matches
),

-- Own tracks by how often they were played, new ones by how near they lie to the listener's taste.
ranked as (
    select
        one_artist.*,
        row_number() over (
            partition by playlist, origin
            order by plays desc, distance nulls last, popularity desc nulls last, track_key
        ) as origin_rank
    from one_artist
    where artist_rank <= {{ var('playlist_per_artist') }}
),

available as (
    select
        playlist,
        count(case when origin = 'library' then 1 end) as own_tracks,
        count(case when origin = 'catalogue' then 1 end) as new_tracks
    from ranked
    group by playlist
),

-- New tracks get their share of the places; where one side runs short, the other fills up.
places as (
    select
        playlist,
        least(
            own_tracks,
            {{ var('playlist_size') }} - least(new_tracks, cast(floor({{ var('playlist_size') }} * {{ var('playlist_discovery_share') }}) as bigint))
        ) as own_places
    from available
),

chosen as (
    select ranked.*
    from ranked
    inner join places on places.playlist = ranked.playlist
    where (ranked.origin = 'library' and ranked.origin_rank <= places.own_places)
       or (ranked.origin = 'catalogue' and ranked.origin_rank <= {{ var('playlist_size') }} - places.own_places)
),

positioned as (
    select
        chosen.*,
        row_number() over (partition by playlist order by order_value nulls last, track_key) as position,
        count(*) over (partition by playlist) as playlist_tracks
    from chosen
)

select
    cast(playlist as varchar) as playlist,
    cast(position as integer) as position,
    cast(track_key as varchar) as track_key,
    cast(track_id as varchar) as track_id,
    cast(track_name as varchar) as track_name,
    cast(artist_name as varchar) as artist_name,
    cast(primary_genre as varchar) as primary_genre,
    cast(origin as varchar) as origin,
    cast(plays as bigint) as plays,
    cast(round(valence, 6) as double) as valence,
    {%- for feature in recommendation_sound_features() %}
    cast(round({{ feature }}, 6) as double) as {{ feature }},
    {%- endfor %}
    cast(distance as double) as distance,
    cast(
        coalesce(rules_met || '; ', '')
        || case
            when origin = 'library' then {{ recommendation_times_played('plays') }}
            else 'not played yet' || coalesce(', ' || {{ recommendation_number('distance') }} || ' standard deviations from the usual sound', '')
        end
        || '; placed ' || order_reason
        as varchar
    ) as reason,
    cast(feature_source as varchar) as feature_source,
    cast(rests_on_evidence as boolean) as is_evidence,
    cast(
        nullif(concat_ws('; ',
            case when playlist_tracks < {{ var('playlist_size') }}
                then 'only ' || cast(playlist_tracks as varchar) || ' tracks meet the rules (asked for {{ var('playlist_size') }})' end,
            case when taste_n < {{ var('minimum_sample') }}
                then 'the usual sound rests on few plays: ' || cast(taste_n as varchar) || ' of at least {{ var('minimum_sample') }}' end
        ), '') as varchar
    ) as note
from positioned
order by playlist, position
