{# What a song is called, hashed: lead artist and title, both normalised. Null where one of them is missing. #}
{% macro song_key(artist, title) -%}
{{ hash_text(normalise_text(lead_artist(artist)) ~ " || chr(31) || " ~ normalise_title(title)) }}
{%- endmacro %}

{#
  The identity of a track, everywhere: its Spotify id, else its song_key. Names alone never turn into an id: a play without an id keeps its
  hash even where its song is in the catalogue (listening_with_features.catalogue_track_id tells which track it was matched to), so that a
  key does not change when the catalogue does. Rows without id and name share one key.
#}
{% macro track_key(track_id, artist, title) -%}
coalesce(nullif(trim({{ track_id }}), ''), {{ song_key(artist, title) }}, {{ hash_text("''") }})
{%- endmacro %}
