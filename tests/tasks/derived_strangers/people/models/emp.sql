select emp_no, first_name || ' ' || last_name as full_name, nullif(manager_no, '') as manager_no, dept, hired::date as hired_on, left_on::date as left_on,
  coalesce(nullif(contract, ''), 'unknown') as contract, salary, salary / 12.0 as monthly_salary,
  left_on is null as is_employed, coalesce(left_on::date, date '2025-01-01') - hired::date as tenure_days
from {{ ref('employees') }}
