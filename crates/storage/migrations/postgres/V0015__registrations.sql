-- Firms that want to become partners and have yet to follow the link in their mail. Firm and address are sealed.
create table registrations (
  id uuid not null primary key,
  token_hash bytea not null unique,
  email_hash bytea not null,
  key_id uuid not null,
  sealed_data bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index registrations_by_email on registrations (email_hash);
create index registrations_by_end on registrations (expires_at);
