-- Every play, with the features of its track where there are any: as many rows as the history has.
with history as (
  select
    *,
    {{ track_key('track_id', 'artist_name', 'track_name') }} as track_key,
    {{ song_key('artist_name', 'track_name') }} as song_key,
    {{ local_time('played_at') }} as played_at_local
  from {{ ref('listening_history_bronze') }}
),

measured as (
  {{ measured_matches(ref('listening_history_bronze'), ref('my_tracks_features_bronze'), ref('kaggle_tracks_bronze')) }}
),

candidates as (
  select
    track_key, feature_source, matched_by, is_sample_features, duration_ms,
    {{ (audio_features() + whole_number_features()) | join(', ') }}
  from measured
  union all
  select
    track_key, 'synthetic', cast(null as varchar), false, cast(null as bigint),
    {{ (audio_features() + whole_number_features()) | join(', ') }}
  from {{ ref('my_tracks_features_bronze_synthetic') }}
),

preferred as (
  select *
  from (
    select
      *,
      row_number() over (partition by track_key order by {{ feature_source_rank('feature_source') }}) as preference
    from candidates
    where {{ feature_source_rank('feature_source') }} is not null
  ) as ranked
  where preference = 1
),

catalogue_tracks as (
  select track_key, candidate_track_id
  from measured
  where feature_source = 'kaggle'
),

-- A session goes on while the next play begins within the gap after the last one ended. A play of unknown length counts as its track's length.
gaps as (
  select
    play_id,
    {{ seconds_between('lag(played_at) over (order by played_at, play_id)', 'played_at') }}
      - coalesce(ms_played, duration_ms, 0) / 1000.0 as silent_seconds
  from history
),

sessions as (
  select
    history.play_id,
    1 + sum(case when gaps.silent_seconds > 60 * {{ var('session_gap_minutes') }} then 1 else 0 end)
      over (order by history.played_at, history.play_id rows between unbounded preceding and current row) as session_id
  from history
  inner join gaps on gaps.play_id = history.play_id
)

select
  history.play_id,
  history.track_key,
  history.song_key,
  nullif(trim(history.track_id), '') as track_id,
  catalogue_tracks.candidate_track_id as catalogue_track_id,
  history.track_name,
  history.artist_name,
  history.album_name,
  history.played_at,
  history.played_at_local,
  cast(history.played_at_local as date) as played_date,
  {{ period_start('month', 'history.played_at_local') }} as played_month,
  cast(extract(hour from history.played_at_local) as integer) as hour_of_day,
  cast({{ iso_weekday('history.played_at_local') }} as integer) as day_of_week,
  {{ day_name(iso_weekday('history.played_at_local')) }} as day_name,
  {{ part_of_day('extract(hour from history.played_at_local)') }} as part_of_day,
  {{ is_weekend(iso_weekday('history.played_at_local')) }} as is_weekend,
  cast(sessions.session_id as bigint) as session_id,
  history.ms_played,
  history.ms_played / 60000.0 as minutes_played,
  coalesce(history.duration_ms, preferred.duration_ms) as duration_ms,
  history.skipped,
  history.source,
  history.source = 'sample' as is_sample,
  coalesce(preferred.feature_source, 'none') as feature_source,
  preferred.matched_by,
  coalesce(preferred.feature_source in ('real', 'kaggle') and history.source <> 'sample' and not preferred.is_sample_features, false) as is_evidence,
  {% for feature in audio_features() + whole_number_features() -%}
  preferred.{{ feature }},
  {% endfor -%}
  {{ mood('preferred.valence', 'preferred.energy') }} as mood
from history
inner join sessions on sessions.play_id = history.play_id
left join preferred on preferred.track_key = history.track_key
left join catalogue_tracks on catalogue_tracks.track_key = history.track_key
