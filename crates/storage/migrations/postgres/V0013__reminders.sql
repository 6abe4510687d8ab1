-- What people were reminded of, so that time reminds of each thing once; a day's letters are noted here too.
create table reminders (
  kind text not null,
  object_id uuid not null,
  due_at timestamptz not null,
  reminded_at timestamptz not null,
  primary key (kind, object_id, due_at)
);
create index reminders_by_time on reminders (reminded_at, kind);
