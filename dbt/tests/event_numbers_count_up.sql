-- within a session the event numbers go from 1 to the number of its events, each once
select
    session_id,
    count(*) as events
from {{ ref('shopping_events') }}
group by session_id
having
    min(event_number) <> 1
    or max(event_number) <> count(*)
    or count(distinct event_number) <> count(*)
