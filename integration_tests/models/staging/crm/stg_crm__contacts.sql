select
    contact_id,
    account_id,
    segment,
    owner as sales_region,
    valid_from,
    valid_to,
    is_current = 'Y' as is_current
from {{ source('crm', 'contacts_history') }}
