select code as plan_code, label as plan_name, price_cents / 100 as monthly_price, coalesce(seats, 999) as seat_limit, seats is null as is_unlimited
from {{ ref('raw_plans') }}
