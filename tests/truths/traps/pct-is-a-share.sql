-- stg_app__rentals.discount_pct, stg_pos__ticket_lines.vat_pct, ops_station_utilisation.electric_pct, ops_support_quality.resolved_pct, fin_part_margins.margin_pct: Named percent, from 0 to 1.
select 1
where (select max(discount_pct) <= 1 and max(discount_pct) > 0 from stg_app__rentals)
  and (select max(vat_pct) <= 1 from stg_pos__ticket_lines)
  and (select max(electric_pct) <= 1 and max(electric_pct) > 0 from ops_station_utilisation)
  and (select max(resolved_pct) <= 1 and max(resolved_pct) > 0 from ops_support_quality)
  and (select max(margin_pct) <= 1 from fin_part_margins)
