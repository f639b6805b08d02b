-- original
select id from orders where amount between 1 and 9

-- mutant: `amount BETWEEN 1 AND 9` became `amount > 1 AND amount <= 9` in the filter of the final query.
SELECT id FROM orders WHERE amount > 1 AND amount <= 9

-- mutant: `amount BETWEEN 1 AND 9` became `amount >= 1 AND amount < 9` in the filter of the final query.
SELECT id FROM orders WHERE amount >= 1 AND amount < 9

-- original
select id from orders where not amount + 1 between 1 and 9

-- mutant: `amount + 1 BETWEEN 1 AND 9` became `(amount + 1) > 1 AND (amount + 1) <= 9` in the filter of the final query.
SELECT id FROM orders WHERE NOT ((amount + 1) > 1 AND (amount + 1) <= 9)

-- mutant: `amount + 1 BETWEEN 1 AND 9` became `(amount + 1) >= 1 AND (amount + 1) < 9` in the filter of the final query.
SELECT id FROM orders WHERE NOT ((amount + 1) >= 1 AND (amount + 1) < 9)
