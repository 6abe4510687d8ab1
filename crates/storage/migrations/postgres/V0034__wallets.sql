-- Proof of control of a wallet's address, and the other address that it is about to have.
alter table wallets add column awaits_proof boolean not null default false;
alter table wallets add column proof_scheme text;
alter table wallets add column proven_at timestamptz;
alter table wallets add column change_address bytea;
alter table wallets add column change_requested_at timestamptz;
alter table wallets add column change_effective_at timestamptz;
alter table wallets add column change_awaits_proof boolean not null default false;
alter table wallets add column change_proof_scheme text;
alter table wallets add column change_proven_at timestamptz;
alter table wallets add column event_sequence bigint not null default 0;
create index wallets_by_change on wallets (change_effective_at, id) where change_effective_at is not null;

-- What was asked of the holder of a key, and what it answered: the evidence of control.
create table wallet_challenges (
  id uuid not null primary key,
  wallet_id uuid not null references wallets (id),
  chain_id bigint not null,
  address bytea not null,
  nonce bytea not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  proven_at timestamptz,
  scheme text,
  digest bytea,
  signature bytea
);
create index wallet_challenges_by_wallet on wallet_challenges (wallet_id, id);
