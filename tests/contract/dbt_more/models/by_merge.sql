{{ config(materialized='incremental', unique_key='id', merge_exclude_columns=['name'], on_schema_change='sync_all_columns') }}
select id, name || '!' as name, day from {{ ref('things') }}
