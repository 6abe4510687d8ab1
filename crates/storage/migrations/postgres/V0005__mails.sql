-- Mails to persons: written in the transaction that they tell about, delivered by the worker.
create table mails (
  id uuid not null primary key,
  template text not null,
  occasion text unique,
  data_key_id uuid not null references data_keys (id),
  sealed_recipient bytea not null,
  sealed_letter bytea,
  sealed_failure bytea,
  status text not null,
  attempts bigint not null,
  due_at timestamptz,
  lease_token uuid,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index mails_by_due on mails (due_at, id);
create index mails_by_status on mails (status, id);
create index mails_by_end on mails (finished_at);
