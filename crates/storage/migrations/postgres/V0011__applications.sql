-- Applications to take part in the network (§ 18 eWpRV). Columns named sealed_* are encrypted.
create table applications (
  id uuid not null primary key,
  platform_id uuid not null references platforms (id),
  status text not null,
  key_id uuid not null,
  sealed_data bytea not null,
  lei text,
  domain_url text,
  domain_token text not null,
  domain_status text not null,
  domain_error text,
  domain_checked_at timestamptz,
  submitted_at timestamptz,
  answer_due_at timestamptz,
  alarms bigint not null,
  decided_at timestamptz,
  sealed_letter bytea,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
-- One open application per platform, and per firm whatever it calls itself.
create unique index applications_open on applications (platform_id) where status = 'draft' or status = 'submitted';
create unique index applications_of_firm on applications (lei) where status = 'submitted';
create index applications_due on applications (status, answer_due_at, id);
create index applications_to_prove on applications (id) where domain_status = 'waiting';

create table application_messages (
  id uuid not null primary key,
  application_id uuid not null references applications (id),
  side text not null,
  author text not null,
  sealed_text bytea not null,
  created_at timestamptz not null
);
create index application_messages_by_application on application_messages (application_id, id);

-- Platforms upload before there is an environment.
alter table documents alter column environment_id drop not null;
