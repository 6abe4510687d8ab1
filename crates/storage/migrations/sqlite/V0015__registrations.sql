-- Firms that want to become partners and have yet to follow the link in their mail. Firm and address are sealed.
create table registrations (
  id blob not null primary key,
  token_hash blob not null unique,
  email_hash blob not null,
  key_id blob not null,
  sealed_data blob not null,
  created_at integer not null,
  expires_at integer not null
) strict;
create index registrations_by_email on registrations (email_hash);
create index registrations_by_end on registrations (expires_at);
