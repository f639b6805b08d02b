-- rain is measured at two places, of which the hill decides
with weather as (
    select
        day,
        rain_mm
    from raw.weather
    where station = 'hill'
)

select
    crates.crate_id,
    crates.picked_on
from main.crates
inner join weather on weather.day = crates.picked_on
where weather.rain_mm = 0
