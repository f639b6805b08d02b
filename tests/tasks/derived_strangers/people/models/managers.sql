select m.emp_no as manager_no, m.full_name, count(*) as reports, sum(e.salary) as reports_salary, avg(e.salary) as avg_report_salary, count(distinct e.dept) as depts
from {{ ref('emp') }} m join {{ ref('emp') }} e on e.manager_no = m.emp_no
where e.is_employed
group by 1, 2
