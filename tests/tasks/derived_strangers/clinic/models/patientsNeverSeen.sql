select p."patientId", p."birthDate", p."postCode"
from {{ ref('Patients') }} p
where not exists (select 1 from {{ ref('Visits') }} v where v."patientId" = p."patientId")
