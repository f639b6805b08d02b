-- int_payments__unioned.payment_id: Both systems count from 1.
select payment_id from int_payments__unioned group by payment_id having count(distinct source_system) = 2
