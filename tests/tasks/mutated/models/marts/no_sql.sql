select 1 as a, , from where
