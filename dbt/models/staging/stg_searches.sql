with

exploded as (

    select
        data:session_id::varchar as session_id,
        to_timestamp_ntz(data:epoch_ms::number, 3) as searched_at,
        -- a JSON null is no SQL null until it is cast
        case when not is_null_value(data:query_vector) then data:query_vector::array end as query_vector,
        data:skus_shown::array as skus_shown,
        data:skus_clicked::array as skus_clicked,
        md5(data:session_id::varchar || '|' || data:epoch_ms::varchar) as search_id,
        loaded_at,
        file_name,
        load_id
    from {{ source('raw', 'searches') }}

)

select
    search_id,
    session_id,
    searched_at,
    query_vector,
    skus_shown,
    skus_clicked,
    loaded_at
from exploded
qualify {{ is_latest_load('search_id') }}
