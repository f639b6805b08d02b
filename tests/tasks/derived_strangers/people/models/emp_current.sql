select e.*, j.grade, j.fte, e.salary * j.fte as paid_salary
from {{ ref('emp') }} e
join {{ ref('job_spans') }} j on j.emp_no = e.emp_no and j.is_current
