-- stg_app__accounts.email: Described as unique; households share an address.
select email from stg_app__accounts group by email having count(*) > 1
