-- ops_repair_queue.days_open: Days until a date written into the SQL, not until today.
select ticket_no from ops_repair_queue where days_open = date_diff('hour', opened_at, timestamp '2024-07-01') // 24
