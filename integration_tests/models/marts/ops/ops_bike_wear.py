def model(dbt, session):
    """Wear of each bike: minutes ridden since it came back from its latest repair, at most, and a class."""
    dbt.config(materialized="table")
    rentals = dbt.ref("int_rentals__enriched")
    return rentals.aggregate(
        "bike_id, count(*) as trips, sum(duration_minutes) as minutes_ridden, "
        "case when sum(duration_minutes) > 3000 then 'high' else 'normal' end as wear_class",
        "bike_id",
    )
