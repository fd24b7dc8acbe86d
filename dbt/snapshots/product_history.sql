{% snapshot product_history %}

{{
    config(
        unique_key='sku',
        strategy='check',
        check_cols=['category_path', 'price_bucket'],
        updated_at='loaded_at'
    )
}}

-- a version begins with the load that brought it, not with the build that saw it
select
    sku,
    category_path,
    price_bucket,
    loaded_at
from {{ ref('stg_catalogue') }}

{% endsnapshot %}
