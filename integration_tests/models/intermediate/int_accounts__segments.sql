-- The segment an account had when it rented.
select
    rentals.rental_id,
    rentals.user_id as account_id,
    contacts.segment,
    contacts.valid_from as segment_since
from {{ ref('stg_app__rentals') }} as rentals
left join {{ ref('stg_crm__contacts') }} as contacts
    on rentals.user_id = contacts.account_id
    and cast(rentals.started_at_utc as date) >= contacts.valid_from
    and cast(rentals.started_at_utc as date) < coalesce(contacts.valid_to, date '9999-12-31')
