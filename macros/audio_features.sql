{# The nine continuous audio features, in the order of the seed audio_features. #}
{% macro audio_features() -%}
  {{ return(['danceability', 'energy', 'loudness', 'speechiness', 'acousticness', 'instrumentalness', 'liveness', 'valence', 'tempo']) }}
{%- endmacro %}

{# The three features that are whole numbers: pitch class 0–11, major (1) or minor (0), beats in a bar. #}
{% macro whole_number_features() -%}
  {{ return(['key', 'mode', 'time_signature']) }}
{%- endmacro %}
