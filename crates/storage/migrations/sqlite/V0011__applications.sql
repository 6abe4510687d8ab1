-- Applications to take part in the network (§ 18 eWpRV). Columns named sealed_* are encrypted.
create table applications (
  id blob not null primary key,
  platform_id blob not null references platforms (id),
  status text not null,
  key_id blob not null,
  sealed_data blob not null,
  lei text,
  domain_url text,
  domain_token text not null,
  domain_status text not null,
  domain_error text,
  domain_checked_at integer,
  submitted_at integer,
  answer_due_at integer,
  alarms integer not null,
  decided_at integer,
  sealed_letter blob,
  created_at integer not null,
  changed_at integer not null
) strict;
-- One open application per platform, and per firm whatever it calls itself.
create unique index applications_open on applications (platform_id) where status = 'draft' or status = 'submitted';
create unique index applications_of_firm on applications (lei) where status = 'submitted';
create index applications_due on applications (status, answer_due_at, id);
create index applications_to_prove on applications (id) where domain_status = 'waiting';

create table application_messages (
  id blob not null primary key,
  application_id blob not null references applications (id),
  side text not null,
  author text not null,
  sealed_text blob not null,
  created_at integer not null
) strict;
create index application_messages_by_application on application_messages (application_id, id);

-- Platforms upload before there is an environment.
alter table documents add column place_id blob references environments (id);
update documents set place_id = environment_id;
alter table documents drop column environment_id;
alter table documents rename column place_id to environment_id;
