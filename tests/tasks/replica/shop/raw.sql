-- The sources: what a loader would have left in the warehouse.
create schema raw;
create type raw.mood as enum ('calm', 'rough');
create table raw.ships (
  ship_id integer primary key,
  "Name" text not null,
  length_m numeric(6, 2),
  fee numeric,
  flags text[],
  details jsonb,
  registered_at timestamptz,
  launched date,
  sea raw.mood,
  share double precision,
  note varchar(20)
);
insert into raw.ships
select
  n,
  'Ship ' || n,
  (n * 1.37)::numeric(6, 2),
  n / 7.0,
  array['red', 'f' || n],
  jsonb_build_object('crew', n % 9, 'home', jsonb_build_object('port', 'P' || n % 4)),
  timestamptz '2025-01-01 00:30:00+02' + n * interval '7 hours',
  date '2001-02-03' + n,
  (array['calm', 'rough'])[1 + n % 2]::raw.mood,
  n / 3.0,
  case n % 5 when 0 then null when 1 then '' when 2 then 'null' else 'it''s ' || n end
from generate_series(1, 60) as n;
create table raw.calls (call_id bigint, ship integer, quay text, minutes integer, paid_cents integer, arrived timestamp);
-- The ships with the highest numbers come first: rows taken without regard to their ship would find none of the first.
insert into raw.calls
select 1000 - n, 60 - (n % 60), 'Q' || n % 3, (n * 13) % 240, n * 25, timestamp '2025-03-01 06:00:00' + n * interval '50 minutes'
from generate_series(1, 240) as n;
create table raw.empty_log (id integer, told text);
-- More rows than are ever read of one table.
create table raw.pings (ping_id integer primary key, ship_id integer, heard boolean);
insert into raw.pings select n, 1 + n % 60, true from generate_series(1, 10050) as n;
-- What holds in the first 10,000 rows of these and not in all: a key, a list, a value in each.
alter table raw.pings add column echo_id integer, add column kind text, add column email text, add column strength integer;
update raw.pings set
  echo_id = case when ping_id > 10030 then 5 else ping_id end,
  kind = case when ping_id > 10020 then 'late' when ping_id % 3 = 0 then 'short' else 'long' end,
  email = case when ping_id > 10010 then null else 'a' || ping_id || '@example.org' end,
  strength = case when ping_id > 10040 then -1 else ping_id % 7 end,
  ship_id = case when ping_id > 10045 then 99 else ship_id end;
vacuum full raw.pings; -- in the order in which they came
