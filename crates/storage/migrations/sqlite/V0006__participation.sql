-- How far a platform takes part in the network and under which licence, and decisions that need four eyes.
alter table platforms add column participation text not null default 'admitted';
alter table platforms add column licence text;
-- The moment at which the licence is over, for whoever looks for those that end soon.
alter table platforms add column licence_ends_at integer;

create table decisions (
  id blob not null primary key,
  kind text not null,
  target_id blob not null,
  status text not null,
  key_id blob not null,
  sealed_content blob not null,
  proposed_by blob not null,
  proposed_by_name text not null,
  proposed_at integer not null,
  decided_by blob,
  decided_by_name text,
  decided_at integer
) strict;
-- Whoever wants the same decision waits for the one that is open.
create unique index decisions_open on decisions (kind, target_id) where status = 'proposed';
create index decisions_by_status on decisions (status, id);
