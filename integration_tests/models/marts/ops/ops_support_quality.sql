select
    agent,
    severity,
    count(*) as cases,
    count(satisfaction) as rated_cases,
    avg(satisfaction) as avg_satisfaction,
    sum(case when is_resolved = 'yes' then 1 else 0 end) as resolved_cases,
    sum(case when is_resolved = 'yes' then 1 else 0 end) / count(*) as resolved_pct,
    median(first_reply_minutes) as median_first_reply
from {{ ref('stg_crm__cases') }}
group by all
