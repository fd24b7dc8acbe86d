-- a day's converted sessions are those with a purchase among their events, and nothing else
with

counted as (

    select
        first_day.day,
        count(distinct shopping_events.session_id) as converted_sessions
    from {{ ref('shopping_events') }} as shopping_events
    inner join {{ ref('session_interactions') }} as first_day
        on shopping_events.session_id = first_day.session_id
    where shopping_events.event_kind = 'purchase'
    group by first_day.day

)

select
    daily_conversion.day,
    daily_conversion.converted_sessions,
    counted.converted_sessions as counted
from {{ ref('daily_conversion') }} as daily_conversion
left join counted on daily_conversion.day = counted.day
where daily_conversion.converted_sessions <> coalesce(counted.converted_sessions, 0)
