-- How far each register was compared with the DLT network, and what did not fit.
create table reconciliations (
  product_id blob not null primary key references products (id),
  -- The last entry whose holdings were compared, and the wallet up to which all others were, in the order of their addresses.
  sequence integer not null,
  wallet_address blob not null,
  at_block integer not null,
  wallets integer not null,
  looked_at integer not null,
  -- Since when something differs that may still be explained by what is on its way.
  differs_since integer,
  differences text
) strict;

create table incidents (
  id blob not null primary key,
  product_id blob not null references products (id),
  -- The wallet whose balance does not fit; null if it is the sum.
  wallet_address blob,
  register_units integer not null,
  network_units integer not null,
  at_block integer not null,
  opened_at integer not null,
  closed_at integer,
  decision_id blob references decisions (id)
) strict;
create index incidents_by_product on incidents (product_id, id);
create index incidents_open on incidents (product_id, wallet_address) where closed_at is null;

-- What was found on each day (Europe/Berlin), signed with the key of the registers' logs.
create table reconciliation_reports (
  day text not null primary key,
  note text not null,
  created_at integer not null
) strict;

-- What lies in one wallet is asked for by every instruction and by every look at the network.
create index holdings_by_wallet on holdings (product_id, wallet_address);
