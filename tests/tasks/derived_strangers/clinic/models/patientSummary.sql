with byWard as (
    select "patientId", "wardId", count(*) as n, sum("chargeEuro") as charged
    from {{ ref('visitBase') }}
    group by "patientId", "wardId"
)
select p."patientId", p."birthDate", p."sex",
    count(b."wardId") as "wardsVisited",
    sum(b.n) as "visits",
    max(b.charged) as "highestWardCharge",
    avg(b.n) as "visitsPerWard"
from {{ ref('Patients') }} p
left join byWard b on b."patientId" = p."patientId"
group by 1, 2, 3
