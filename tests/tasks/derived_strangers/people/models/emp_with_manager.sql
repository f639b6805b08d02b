select e.emp_no, e.full_name, e.dept, e.salary, m.full_name as manager_name, m.dept as manager_dept, m.salary as manager_salary,
  e.salary > m.salary as earns_more_than_manager, e.dept = m.dept as same_dept, d.dept_name, d.cost_center
from {{ ref('emp') }} e
left join {{ ref('emp') }} m on m.emp_no = e.manager_no
left join {{ ref('departments') }} d on d.dept = e.dept
