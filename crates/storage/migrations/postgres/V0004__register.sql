-- The register: one append-only journal per product, its head, the holdings that follow from it, and the commands that go to the DLT network.
create table holders (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  investor_id uuid references investors (id),
  created_at timestamptz not null,
  unique (product_id, investor_id)
);

create table register_heads (
  product_id uuid not null primary key references products (id),
  issuer_holder_id uuid not null,
  sequence bigint not null,
  root_hash bytea not null,
  frontier bytea not null,
  issued_units bigint not null,
  updated_at timestamptz not null
);

create table register_entries (
  product_id uuid not null references products (id),
  sequence bigint not null,
  kind text not null,
  content bytea not null,
  leaf_hash bytea not null,
  root_hash bytea not null,
  created_at timestamptz not null,
  primary key (product_id, sequence)
);

create table register_commitments (
  product_id uuid not null,
  sequence bigint not null,
  investment_id uuid not null references investments (id),
  salt bytea not null,
  primary key (product_id, sequence)
);
create index register_commitments_by_investment on register_commitments (investment_id);

create table holdings (
  product_id uuid not null references products (id),
  holder_id uuid not null,
  wallet_address bytea not null,
  units bigint not null check (units >= 0),
  primary key (product_id, holder_id, wallet_address)
);

create table registry_statements (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  investment_id uuid not null references investments (id),
  product_id uuid not null references products (id),
  sequence bigint not null,
  units bigint not null,
  created_at timestamptz not null,
  unique (product_id, sequence)
);
create index registry_statements_by_investment on registry_statements (investment_id, id);

create table dlt_commands (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  investment_id uuid unique references investments (id),
  kind text not null,
  wallet_address bytea,
  units bigint not null,
  status text not null,
  batch_id uuid,
  attempts bigint not null,
  error text,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
-- The whole issue is made once.
create unique index dlt_commands_one_issue on dlt_commands (product_id) where kind = 'issue';
create index dlt_commands_queued on dlt_commands (product_id, id) where status = 'queued';
-- What is not done yet, for whoever asks how much waits.
create index dlt_commands_open on dlt_commands (status, created_at) where status <> 'confirmed';
create index dlt_commands_by_batch on dlt_commands (batch_id);

create table dlt_batches (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  kind text not null,
  sequence bigint not null,
  status text not null,
  transaction_hash bytea,
  error text,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index dlt_batches_by_product on dlt_batches (product_id, status);
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open';

create table dlt_submissions (
  transaction_hash bytea not null primary key,
  batch_id uuid not null references dlt_batches (id),
  payload bytea not null,
  status text not null,
  created_at timestamptz not null
);
create index dlt_submissions_by_batch on dlt_submissions (batch_id);
