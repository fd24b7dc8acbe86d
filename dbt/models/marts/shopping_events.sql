-- a product's page sends a detail and a page view of the same time, and they arrive in any order: here what was done to
-- a product comes first, so that a session always reads the same
with

events as (

    select
        event_id,
        session_id,
        occurred_at,
        coalesce(product_action, event_type) as event_kind,
        sku,
        url
    from {{ ref('stg_events') }}

)

select
    event_id,
    session_id,
    row_number() over (
        partition by session_id
        order by occurred_at, iff(event_kind = 'pageview', 1, 0), event_id
    ) as event_number,
    occurred_at,
    occurred_at::date as day,
    event_kind,
    sku,
    url
from events
