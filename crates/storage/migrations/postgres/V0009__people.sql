-- People who sign in, what they may do for whom, their sessions and invitations. Columns named sealed_* are encrypted under the person's key.
create table network_secrets (
  name text not null primary key,
  key_id uuid not null,
  sealed_secret bytea not null,
  created_at timestamptz not null
);

create table persons (
  id uuid not null primary key,
  email_hash bytea not null unique,
  key_id uuid not null,
  sealed_person bytea not null,
  password_hash text not null,
  sealed_totp bytea,
  sealed_totp_offer bytea,
  totp_step bigint not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);

create table recovery_codes (
  person_id uuid not null references persons (id),
  code_hash bytea not null,
  used_at timestamptz,
  primary key (person_id, code_hash)
);

create table memberships (
  id uuid not null primary key,
  person_id uuid not null references persons (id),
  organisation text not null,
  issuer_id uuid references issuers (id),
  platform_id uuid references platforms (id),
  role text not null,
  is_limited boolean not null,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index memberships_by_person on memberships (person_id, id);
create index memberships_by_organisation on memberships (organisation, issuer_id, platform_id, id);

create table membership_products (
  membership_id uuid not null references memberships (id),
  product_id uuid not null references products (id),
  primary key (membership_id, product_id)
);

create table sessions (
  id uuid not null primary key,
  token_hash bytea not null unique,
  person_id uuid not null references persons (id),
  membership_id uuid references memberships (id),
  stage text not null,
  sealed_origin bytea not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index sessions_by_person on sessions (person_id, id);
create index sessions_by_membership on sessions (membership_id);

create table invitations (
  id uuid not null primary key,
  token_hash bytea not null unique,
  organisation text not null,
  issuer_id uuid references issuers (id),
  platform_id uuid references platforms (id),
  role text not null,
  products text not null,
  email_hash bytea,
  key_id uuid,
  sealed_email bytea,
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index invitations_by_organisation on invitations (organisation, issuer_id, platform_id, id);

create table password_resets (
  token_hash bytea not null primary key,
  person_id uuid not null references persons (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index password_resets_by_person on password_resets (person_id);

create table sign_in_failures (
  subject bytea not null primary key,
  failures bigint not null,
  paused_until timestamptz,
  changed_at timestamptz not null
);

-- What people's pages list newest first.
create index investments_by_product_status on investments (product_id, status, id);
create index investments_in_review on investments (id) where status = 'REVIEW_PENDING';
