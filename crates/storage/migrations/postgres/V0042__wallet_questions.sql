-- Addresses of wallets of which the DLT network did not say in time what is there. They await their proof until it has.
create table wallet_questions (
  wallet_id uuid not null references wallets (id),
  address bytea not null,
  asked_at timestamptz not null,
  primary key (wallet_id, address)
);

-- Until when nothing is delivered to a wallet that came after another one of its investor's.
alter table wallets add column cooling_until timestamptz;
create index wallets_by_cooling on wallets (cooling_until, id) where cooling_until is not null;
