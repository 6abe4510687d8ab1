-- Redemptions: what holders give back against payment, and what of it was deleted.
create table redemptions (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  investor_id uuid not null references investors (id),
  wallet_id uuid not null references wallets (id),
  source_address bytea not null,
  units bigint not null check (units > 0),
  authority text not null,
  means text not null,
  digest bytea not null,
  signature bytea,
  nonce text,
  deadline timestamptz,
  status text not null,
  code text,
  received_at timestamptz not null,
  paid_at timestamptz,
  payment_reference text,
  payment_proven_at timestamptz,
  consented_at timestamptz,
  consent_reference text,
  instruction_id uuid unique references instructions (id),
  entry_sequence bigint,
  deletion_id uuid unique references instructions (id),
  deletion_entry_sequence bigint,
  ended_at timestamptz
);
-- What was signed once is never an instruction again.
create unique index redemptions_signed on redemptions (product_id, digest);
create index redemptions_by_platform on redemptions (environment_id, platform_id, id);
create index redemptions_by_product on redemptions (product_id, id);
-- What is bound until the units are the issuer's.
create index redemptions_binding on redemptions (product_id, source_address) where status in ('awaiting_payment', 'paid');
create unique index redemptions_of_entry on redemptions (product_id, entry_sequence) where entry_sequence is not null;

alter table register_heads add column deleted_units bigint not null default 0;

-- Whatever carries an instruction out is a batch of its own.
drop index dlt_batches_open;
drop index dlt_batches_open_transfer;
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open' and kind not in ('transfer', 'redemption', 'deletion');
create unique index dlt_batches_open_instructed on dlt_batches (product_id, sequence) where status = 'open' and kind in ('transfer', 'redemption', 'deletion');
