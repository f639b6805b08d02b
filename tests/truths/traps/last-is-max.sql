-- dim_accounts_v2.last_bike_model, fin_account_balance.last_payment_method: The alphabetically last text, not that of the last row.
select a.account_id
from dim_accounts_v2 as a
inner join (select account_id, arg_max(bike_model, started_at) as model from int_rentals__enriched group by all) as real
    on a.account_id = real.account_id
where a.last_bike_model <> real.model
