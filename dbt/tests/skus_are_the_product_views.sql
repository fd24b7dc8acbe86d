-- a session's skus are as many as its product views
select
    session_id,
    product_views,
    array_size(skus) as skus
from {{ ref('session_interactions') }}
where array_size(skus) <> product_views
