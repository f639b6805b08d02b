select "icdCode", "title", count(*) as "lines", count(distinct "patientId") as "patients", sum("chargeEuro") as "charges", avg("chargeEuro") as "avgCharge"
from {{ ref('diagnosisLines') }} group by all having count(*) > 1
