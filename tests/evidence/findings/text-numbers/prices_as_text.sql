-- looks at: lines
-- finds: text-numbers price
-- says: `price` is text, but all 40 values of it are numbers.
create table lines as select i as id, (i / 4)::varchar as price, lpad(i::varchar, 5, '0') as part, i::varchar as zip_code, i::varchar as sku from range(40) t(i);
