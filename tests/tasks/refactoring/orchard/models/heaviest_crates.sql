SELECT
    pickers.name,
    heaviest.kg
FROM {{ ref('pickers') }} AS pickers
INNER JOIN (
    SELECT
        picker_id,
        -- scales are exact to 10 g
        MAX(weight_kg) AS kg
    FROM {{ ref('crates') }}
    GROUP BY picker_id
) AS heaviest
    ON heaviest.picker_id = pickers.picker_id
