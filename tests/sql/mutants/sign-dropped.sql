-- original
select -amount as refund, abs(amount - discount) as gap, 3 * -amount as x from orders

-- mutant: `-amount` became `amount` in the column `refund` of the final query.
SELECT amount AS refund, ABS(amount - discount) AS gap, 3 * -amount AS x FROM orders

-- mutant: `ABS(amount - discount)` became `amount - discount` in the column `gap` of the final query.
SELECT -amount AS refund, amount - discount AS gap, 3 * -amount AS x FROM orders

-- mutant: `-amount` became `amount` in the column `x` of the final query.
SELECT -amount AS refund, ABS(amount - discount) AS gap, 3 * amount AS x FROM orders
