-- before: columns that are never NULL
{# dbt_utils #}
select
    md5(cast(crate_id as varchar) || '-' || cast(crate_id as varchar)) as crate_key,
    kg
from {{ ref('crates') }}

-- after
{# dbt_utils #}
select
    {{ dbt_utils.generate_surrogate_key(['crate_id', 'crate_id']) }} as crate_key,
    kg
from {{ ref('crates') }}

-- before: with what the macro writes for NULL
{# dbt_utils #}
select
    md5(
        coalesce(cast(c.picker_id as varchar), '_dbt_utils_surrogate_key_null_')
        || '-'
        || coalesce(cast(c.day as text), '_dbt_utils_surrogate_key_null_')
    ) as shift_key
from {{ ref('crates') }} as c

-- after
{# dbt_utils #}
select
    {{ dbt_utils.generate_surrogate_key(['c.picker_id', 'c.day']) }} as shift_key
from {{ ref('crates') }} as c

-- before: a comment would be lost
{# dbt_utils #}
select
    md5(
        cast(crate_id as varchar) -- the number
        || '-' || cast(crate_id as varchar)
    ) as crate_key
from {{ ref('crates') }}

-- left: comment-in-the-way

-- before: the package is not installed
select md5(cast(crate_id as varchar) || '-' || cast(crate_id as varchar)) as crate_key from {{ ref('crates') }}

-- stays

-- before: other pieces than columns and dashes
{# dbt_utils #}
select
    md5(cast(crate_id as varchar)) as one,
    md5(cast(crate_id as varchar) || '/' || note) as other,
    md5(lower(note) || '-' || cast(crate_id as varchar)) as third,
    sha256(note || '-' || note) as fourth
from {{ ref('crates') }}

-- stays

-- before: Jinja makes a name
{# dbt_utils #}
select md5(cast(crate_id as varchar) || '-' || cast({{ 'crate' ~ '_id' }} as varchar)) as crate_key from {{ ref('crates') }}

-- stays
