select
    day,
    count(*) as sessions,
    count_if(product_views > 0) as shopping_sessions,
    count_if(added > 0) as cart_sessions,
    count_if(converted) as converted_sessions,
    count_if(converted)::float / count(*) as conversion
from {{ ref('session_interactions') }}
group by day
