-- Issuers, platforms, environments, products, campaigns and the clients that act for them.
create table issuers (
  id blob not null primary key,
  name text not null,
  lei text,
  created_at integer not null
) strict;

create table platforms (
  id blob not null primary key,
  name text not null unique,
  lei text,
  identification_import text not null,
  created_at integer not null
) strict;

create table environments (
  id blob not null primary key,
  name text not null unique,
  created_at integer not null
) strict;

create table products (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  issuer_id blob not null references issuers (id),
  name text not null,
  symbol text not null,
  product_type text not null,
  legal_form text not null,
  ewpg integer not null,
  isin text not null unique,
  provide_nominal_value integer not null,
  price_amount integer not null,
  price_decimals integer not null,
  currency text not null,
  max_issuable_amount integer not null,
  step_size integer not null,
  agio_basis_points integer not null,
  payment_deadline_days integer not null,
  cancellation_deadline_days integer not null,
  network text not null,
  chain_id integer not null,
  token_address blob not null,
  status text not null,
  sector text,
  description text,
  terms text not null,
  account_holder text not null,
  iban text not null,
  bic text not null,
  created_at integer not null
) strict;
create index products_by_environment on products (environment_id, id);
create index products_by_issuer on products (issuer_id, id);

create table listings (
  id blob not null primary key,
  product_id blob not null references products (id),
  platform_id blob not null references platforms (id),
  is_allowed integer not null,
  created_at integer not null,
  unique (product_id, platform_id)
) strict;

create table campaigns (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  product_id blob not null references products (id),
  platform_id blob not null references platforms (id),
  name text not null,
  allocation integer not null,
  reserved integer not null check (reserved >= 0 and reserved <= allocation),
  minimum_units integer not null,
  maximum_units integer,
  required_document_types text not null,
  opens_at integer,
  closes_at integer,
  distributor_may_accept integer not null,
  distributor_may_mark_paid integer not null,
  created_at integer not null
) strict;
create index campaigns_by_platform on campaigns (environment_id, platform_id, id);
create index campaigns_by_product on campaigns (product_id, id);

create table clients (
  id blob not null primary key,
  client_id text not null unique,
  kind text not null,
  name text not null,
  environment_id blob references environments (id),
  platform_id blob references platforms (id),
  issuer_id blob references issuers (id),
  secret_hash blob not null,
  scopes text not null,
  created_at integer not null,
  revoked_at integer
) strict;

create table audit_log (
  id blob not null primary key,
  at integer not null,
  actor text not null,
  action text not null,
  target text not null,
  detail text not null
) strict;
create index audit_log_by_time on audit_log (at);

create table idempotency_keys (
  client_id blob not null,
  operation text not null,
  idempotency_key text not null,
  fingerprint blob not null,
  status integer,
  answer blob,
  answer_key_id blob,
  resource_id blob,
  created_at integer not null,
  primary key (client_id, operation, idempotency_key)
) strict;
