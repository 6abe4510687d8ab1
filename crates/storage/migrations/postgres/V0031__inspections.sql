-- Who looked into a register without being a participant (§ 10(5) eWpG). Apart from the audit log, because it is destroyed after two years.
create table inspections (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  basis text not null,
  scope text not null,
  holder_id uuid references holders (id),
  status text not null,
  -- The last entry that is shown; none before it is granted.
  sequence bigint,
  decision_id uuid not null unique references decisions (id),
  -- Person, interest, assessment and answer.
  key_id uuid not null,
  sealed_request bytea not null,
  sealed_answer bytea,
  requested_at timestamptz not null,
  decided_at timestamptz
);
create index inspections_by_product on inspections (product_id, id);
create index inspections_by_time on inspections (requested_at);
