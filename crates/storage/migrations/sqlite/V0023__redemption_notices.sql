-- What issuers announce to take back, and which redemptions follow from it.
create table redemption_notices (
  id blob not null primary key,
  product_id blob not null references products (id),
  units integer,
  percent text,
  execution_date text not null,
  legal_basis text not null,
  status text not null,
  notified_at integer not null,
  executed_at integer,
  sequence integer,
  redeemed_units integer,
  withdrawn_at integer
) strict;
create index redemption_notices_by_product on redemption_notices (product_id, id);

create table redemption_notice_wallets (
  notice_id blob not null references redemption_notices (id),
  wallet_address blob not null,
  primary key (notice_id, wallet_address)
) strict;

alter table redemptions add column notice_id blob references redemption_notices (id);
create index redemptions_by_notice on redemptions (notice_id, id) where notice_id is not null;
