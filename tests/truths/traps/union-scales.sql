-- int_payments__unioned.amount: One branch in cents, the other in euros.
select 1 from int_payments__unioned
having median(amount) filter (where source_system = 'workshop') > 20 * median(amount) filter (where source_system = 'shop')
