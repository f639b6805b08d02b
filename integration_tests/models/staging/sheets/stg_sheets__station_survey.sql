select
    "Station_ID",
    "Station Name",
    "order",
    "group",
    "battery 🔋 %",
    "5"" racks",
    "Notes"
from {{ source('sheets', 'station_survey') }}
