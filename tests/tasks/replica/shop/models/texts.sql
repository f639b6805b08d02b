select ship_id, upper(left(name, 3)) as start, split_part(name, ' ', 2) as number, note, coalesce(nullif(note, ''), 'none') as told,
  name || ' (' || sea || ')' as shown, concat(note, '-', ship_id) as joined, name ~ '[13579]$' as odd,
  length(note) as letters, lpad(ship_id::text, 4, '0') as padded, replace(name, 'Ship', 'Boat') as boat
from {{ ref('stg_ships') }}
