select
    coalesce(w."wardId", x."wardId") as "wardId",
    w."wardName",
    x."visits",
    x."openVisits",
    x."avgStayMinutes",
    x."openVisits" * 1.0 / nullif(x."visits", 0) as "openShare"
from {{ ref('Wards') }} w
full outer join (
    select "wardId", count(*) as "visits", count_if("isOpen") as "openVisits", avg("stayMinutes") as "avgStayMinutes"
    from {{ ref('visitBase') }} group by "wardId"
) x on x."wardId" = w."wardId"
