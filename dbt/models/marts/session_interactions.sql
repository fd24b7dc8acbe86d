with

events as (

    select * from {{ ref('shopping_events') }}

),

sessions as (

    select
        session_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as events,
        count_if(event_kind = 'pageview') as page_views,
        count_if(event_kind = 'detail') as product_views,
        count_if(event_kind = 'add') as added,
        count_if(event_kind = 'purchase') as purchased
    from events
    group by session_id

),

product_views as (

    select
        session_id,
        array_agg(sku) within group (order by event_number) as skus
    from events
    where event_kind = 'detail'
    group by session_id

)

select
    sessions.session_id,
    sessions.started_at::date as day,
    sessions.started_at,
    sessions.ended_at,
    sessions.events,
    sessions.page_views,
    sessions.product_views,
    sessions.added,
    sessions.purchased,
    -- the one definition of conversion, see models/docs.md
    sessions.purchased > 0 as converted,
    coalesce(product_views.skus, array_construct()) as skus
from sessions
left join product_views on sessions.session_id = product_views.session_id
