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
    -- what was loaded since; and within an hour before it once more, as of two loads at once the first may end last
    where loaded_at >= (
        select coalesce(dateadd(hour, -1, max(loaded_at)), '1970-01-01'::timestamp_ntz) from {{ this }}
    )
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
    loaded_at
from exploded
qualify {{ is_latest_load('event_id') }}
