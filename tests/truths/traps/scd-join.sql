-- int_accounts__segments.segment: The segment at the time of the rental, which is not always today's.
select s.rental_id from int_accounts__segments as s inner join dim_accounts_v2 as a using (account_id)
where s.segment <> a.segment
