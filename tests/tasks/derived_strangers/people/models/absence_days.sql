select a.emp_no, a.absent_on, a.kind, j.grade, coalesce(j.weekly_hours, 40) / 5 as hours_lost
from {{ ref('absences') }} a
left join {{ ref('job_history') }} j on j.emp_no = a.emp_no and a.absent_on >= j.valid_from and (a.absent_on < j.valid_to or j.valid_to is null)
