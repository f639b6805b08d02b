-- before: in FROM and in a join
select crates.crate_id, pickers.name
from raw.crates
inner join raw.pickers as pickers on pickers.picker_id = crates.picker_id

-- after
select crates.crate_id, pickers.name
from {{ ref('crates') }}
inner join {{ ref('pickers') }} as pickers on pickers.picker_id = crates.picker_id

-- before: in the quotes of the file
with pickers as (select * from {{ ref("pickers") }})

select crate_id from raw.crates where picker_id in (select picker_id from pickers)

-- after
with pickers as (select * from {{ ref("pickers") }})

select crate_id from {{ ref("crates") }} where picker_id in (select picker_id from pickers)

-- before: of quoted names
select crate_id from "raw"."crates"

-- after
select crate_id from {{ ref('crates') }}

-- before: nothing of the project
select crate_id from other.crates

-- stays

-- before: a part of the name is Jinja
select crate_id from {{ var('schema', 'raw') }}.crates

-- stays

-- before: it reads what is made from it
select crate_id from raw.returns

-- left: circular-reference
