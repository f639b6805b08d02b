{{ config(post_hook="create or replace table audit as select count(*) as n from {{ this }}") }}

with unread as (
    select * from {{ ref('varieties') }}
)

select crate_id from {{ ref('crates') }}
