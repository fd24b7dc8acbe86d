{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['id', 'day']) }}
select id, day, amount from {{ ref('things') }}
{% if is_incremental() %} where id <> 3 {% endif %}
