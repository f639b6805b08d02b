-- stg_crm__contacts.contact_id, account_id: A row for each period.
select contact_id from stg_crm__contacts group by contact_id having count(*) > 1 and count(*) filter (where is_current) = 1
