-- original
select amount - (discount + 1) as net, amount / (discount * 2) as ratio from orders

-- mutant: `amount - (discount + 1)` became `(discount + 1) - amount` in the column `net` of the final query.
SELECT (discount + 1) - amount AS net, amount / (discount * 2) AS ratio FROM orders

-- mutant: `amount / (discount * 2)` became `(discount * 2) / amount` in the column `ratio` of the final query.
SELECT amount - (discount + 1) AS net, (discount * 2) / amount AS ratio FROM orders

-- original
select date_diff('day', ordered_on, sent_on) as days from orders

-- mutant: `DATE_DIFF('DAY', ordered_on, sent_on)` became `DATE_DIFF('DAY', sent_on, ordered_on)` in the column `days` of the final query.
SELECT DATE_DIFF('DAY', sent_on, ordered_on) AS days FROM orders

-- original
select amount // 2 as a from orders

-- mutant: `amount // 2` became `2 // amount` in the column `a` of the final query.
SELECT 2 // amount AS a FROM orders

-- original: the same either way
select amount + discount as a, amount - amount as b from orders
