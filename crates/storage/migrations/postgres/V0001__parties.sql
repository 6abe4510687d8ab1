-- Issuers, platforms, environments, products, campaigns and the clients that act for them.
create table issuers (
  id uuid not null primary key,
  name text not null,
  lei text,
  created_at timestamptz not null
);

create table platforms (
  id uuid not null primary key,
  name text not null unique,
  lei text,
  identification_import text not null,
  created_at timestamptz not null
);

create table environments (
  id uuid not null primary key,
  name text not null unique,
  created_at timestamptz not null
);

create table products (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  issuer_id uuid not null references issuers (id),
  name text not null,
  symbol text not null,
  product_type text not null,
  legal_form text not null,
  ewpg boolean not null,
  isin text not null unique,
  provide_nominal_value boolean not null,
  price_amount bigint not null,
  price_decimals bigint not null,
  currency text not null,
  max_issuable_amount bigint not null,
  step_size bigint not null,
  agio_basis_points bigint not null,
  payment_deadline_days bigint not null,
  cancellation_deadline_days bigint not null,
  network text not null,
  chain_id bigint not null,
  token_address bytea not null,
  status text not null,
  sector text,
  description text,
  terms text not null,
  account_holder text not null,
  iban text not null,
  bic text not null,
  created_at timestamptz not null
);
create index products_by_environment on products (environment_id, id);
create index products_by_issuer on products (issuer_id, id);

create table listings (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  platform_id uuid not null references platforms (id),
  is_allowed boolean not null,
  created_at timestamptz not null,
  unique (product_id, platform_id)
);

create table campaigns (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  product_id uuid not null references products (id),
  platform_id uuid not null references platforms (id),
  name text not null,
  allocation bigint not null,
  reserved bigint not null check (reserved >= 0 and reserved <= allocation),
  minimum_units bigint not null,
  maximum_units bigint,
  required_document_types text not null,
  opens_at timestamptz,
  closes_at timestamptz,
  distributor_may_accept boolean not null,
  distributor_may_mark_paid boolean not null,
  created_at timestamptz not null
);
create index campaigns_by_platform on campaigns (environment_id, platform_id, id);
create index campaigns_by_product on campaigns (product_id, id);

create table clients (
  id uuid not null primary key,
  client_id text not null unique,
  kind text not null,
  name text not null,
  environment_id uuid references environments (id),
  platform_id uuid references platforms (id),
  issuer_id uuid references issuers (id),
  secret_hash bytea not null,
  scopes text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);

create table audit_log (
  id uuid not null primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  target text not null,
  detail text not null
);
create index audit_log_by_time on audit_log (at);

create table idempotency_keys (
  client_id uuid not null,
  operation text not null,
  idempotency_key text not null,
  fingerprint bytea not null,
  status bigint,
  answer bytea,
  answer_key_id uuid,
  resource_id uuid,
  created_at timestamptz not null,
  primary key (client_id, operation, idempotency_key)
);
