-- What people were reminded of, so that time reminds of each thing once; a day's letters are noted here too.
create table reminders (
  kind text not null,
  object_id blob not null,
  due_at integer not null,
  reminded_at integer not null,
  primary key (kind, object_id, due_at)
) strict;
create index reminders_by_time on reminders (reminded_at, kind);
