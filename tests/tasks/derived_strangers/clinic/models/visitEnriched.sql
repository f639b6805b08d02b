with visits as (select * from {{ ref('visitBase') }}),
wards as (select "wardId", "wardName", "floorNo" from {{ ref('Wards') }}),
dx as (
    select vd."visitId", count(*) as "diagnosisCount", count(*) filter (where d."isChronic") as "chronicCount",
           string_agg(d."title", ', ' order by vd."rank") as "diagnosisTitles", bool_or(d."isChronic") as "hasChronic"
    from {{ ref('VisitDiagnoses') }} vd join {{ ref('Diagnoses') }} d on d."icdCode" = vd."icdCode"
    group by vd."visitId"
)
select visits.*, wards."wardName", wards."floorNo",
    coalesce(dx."diagnosisCount", 0) as "diagnosisCount", dx."chronicCount", dx."diagnosisTitles",
    coalesce(dx."hasChronic", false) as "hasChronic",
    row_number() over (partition by visits."patientId" order by visits."admittedAt") as "visitNumber",
    lag(visits."dischargedAt") over (partition by visits."patientId" order by visits."admittedAt") as "previousDischargedAt",
    sum(visits."chargeEuro") over (partition by visits."patientId" order by visits."admittedAt" rows between unbounded preceding and current row) as "chargesToDate"
from visits
left join wards on wards."wardId" = visits."wardId"
left join dx on dx."visitId" = visits."visitId"
