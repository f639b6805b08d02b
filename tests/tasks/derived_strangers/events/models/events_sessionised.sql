with gaps as (
  select *, lag(occurred_at) over (partition by visitor_id order by occurred_at, event_id) as previous_at
  from {{ ref('events_identified') }}),
flags as (select *, case when previous_at is null or occurred_at - previous_at > interval 30 minute then 1 else 0 end as is_session_start from gaps),
numbered as (select *, sum(is_session_start) over (partition by visitor_id order by occurred_at, event_id) as session_no from flags)
select *, visitor_id || '-' || session_no as session_id from numbered
