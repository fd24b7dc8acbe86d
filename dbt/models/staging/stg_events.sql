{{ config(materialized='incremental', unique_key='event_id', on_schema_change='fail') }}
-- a record has no id of its own: session, time and what was done tell events apart, and let a record be loaded again
with

exploded as (

    select
        data:session_id::varchar as session_id,
        data:event_type::varchar as event_type,
        data:product_action::varchar as product_action,
        data:sku::varchar as sku,
        to_timestamp_ntz(data:epoch_ms::number, 3) as occurred_at,
        data:url::varchar as url,
        md5(
            data:session_id::varchar
            || '|' || data:epoch_ms::varchar
            || '|' || data:event_type::varchar
            || '|' || coalesce(data:product_action::varchar, '')
            || '|' || coalesce(data:sku::varchar, '')
        ) as event_id,
        loaded_at,
        file_name,
        load_id
    from {{ source('raw', 'events') }}
    {% if is_incremental() %}
    -- a load is there whole or not at all
    where load_id not in (select load_id from {{ this }})
    {% endif %}

),

versions as (

    select * from exploded
    {% if is_incremental() %}
    -- what is there of the same events: a load may come in after a later one
    union all
    select
        session_id,
        event_type,
        product_action,
        sku,
        occurred_at,
        url,
        event_id,
        loaded_at,
        file_name,
        load_id
    from {{ this }}
    where event_id in (select event_id from exploded)
    {% endif %}

)

select
    event_id,
    session_id,
    event_type,
    product_action,
    sku,
    occurred_at,
    url,
    loaded_at,
    file_name,
    load_id
from versions
qualify {{ is_latest_load('event_id') }}
