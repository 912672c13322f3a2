{# What engines do not agree on stands in macros: text here, time in calendar.sql, series and quantiles in numbers.sql. #}

{# Lower case, accents off, `&` spelled out, blanks collapsed and trimmed; null when nothing is left. Punctuation stays: it tells titles apart. #}
{% macro normalise_text(text) -%}
nullif(trim({{ replace_pattern("replace(lower(" ~ without_accents(text) ~ "), '&', ' and ')", '\\s+', ' ') }}), '')
{%- endmacro %}

{# Letters without their accents, composed (NFC). #}
{% macro without_accents(text) %}{{ return(adapter.dispatch('without_accents')(text)) }}{% endmacro %}
{% macro default__without_accents(text) -%} strip_accents(nfc_normalize({{ text }})) {%- endmacro %}
{% macro trino__without_accents(text) -%} normalize(regexp_replace(normalize({{ text }}, NFD), '\p{M}', ''), NFC) {%- endmacro %}

{# Every match of a pattern replaced. #}
{% macro replace_pattern(text, pattern, by) %}{{ return(adapter.dispatch('replace_pattern')(text, pattern, by)) }}{% endmacro %}
{% macro default__replace_pattern(text, pattern, by) -%} regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g') {%- endmacro %}
{% macro trino__replace_pattern(text, pattern, by) -%} regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}') {%- endmacro %}

{#
  A normalised title without what leaves the recording the same: credits in brackets, "(feat. …)", and a remaster mark at the end,
  "- Remastered 2009", "- 2015 Remaster", "(Remastered)". Live, acoustic, remix, edit and "(with …)" stay: there the music differs,
  or the words belong to the title. A title that is nothing but such a suffix is left as it is.
#}
{% macro normalise_title(title) -%}
{%- set credits = '\\s*[(\\[]\\s*(feat|ft|featuring)[.\\s][^)\\]]*[)\\]]' -%}
{%- set remaster = '\\s*(-\\s+|[(\\[])((\\d{4}|digital|digitally)\\s+)?remaster(ed)?(\\s+version)?(\\s+\\d{4})?[)\\]]?$' -%}
coalesce(
  nullif(trim({{ replace_pattern(replace_pattern(normalise_text(title), credits, ''), remaster, '') }}), ''),
  {{ normalise_text(title) }}
)
{%- endmacro %}

{# The first of the artists, which the catalogue separates by `;`. #}
{% macro lead_artist(artists) -%}
nullif(trim(split_part({{ artists }}, ';', 1)), '')
{%- endmacro %}

{# md5 of a text, as 32 hexadecimal digits. #}
{% macro hash_text(text) %}{{ return(adapter.dispatch('hash_text')(text)) }}{% endmacro %}
{% macro default__hash_text(text) -%} md5({{ text }}) {%- endmacro %}
{% macro trino__hash_text(text) -%} lower(to_hex(md5(to_utf8({{ text }})))) {%- endmacro %}
