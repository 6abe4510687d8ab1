-- Where each batch of commands is on the DLT network, for whoever looks on; the register enters nothing because of it.
create table dlt_transactions (
  batch_id uuid not null primary key references dlt_batches (id),
  -- The one that is looked for now: of the submission, or of one that took its place.
  transaction_hash bytea not null,
  -- Pending: sent. Confirmed: in a block that can still be undone. Final: it cannot.
  state text not null check (state in ('pending', 'confirmed', 'final')),
  block bigint,
  -- What it has cost, once it is final; wei are more than a number column holds.
  gas_used bigint,
  fee_wei text,
  changed_at timestamptz not null
);
insert into dlt_transactions
(batch_id, transaction_hash, state, changed_at)
select id, transaction_hash, 'final', changed_at
from dlt_batches
where status = 'confirmed'
and transaction_hash is not null;

-- How deliveries of a product are gathered; without a row as usual.
create table delivery_policies (
  product_id uuid not null primary key references products (id),
  pace text not null check (pace in ('urgent', 'normal', 'cheap')),
  window_seconds bigint,
  ceiling_wei_per_gas bigint,
  changed_at timestamptz not null
);

-- What gas costs on a chain, as the worker saw it last.
create table dlt_prices (
  chain_id bigint not null primary key,
  wei_per_gas bigint not null,
  noted_at timestamptz not null
);
