-- stg_sheets__station_survey: Columns called `order` and `group`, with a space, a quote, an emoji.
select "Station Name", "order", "group", "battery 🔋 %", "5"" racks" from stg_sheets__station_survey
