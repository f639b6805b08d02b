-- ops_bike_wear: The Python model's docstring speaks of the time since the latest repair; it sums up all rentals.
select 1 from ops_bike_wear having sum(trips) = (select count(*) from stg_app__rentals)
