{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='seen_at', batch_size='year',
    begin='2026-01-01') }}
select id, seen_at from {{ ref('things') }}
