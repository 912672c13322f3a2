{# What engines do not agree on stands in macros: text here, time in calendar.sql, series and quantiles in numbers.sql. #}

{# Lower case, accents off, `&` spelled out, blanks collapsed and trimmed; null when nothing is left. Punctuation stays: it tells titles apart. #}
{% macro normalise_text(text) -%}
nullif(trim(regexp_replace(replace(lower(strip_accents(nfc_normalize({{ text }}))), '&', ' and '), '\s+', ' ', 'g')), '')
{%- endmacro %}

{#
  A normalised title without what leaves the recording the same: credits in brackets, "(feat. …)", and a remaster mark at the end,
  "- Remastered 2009", "- 2015 Remaster", "(Remastered)". Live, acoustic, remix, edit and "(with …)" stay: there the music differs,
  or the words belong to the title. A title that is nothing but such a suffix is left as it is.
#}
{% macro normalise_title(title) -%}
coalesce(
  nullif(
    trim(
      regexp_replace(
        regexp_replace({{ normalise_text(title) }}, '\s*[(\[]\s*(feat|ft|featuring)[.\s][^)\]]*[)\]]', '', 'g'),
        '\s*(-\s+|[(\[])((\d{4}|digital|digitally)\s+)?remaster(ed)?(\s+version)?(\s+\d{4})?[)\]]?$', ''
      )
    ), ''
  ),
  {{ normalise_text(title) }}
)
{%- endmacro %}

{# The first of the artists, which the catalogue separates by `;`. #}
{% macro lead_artist(artists) -%}
nullif(trim(split_part({{ artists }}, ';', 1)), '')
{%- endmacro %}

{# md5 of a text, as 32 hexadecimal digits. #}
{% macro hash_text(text) -%}
md5({{ text }})
{%- endmacro %}
