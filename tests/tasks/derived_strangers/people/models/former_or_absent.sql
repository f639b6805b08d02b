select emp_no, 'left' as reason, left_on as since from {{ ref('emp') }} where left_on is not null
union
select emp_no, 'absent', max(absent_on) from {{ ref('absences') }} group by emp_no
