-- fin_plan_summary.avg_fee: Averages of accounts averaged, far from the average of rentals.
select s.plan
from fin_plan_summary as s
inner join (
    select a.plan, avg(r.fee) as fee
    from fct_rentals as r inner join stg_app__accounts as a on r.account_id = a.account_id group by a.plan
) as real on s.plan = real.plan
where abs(s.avg_fee - real.fee) > 0.05
