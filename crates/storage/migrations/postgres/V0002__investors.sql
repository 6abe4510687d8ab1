-- Investors and what belongs to a person. Columns named sealed_* are encrypted under the person's key.
create table documents (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid references platforms (id),
  issuer_id uuid references issuers (id),
  key_id uuid not null,
  content_hash bytea not null,
  stored_as text not null,
  size bigint not null,
  content_type text not null,
  sealed_name bytea not null,
  created_at timestamptz not null
);

create table investors (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  kind text not null,
  kyc_status text not null,
  identity_changed_at timestamptz,
  tax_information_present boolean not null,
  us_tax boolean not null,
  custodian_bank boolean not null,
  key_id uuid not null,
  sealed_person bytea not null,
  event_sequence bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index investors_by_platform on investors (environment_id, platform_id, id);

create table identifications (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  investor_id uuid not null references investors (id),
  status text not null,
  requested boolean not null,
  valid_until timestamptz,
  sealed_data bytea not null,
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by text
);
create index identifications_by_investor on identifications (investor_id, id);
create index identifications_by_status on identifications (status, id);

create table benefiting_persons (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  investor_id uuid not null references investors (id),
  sealed_data bytea not null,
  created_at timestamptz not null
);
create index benefiting_persons_by_investor on benefiting_persons (investor_id, id);

create table wallets (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  investor_id uuid not null references investors (id),
  kind text not null,
  address bytea not null,
  receiving_enabled boolean not null,
  frozen boolean not null,
  sealed_key bytea,
  created_at timestamptz not null,
  unique (environment_id, address)
);
create index wallets_by_investor on wallets (investor_id, id);
