-- The register: one append-only journal per product, its head, the holdings that follow from it, and the commands that go to the DLT network.
create table holders (
  id blob not null primary key,
  product_id blob not null references products (id),
  investor_id blob references investors (id),
  created_at integer not null,
  unique (product_id, investor_id)
) strict;

create table register_heads (
  product_id blob not null primary key references products (id),
  issuer_holder_id blob not null,
  sequence integer not null,
  root_hash blob not null,
  frontier blob not null,
  issued_units integer not null,
  updated_at integer not null
) strict;

create table register_entries (
  product_id blob not null references products (id),
  sequence integer not null,
  kind text not null,
  content blob not null,
  leaf_hash blob not null,
  root_hash blob not null,
  created_at integer not null,
  primary key (product_id, sequence)
) strict;

create table register_commitments (
  product_id blob not null,
  sequence integer not null,
  investment_id blob not null references investments (id),
  salt blob not null,
  primary key (product_id, sequence)
) strict;
create index register_commitments_by_investment on register_commitments (investment_id);

create table holdings (
  product_id blob not null references products (id),
  holder_id blob not null,
  wallet_address blob not null,
  units integer not null check (units >= 0),
  primary key (product_id, holder_id, wallet_address)
) strict;

create table registry_statements (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investment_id blob not null references investments (id),
  product_id blob not null references products (id),
  sequence integer not null,
  units integer not null,
  created_at integer not null,
  unique (product_id, sequence)
) strict;
create index registry_statements_by_investment on registry_statements (investment_id, id);

create table dlt_commands (
  id blob not null primary key,
  product_id blob not null references products (id),
  investment_id blob unique references investments (id),
  kind text not null,
  wallet_address blob,
  units integer not null,
  status text not null,
  batch_id blob,
  attempts integer not null,
  error text,
  created_at integer not null,
  changed_at integer not null
) strict;
-- The whole issue is made once.
create unique index dlt_commands_one_issue on dlt_commands (product_id) where kind = 'issue';
create index dlt_commands_queued on dlt_commands (product_id, id) where status = 'queued';
-- What is not done yet, for whoever asks how much waits.
create index dlt_commands_open on dlt_commands (status, created_at) where status <> 'confirmed';
create index dlt_commands_by_batch on dlt_commands (batch_id);

create table dlt_batches (
  id blob not null primary key,
  product_id blob not null references products (id),
  kind text not null,
  sequence integer not null,
  status text not null,
  transaction_hash blob,
  error text,
  created_at integer not null,
  changed_at integer not null
) strict;
create index dlt_batches_by_product on dlt_batches (product_id, status);
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open';

create table dlt_submissions (
  transaction_hash blob not null primary key,
  batch_id blob not null references dlt_batches (id),
  payload blob not null,
  status text not null,
  created_at integer not null
) strict;
create index dlt_submissions_by_batch on dlt_submissions (batch_id);
