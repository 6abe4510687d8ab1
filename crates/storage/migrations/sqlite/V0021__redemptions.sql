-- Redemptions: what holders give back against payment, and what of it was deleted.
create table redemptions (
  id blob not null primary key,
  product_id blob not null references products (id),
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  investor_id blob not null references investors (id),
  wallet_id blob not null references wallets (id),
  source_address blob not null,
  units integer not null check (units > 0),
  authority text not null,
  means text not null,
  digest blob not null,
  signature blob,
  nonce text,
  deadline integer,
  status text not null,
  code text,
  received_at integer not null,
  paid_at integer,
  payment_reference text,
  payment_proven_at integer,
  consented_at integer,
  consent_reference text,
  instruction_id blob unique references instructions (id),
  entry_sequence integer,
  deletion_id blob unique references instructions (id),
  deletion_entry_sequence integer,
  ended_at integer
) strict;
-- What was signed once is never an instruction again.
create unique index redemptions_signed on redemptions (product_id, digest);
create index redemptions_by_platform on redemptions (environment_id, platform_id, id);
create index redemptions_by_product on redemptions (product_id, id);
-- What is bound until the units are the issuer's.
create index redemptions_binding on redemptions (product_id, source_address) where status in ('awaiting_payment', 'paid');
create unique index redemptions_of_entry on redemptions (product_id, entry_sequence) where entry_sequence is not null;

alter table register_heads add column deleted_units integer not null default 0;

-- Whatever carries an instruction out is a batch of its own.
drop index dlt_batches_open;
drop index dlt_batches_open_transfer;
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open' and kind not in ('transfer', 'redemption', 'deletion');
create unique index dlt_batches_open_instructed on dlt_batches (product_id, sequence) where status = 'open' and kind in ('transfer', 'redemption', 'deletion');
