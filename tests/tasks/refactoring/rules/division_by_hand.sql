-- before: NULL where the divisor is nought
{# dbt_utils #}
select
    picker_id,
    case when kg = 0 then null else picker_id / kg end as share
from {{ ref('crates') }}

-- after
{# dbt_utils #}
select
    picker_id,
    {{ dbt_utils.safe_divide('picker_id', 'kg') }} as share
from {{ ref('crates') }}

-- before: the other way round, on several lines, of sums
{# dbt_utils #}
select
    picker_id,
    case
        when count(note) <> 0
        then (sum(kg) * 100.0 / count(note))
    end as per_note
from {{ ref('crates') }}
group by picker_id

-- after
{# dbt_utils #}
select
    picker_id,
    {{ dbt_utils.safe_divide('sum(kg) * 100.0', 'count(note)') }} as per_note
from {{ ref('crates') }}
group by picker_id

-- before: what is divided is a text with quotation marks
{# dbt_utils #}
select case when kg = 0 then null else length(note || 'x') / kg end as share from {{ ref('crates') }}

-- after
{# dbt_utils #}
select {{ dbt_utils.safe_divide("length(note || 'x')", 'kg') }} as share from {{ ref('crates') }}

-- before: a comment would be lost
{# dbt_utils #}
select
    case
        when kg = 0 then null -- an empty crate
        else picker_id / kg
    end as share
from {{ ref('crates') }}

-- left: comment-in-the-way

-- before: the package is not installed
select case when kg = 0 then null else picker_id / kg end as share from {{ ref('crates') }}

-- stays

-- before: something else than NULL, another column, another number, more than a quotient
{# dbt_utils #}
select
    case when kg = 0 then 0 else picker_id / kg end as one,
    case when crate_id = 0 then null else picker_id / kg end as other,
    case when kg = 1 then null else picker_id / kg end as third,
    case when kg = 0 then null else picker_id / kg + 1 end as fourth,
    case when kg > 0 then picker_id / kg end as fifth,
    case when kg = 0 then null when kg = 1 then 2 else picker_id / kg end as sixth
from {{ ref('crates') }}

-- stays
