{#
  The robust z-score of Iglewicz and Hoaglin (1993): 0.6745 (x - median) / MAD. Where more than half of the values
  are equal (MAD 0) the mean absolute deviation stands in, as they advise; where all are, the score is null.
#}
{% macro cognitive_robust_z(x, median, mad, mean_deviation) %}case
    when {{ mad }} > 0 then 0.6745 * ({{ x }} - {{ median }}) / {{ mad }}
    when {{ mean_deviation }} > 0 then ({{ x }} - {{ median }}) / (1.253314 * {{ mean_deviation }})
end{% endmacro %}

{# How many units of x lie between the median and the threshold of the score. #}
{% macro cognitive_robust_reach(mad, mean_deviation) %}case
    when {{ mad }} > 0 then {{ var('anomaly_robust_z') }} * {{ mad }} / 0.6745
    when {{ mean_deviation }} > 0 then {{ var('anomaly_robust_z') }} * 1.253314 * {{ mean_deviation }}
end{% endmacro %}
