-- a product has one version that holds now, and each other ends where the next one begins
with

versions as (

    select
        sku,
        dbt_valid_from,
        dbt_valid_to,
        lead(dbt_valid_from) over (partition by sku order by dbt_valid_from) as next_from
    from {{ ref('product_history') }}

)

select *
from versions
where
    dbt_valid_to is distinct from next_from
    or dbt_valid_from >= dbt_valid_to
