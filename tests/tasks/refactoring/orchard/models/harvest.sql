{{ config(materialized='view') }}

with crates as (

    select * from {{ ref('crates') }}

),

varieties as (

    select * from {{ ref('varieties') }}

),

old_base as (

    select
        picker_id,
        weight_kg
    from crates

),

old_totals as (

    select
        picker_id,
        sum(weight_kg) as kg
    from old_base
    group by picker_id

),

-- one row for each day
per_day as (

    select
        picked_on,
        count(*) as crates,
        sum(weight_kg) as kg
    from crates
    group by picked_on

)

select * from per_day
