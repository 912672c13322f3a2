-- Every track of a playlist lies within every bound of its rules, places are without gaps, and the order is the one promised.
with suggestions as (
    select * from {{ ref('personalized_playlist_suggestions') }}
)

select playlist, cast(count(*) as varchar) as subject, 'size or gaps' as broken
from suggestions
group by playlist
having count(*) > {{ var('playlist_size') }}
    or max(position) <> count(*)
{%- for rule in var('playlist_rules') %}
union all
select playlist, track_key, {{ recommendation_literal(rule.reason) }}
from suggestions
where playlist = {{ recommendation_literal(rule.playlist) }}
  and (
      {{ rule.feature }} is null
      {%- if rule.minimum is not none %}
      or {{ rule.feature }} < {{ rule.minimum }} - 0.000001
      {%- endif %}
      {%- if rule.maximum is not none %}
      or {{ rule.feature }} > {{ rule.maximum }} + 0.000001
      {%- endif %}
  )
{%- endfor %}
{%- for playlist in var('playlists') %}
union all
select later.playlist, later.track_key, 'order'
from suggestions as earlier
inner join suggestions as later
    on later.playlist = earlier.playlist
    and later.position = earlier.position + 1
where later.playlist = {{ recommendation_literal(playlist.playlist) }}
  and later.{{ playlist.order_by }} {{ '>' if playlist.direction == 'desc' else '<' }} earlier.{{ playlist.order_by }}
{%- endfor %}
