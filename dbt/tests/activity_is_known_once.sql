-- one row a product and time: of two, nobody could say which was known
select
    sku,
    known_at
from {{ ref('product_activity') }}
group by sku, known_at
having count(*) > 1
