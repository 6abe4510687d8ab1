-- One queue of instructions per asset, transfers between investors, and what the registrar says about them.
create table instruction_queues (
  product_id uuid not null primary key references products (id),
  last_sequence bigint not null
);

create table instructions (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  sequence bigint not null,
  kind text not null,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  investor_id uuid not null references investors (id),
  authority text not null,
  means text not null,
  digest bytea not null,
  signature bytea,
  status text not null,
  code text,
  transaction_hash bytea,
  received_at timestamptz not null,
  ended_at timestamptz,
  unique (product_id, sequence)
);
-- What was signed once is never an instruction again.
create unique index instructions_signed on instructions (product_id, digest);
create index instructions_by_platform on instructions (environment_id, platform_id, id);
create index instructions_open on instructions (product_id, sequence) where status = 'processing';

create table transfers (
  instruction_id uuid not null primary key references instructions (id),
  source_wallet_id uuid not null references wallets (id),
  source_address bytea not null,
  target_wallet_id uuid not null references wallets (id),
  target_address bytea not null,
  target_investor_id uuid not null references investors (id),
  units bigint not null,
  nonce text not null,
  deadline timestamptz not null,
  investment_id uuid unique references investments (id)
);

-- Which investments gave the units of a transfer.
create table transfer_parts (
  instruction_id uuid not null references instructions (id),
  investment_id uuid not null references investments (id),
  units bigint not null check (units > 0),
  primary key (instruction_id, investment_id)
);
create index transfer_parts_by_investment on transfer_parts (investment_id);

create table transfer_rules (
  product_id uuid not null primary key references products (id),
  paused boolean not null,
  changed_at timestamptz not null
);

alter table dlt_commands add column instruction_id uuid references instructions (id);
create unique index dlt_commands_by_instruction on dlt_commands (instruction_id) where instruction_id is not null;

-- Each transfer is a batch of its own and need not wait until the one before is final; of everything else a product has one at a time.
drop index dlt_batches_open;
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open' and kind <> 'transfer';
create unique index dlt_batches_open_transfer on dlt_batches (product_id, sequence) where status = 'open' and kind = 'transfer';

-- A transfer's entry concerns both sides.
alter table registry_statements drop constraint registry_statements_product_id_sequence_key;
create unique index registry_statements_of_entry on registry_statements (product_id, sequence, investment_id);
