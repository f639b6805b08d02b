select vd."visitId", vd."icdCode", vd."rank", d."title", v."patientId", v."chargeEuro", v."stayMinutes" as "minutes"
from {{ ref('VisitDiagnoses') }} vd
join {{ ref('visitBase') }} v on v."visitId" = vd."visitId"
left join {{ ref('Diagnoses') }} d using ("icdCode")
