-- what was known of each product at the start of a day: counts of the seven days before it. A row stands for each day
-- on which they changed, because a day came in or went out, so the latest row up to a time is what was known then
with

daily as (

    select
        sku,
        day,
        count_if(event_kind = 'detail') as views,
        count_if(event_kind = 'add') as adds,
        count_if(event_kind = 'purchase') as purchases
    from {{ ref('shopping_events') }}
    where sku is not null
    group by sku, day

),

changes as (

    select
        sku,
        dateadd(day, 1, day)::date as known_on
    from daily
    union
    select
        sku,
        dateadd(day, 8, day)::date as known_on
    from daily

)

select
    changes.sku,
    changes.known_on::timestamp_ntz as known_at,
    coalesce(sum(daily.views), 0) as n_views_7d,
    coalesce(sum(daily.adds), 0) as n_adds_7d,
    coalesce(sum(daily.purchases), 0) as n_purchases_7d
from changes
left join daily
    on
        changes.sku = daily.sku
        and daily.day >= dateadd(day, -7, changes.known_on)
        and daily.day < changes.known_on
group by changes.sku, changes.known_on
