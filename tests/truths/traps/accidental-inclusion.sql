-- int_payments__unioned.payment_id, stg_crm__cases.severity: All values are found in a column that they have nothing to do with.
select 1
where (select bool_and(payment_id in (select cast(rental_id as varchar) from stg_app__rentals)) from int_payments__unioned)
  and (select bool_and(severity in (select station_id from stg_app__stations)) from stg_crm__cases)
