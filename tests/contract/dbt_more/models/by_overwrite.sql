{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }}
select id, name from {{ ref('things') }}
