-- Investors and what belongs to a person. Columns named sealed_* are encrypted under the person's key.
create table documents (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob references platforms (id),
  issuer_id blob references issuers (id),
  key_id blob not null,
  content_hash blob not null,
  stored_as text not null,
  size integer not null,
  content_type text not null,
  sealed_name blob not null,
  created_at integer not null
) strict;

create table investors (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  kind text not null,
  kyc_status text not null,
  identity_changed_at integer,
  tax_information_present integer not null,
  us_tax integer not null,
  custodian_bank integer not null,
  key_id blob not null,
  sealed_person blob not null,
  event_sequence integer not null,
  created_at integer not null,
  updated_at integer not null
) strict;
create index investors_by_platform on investors (environment_id, platform_id, id);

create table identifications (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investor_id blob not null references investors (id),
  status text not null,
  requested integer not null,
  valid_until integer,
  sealed_data blob not null,
  created_at integer not null,
  decided_at integer,
  decided_by text
) strict;
create index identifications_by_investor on identifications (investor_id, id);
create index identifications_by_status on identifications (status, id);

create table benefiting_persons (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investor_id blob not null references investors (id),
  sealed_data blob not null,
  created_at integer not null
) strict;
create index benefiting_persons_by_investor on benefiting_persons (investor_id, id);

create table wallets (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investor_id blob not null references investors (id),
  kind text not null,
  address blob not null,
  receiving_enabled integer not null,
  frozen integer not null,
  sealed_key blob,
  created_at integer not null,
  unique (environment_id, address)
) strict;
create index wallets_by_investor on wallets (investor_id, id);
