-- original
select id from orders except select id from returns

-- mutant: `EXCEPT` became `INTERSECT` in the final query.
SELECT id FROM orders INTERSECT SELECT id FROM returns

-- original
select id from orders intersect select id from returns

-- mutant: `INTERSECT` became `EXCEPT` in the final query.
SELECT id FROM orders EXCEPT SELECT id FROM returns
