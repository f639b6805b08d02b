-- original
select id from orders where status in ('paid', 'sent', 'closed')

-- mutant: `'paid'` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE status IN ('sent', 'closed')

-- mutant: `'sent'` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE status IN ('paid', 'closed')

-- mutant: `'closed'` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE status IN ('paid', 'sent')

-- original
select id from orders where amount not in (1, 2)

-- mutant: `1` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE NOT amount IN (2)

-- mutant: `2` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE NOT amount IN (1)

-- original
select id from orders where amount in (1, 2, 3, 4, 5, 6, 7, 8, 9)

-- mutant: `1` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE amount IN (2, 3, 4, 5, 6, 7, 8, 9)

-- mutant: `9` was dropped from the list in the filter of the final query.
SELECT id FROM orders WHERE amount IN (1, 2, 3, 4, 5, 6, 7, 8)

-- original: twice in the list
select id from orders where amount in (1, 1)
