-- How far each register was compared with the DLT network, and what did not fit.
create table reconciliations (
  product_id uuid not null primary key references products (id),
  -- The last entry whose holdings were compared, and the wallet up to which all others were, in the order of their addresses.
  sequence bigint not null,
  wallet_address bytea not null,
  at_block bigint not null,
  wallets bigint not null,
  looked_at timestamptz not null,
  -- Since when something differs that may still be explained by what is on its way.
  differs_since timestamptz,
  differences text
);

create table incidents (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  -- The wallet whose balance does not fit; null if it is the sum.
  wallet_address bytea,
  register_units bigint not null,
  network_units bigint not null,
  at_block bigint not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  decision_id uuid references decisions (id)
);
create index incidents_by_product on incidents (product_id, id);
create index incidents_open on incidents (product_id, wallet_address) where closed_at is null;

-- What was found on each day (Europe/Berlin), signed with the key of the registers' logs.
create table reconciliation_reports (
  day text not null primary key,
  note text not null,
  created_at timestamptz not null
);

-- What lies in one wallet is asked for by every instruction and by every look at the network.
create index holdings_by_wallet on holdings (product_id, wallet_address);
