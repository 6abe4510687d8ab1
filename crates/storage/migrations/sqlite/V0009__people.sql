-- People who sign in, what they may do for whom, their sessions and invitations. Columns named sealed_* are encrypted under the person's key.
create table network_secrets (
  name text not null primary key,
  key_id blob not null,
  sealed_secret blob not null,
  created_at integer not null
) strict;

create table persons (
  id blob not null primary key,
  email_hash blob not null unique,
  key_id blob not null,
  sealed_person blob not null,
  password_hash text not null,
  sealed_totp blob,
  sealed_totp_offer blob,
  totp_step integer not null,
  created_at integer not null,
  changed_at integer not null
) strict;

create table recovery_codes (
  person_id blob not null references persons (id),
  code_hash blob not null,
  used_at integer,
  primary key (person_id, code_hash)
) strict;

create table memberships (
  id blob not null primary key,
  person_id blob not null references persons (id),
  organisation text not null,
  issuer_id blob references issuers (id),
  platform_id blob references platforms (id),
  role text not null,
  is_limited integer not null,
  created_at integer not null,
  ended_at integer
) strict;
create index memberships_by_person on memberships (person_id, id);
create index memberships_by_organisation on memberships (organisation, issuer_id, platform_id, id);

create table membership_products (
  membership_id blob not null references memberships (id),
  product_id blob not null references products (id),
  primary key (membership_id, product_id)
) strict;

create table sessions (
  id blob not null primary key,
  token_hash blob not null unique,
  person_id blob not null references persons (id),
  membership_id blob references memberships (id),
  stage text not null,
  sealed_origin blob not null,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null,
  ended_at integer
) strict;
create index sessions_by_person on sessions (person_id, id);
create index sessions_by_membership on sessions (membership_id);

create table invitations (
  id blob not null primary key,
  token_hash blob not null unique,
  organisation text not null,
  issuer_id blob references issuers (id),
  platform_id blob references platforms (id),
  role text not null,
  products text not null,
  email_hash blob,
  key_id blob,
  sealed_email blob,
  invited_by text not null,
  created_at integer not null,
  expires_at integer not null,
  ended_at integer
) strict;
create index invitations_by_organisation on invitations (organisation, issuer_id, platform_id, id);

create table password_resets (
  token_hash blob not null primary key,
  person_id blob not null references persons (id),
  created_at integer not null,
  expires_at integer not null,
  used_at integer
) strict;
create index password_resets_by_person on password_resets (person_id);

create table sign_in_failures (
  subject blob not null primary key,
  failures integer not null,
  paused_until integer,
  changed_at integer not null
) strict;

-- What people's pages list newest first.
create index investments_by_product_status on investments (product_id, status, id);
create index investments_in_review on investments (id) where status = 'REVIEW_PENDING';
