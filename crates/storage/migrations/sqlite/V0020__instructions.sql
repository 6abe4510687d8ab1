-- One queue of instructions per asset, transfers between investors, and what the registrar says about them.
create table instruction_queues (
  product_id blob not null primary key references products (id),
  last_sequence integer not null
) strict;

create table instructions (
  id blob not null primary key,
  product_id blob not null references products (id),
  sequence integer not null,
  kind text not null,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investor_id blob not null references investors (id),
  authority text not null,
  means text not null,
  digest blob not null,
  signature blob,
  status text not null,
  code text,
  transaction_hash blob,
  received_at integer not null,
  ended_at integer,
  unique (product_id, sequence)
) strict;
-- What was signed once is never an instruction again.
create unique index instructions_signed on instructions (product_id, digest);
create index instructions_by_platform on instructions (environment_id, platform_id, id);
create index instructions_open on instructions (product_id, sequence) where status = 'processing';

create table transfers (
  instruction_id blob not null primary key references instructions (id),
  source_wallet_id blob not null references wallets (id),
  source_address blob not null,
  target_wallet_id blob not null references wallets (id),
  target_address blob not null,
  target_investor_id blob not null references investors (id),
  units integer not null,
  nonce text not null,
  deadline integer not null,
  investment_id blob unique references investments (id)
) strict;

-- Which investments gave the units of a transfer.
create table transfer_parts (
  instruction_id blob not null references instructions (id),
  investment_id blob not null references investments (id),
  units integer not null check (units > 0),
  primary key (instruction_id, investment_id)
) strict;
create index transfer_parts_by_investment on transfer_parts (investment_id);

create table transfer_rules (
  product_id blob not null primary key references products (id),
  paused integer not null,
  changed_at integer not null
) strict;

alter table dlt_commands add column instruction_id blob references instructions (id);
create unique index dlt_commands_by_instruction on dlt_commands (instruction_id) where instruction_id is not null;

-- Each transfer is a batch of its own and need not wait until the one before is final; of everything else a product has one at a time.
drop index dlt_batches_open;
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open' and kind <> 'transfer';
create unique index dlt_batches_open_transfer on dlt_batches (product_id, sequence) where status = 'open' and kind = 'transfer';

-- A transfer's entry concerns both sides.
create table registry_statements_of_each (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investment_id blob not null references investments (id),
  product_id blob not null references products (id),
  sequence integer not null,
  units integer not null,
  created_at integer not null
) strict;
insert into registry_statements_of_each
(id, environment_id, platform_id, investment_id, product_id, sequence, units, created_at)
select id, environment_id, platform_id, investment_id, product_id, sequence, units, created_at
from registry_statements;
drop table registry_statements;
alter table registry_statements_of_each rename to registry_statements;
create unique index registry_statements_of_entry on registry_statements (product_id, sequence, investment_id);
create index registry_statements_by_investment on registry_statements (investment_id, id);
