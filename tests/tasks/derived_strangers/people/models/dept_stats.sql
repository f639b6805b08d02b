with heads as (select dept, count(*) as heads, sum(salary) as payroll, median(salary) as median_salary from {{ ref('emp') }} where is_employed group by dept),
sick as (select e.dept, count(*) as sick_days from {{ ref('absences') }} a join {{ ref('emp') }} e on e.emp_no = a.emp_no where a.kind = 'sick' group by e.dept)
select d.dept, d.dept_name, coalesce(heads.heads, 0) as heads, heads.payroll, heads.median_salary, coalesce(sick.sick_days, 0) as sick_days,
  sick.sick_days / heads.heads as sick_days_per_head, case when heads.heads is null then 'empty' when heads.heads > 20 then 'big' else 'small' end as band
from {{ ref('departments') }} d left join heads on heads.dept = d.dept left join sick on sick.dept = d.dept
