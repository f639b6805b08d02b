-- A rental that is still open has no end and is fine.
select rental_id
from {{ ref('stg_app__rentals') }}
where ended_at < started_at
