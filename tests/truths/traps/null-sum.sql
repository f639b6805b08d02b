-- dim_accounts_v2.rental_revenue, fin_monthly_revenue.refunded: NULL, not 0, where there is nothing to add; the count beside it is 0.
select account_id from dim_accounts_v2 where rental_revenue is null and rental_count = 0
