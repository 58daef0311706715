-- What the dial plan decided for a leg: where it goes, which number it shows and why. Absent where there is no plan.
alter table leg add column dial_plan jsonb;

-- How many calls a pool of caller numbers was asked for that gives its numbers out one after the other.
create table caller_id_turn (
  pool text   primary key,
  turn bigint not null
) with (fillfactor = 50);
