select emp_no, max(case when skill = 'sql' then level end) as sql_level, max(case when skill = 'python' then level end) as python_level,
  count(*) as skills, list(skill order by skill) as skill_list, max(level) as best_level, bool_and(level >= 3) as all_solid
from {{ ref('skills') }} where skill not in ('excel') group by emp_no
