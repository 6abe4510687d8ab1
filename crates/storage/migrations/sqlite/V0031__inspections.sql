-- Who looked into a register without being a participant (§ 10(5) eWpG). Apart from the audit log, because it is destroyed after two years.
create table inspections (
  id blob not null primary key,
  product_id blob not null references products (id),
  basis text not null,
  scope text not null,
  holder_id blob references holders (id),
  status text not null,
  -- The last entry that is shown; none before it is granted.
  sequence integer,
  decision_id blob not null unique references decisions (id),
  -- Person, interest, assessment and answer.
  key_id blob not null,
  sealed_request blob not null,
  sealed_answer blob,
  requested_at integer not null,
  decided_at integer
) strict;
create index inspections_by_product on inspections (product_id, id);
create index inspections_by_time on inspections (requested_at);
