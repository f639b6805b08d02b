select
    case_id,
    account_id,
    opened_on,
    severity,
    csat as satisfaction,
    is_resolved,
    first_reply_minutes,
    agent
from {{ source('crm', 'cases') }}
