-- one row per ticket
with tickets as (

    select * from {{ ref('int_tickets__latest') }}

),

lines as (

    select * from {{ ref('stg_pos__ticket_lines') }}

),

payments as (

    select * from {{ ref('stg_pos__payments') }}

)

select
    tickets.ticket_no,
    tickets.bike_id,
    tickets.amount as ticket_amount,
    lines.line_id,
    lines.sku,
    lines.line_gross,
    payments.payment_id,
    payments.amount as paid_amount,
    payments.payment_method
from tickets
inner join lines on tickets.ticket_no = lines.ticket_no
left join payments on tickets.ticket_no = payments.ticket_no
