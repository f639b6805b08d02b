select * from {{ source('raw', 'calls') }} tablesample bernoulli (50)
