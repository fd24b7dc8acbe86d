with

first_views as (

    select
        sku,
        min(day) as first_viewed_on
    from {{ ref('shopping_events') }}
    where event_kind = 'detail'
    group by sku

)

select
    catalogue.sku,
    catalogue.category_path,
    split_part(catalogue.category_path, '/', 1) as department,
    split_part(catalogue.category_path, '/', 2) as category_group,
    split_part(catalogue.category_path, '/', 3) as category,
    catalogue.price_bucket,
    case
        when catalogue.price_bucket <= 3 then 'low'
        when catalogue.price_bucket <= 7 then 'middle'
        else 'high'
    end as price_band,
    catalogue.description_vector,
    catalogue.description_vector is not null as has_description_vector,
    first_views.first_viewed_on
from {{ ref('stg_catalogue') }} as catalogue
left join first_views on catalogue.sku = first_views.sku
