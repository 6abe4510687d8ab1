-- Mails to persons: written in the transaction that they tell about, delivered by the worker.
create table mails (
  id blob not null primary key,
  template text not null,
  occasion text unique,
  data_key_id blob not null references data_keys (id),
  sealed_recipient blob not null,
  sealed_letter blob,
  sealed_failure blob,
  status text not null,
  attempts integer not null,
  due_at integer,
  lease_token blob,
  created_at integer not null,
  finished_at integer
) strict;
create index mails_by_due on mails (due_at, id);
create index mails_by_status on mails (status, id);
create index mails_by_end on mails (finished_at);
