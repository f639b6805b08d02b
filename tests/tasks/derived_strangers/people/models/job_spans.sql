select emp_no, valid_from::date as valid_from, valid_to::date as valid_to, grade, weekly_hours, weekly_hours / 40.0 as fte,
  lead(valid_from) over (partition by emp_no order by valid_from) as next_from,
  valid_to is null as is_current, row_number() over (partition by emp_no order by valid_from desc) = 1 as is_latest,
  first_value(grade) over (partition by emp_no order by valid_from) as first_grade
from {{ ref('job_history') }}
