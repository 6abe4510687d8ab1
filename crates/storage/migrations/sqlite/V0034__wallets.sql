-- Proof of control of a wallet's address, and the other address that it is about to have.
alter table wallets add column awaits_proof integer not null default 0;
alter table wallets add column proof_scheme text;
alter table wallets add column proven_at integer;
alter table wallets add column change_address blob;
alter table wallets add column change_requested_at integer;
alter table wallets add column change_effective_at integer;
alter table wallets add column change_awaits_proof integer not null default 0;
alter table wallets add column change_proof_scheme text;
alter table wallets add column change_proven_at integer;
alter table wallets add column event_sequence integer not null default 0;
create index wallets_by_change on wallets (change_effective_at, id) where change_effective_at is not null;

-- What was asked of the holder of a key, and what it answered: the evidence of control.
create table wallet_challenges (
  id blob not null primary key,
  wallet_id blob not null references wallets (id),
  chain_id integer not null,
  address blob not null,
  nonce blob not null,
  issued_at integer not null,
  expires_at integer not null,
  proven_at integer,
  scheme text,
  digest blob,
  signature blob
) strict;
create index wallet_challenges_by_wallet on wallet_challenges (wallet_id, id);
