-- What issuers announce to take back, and which redemptions follow from it.
create table redemption_notices (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  units bigint,
  percent text,
  execution_date text not null,
  legal_basis text not null,
  status text not null,
  notified_at timestamptz not null,
  executed_at timestamptz,
  sequence bigint,
  redeemed_units bigint,
  withdrawn_at timestamptz
);
create index redemption_notices_by_product on redemption_notices (product_id, id);

create table redemption_notice_wallets (
  notice_id uuid not null references redemption_notices (id),
  wallet_address bytea not null,
  primary key (notice_id, wallet_address)
);

alter table redemptions add column notice_id uuid references redemption_notices (id);
create index redemptions_by_notice on redemptions (notice_id, id) where notice_id is not null;
