with

exploded as (

    select
        data:sku::varchar as sku,
        data:category_path::varchar as category_path,
        data:price_bucket::integer as price_bucket,
        case when not is_null_value(data:description_vector) then data:description_vector::array end
            as description_vector,
        loaded_at,
        file_name,
        load_id
    from {{ source('raw', 'catalogue') }}

)

select
    sku,
    category_path,
    price_bucket,
    description_vector,
    loaded_at
from exploded
qualify {{ is_latest_load('sku') }}
