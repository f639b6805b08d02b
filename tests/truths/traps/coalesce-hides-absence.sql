-- int_rentals__enriched.distance_m, is_electric; dim_accounts_v2.sales_region; int_stations__rental_counts.avg_duration_minutes: A default stands where nothing is known.
select 1
where exists (from int_rentals__enriched as e inner join stg_app__rentals as r using (rental_id)
              where e.distance_m = 0 and r.distance_m is null)
  and exists (from int_rentals__enriched where bike_model is null and not is_electric)
  and exists (from dim_accounts_v2 where segment is null and sales_region = 'north')
  and exists (from int_stations__rental_counts where started_rentals = 0 and avg_duration_minutes = 0)
