{#- Of the records with the same key, the one that was loaded last; of one load, the one in the last file. -#}
{% macro is_latest_load(key) -%}
row_number() over (partition by {{ key }} order by loaded_at desc, file_name desc, load_id desc) = 1
{%- endmacro %}
