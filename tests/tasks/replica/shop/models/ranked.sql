select * from (
  select call_id, ship_id, row_number() over (partition by ship_id order by arrived) as place,
    lag(quay) over (partition by ship_id order by arrived) as before,
    sum(minutes) over (partition by ship_id order by arrived rows between 1 preceding and current row) as two
  from {{ ref('stg_calls') }}
) r where place <= 3
