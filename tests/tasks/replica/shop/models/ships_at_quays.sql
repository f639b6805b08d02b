select q.quay, q.depth, q.code, count(*) as calls, count(distinct c.ship_id) as ships, sum(c.minutes) as minutes,
  avg(c.minutes) as average, sum(c.paid_cents) filter (where s.sea = 'calm') as calm_cents, bool_and(q.night) as night,
  max(c.arrived) as last
from {{ ref('quays') }} q
join {{ ref('stg_calls') }} c using (quay)
join {{ ref('stg_ships') }} s on s.ship_id = c.ship_id
group by 1, 2, 3
