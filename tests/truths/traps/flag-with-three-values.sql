-- stg_crm__cases.is_resolved: Text: yes, no, unknown.
select 1 from stg_crm__cases having list_sort(list(distinct is_resolved)) = ['no', 'unknown', 'yes']
