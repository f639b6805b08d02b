select site_code, site_name, area_sqft * 0.092903 as area_sqm, round(area_sqft * 0.092903 / 10, 1) as area_dam, opened::date as opened_on,
  case when area_sqft >= 8000 then case when opened < '2024-06-01' then 'large, old' else 'large, new' end when area_sqft < 3000 then 'small' end as size_band
from {{ ref('sites') }}
