select
    v."visitId",
    v."patientId",
    v."wardId",
    v."admittedAt"::timestamp as "admittedAt",
    v."dischargedAt"::timestamp as "dischargedAt",
    lower(v."visitStatus") as "visitStatus",
    v."chargeCents" / 100.0 as "chargeEuro",
    coalesce(v."triageLevel", -1) as "triageLevel",
    date_diff('minute', v."admittedAt"::timestamp, v."dischargedAt"::timestamp) as "stayMinutes",
    date_diff('minute', v."admittedAt"::timestamp, v."dischargedAt"::timestamp) / 60.0 as "stayHours",
    v."dischargedAt" is null as "isOpen",
    case v."triageLevel" when 0 then 'urgent' when 1 then 'soon' when 2 then 'routine' else 'unknown' end as "triageLabel"
from {{ ref('Visits') }} as v
where v."visitStatus" != 'cancelled'
