-- dim_bikes.price_class, stg_app__bikes.frame_size: NULL above 3000 euros; NULL for extra large frames.
select 1
where (select bool_and((price_class is null) = (purchase_price >= 3000)) and count(*) > count(price_class) from dim_bikes)
  and exists (from stg_app__bikes as b inner join raw_app.bikes as r using (bike_id)
              where b.frame_size is null and r.frame_size = 'X')
