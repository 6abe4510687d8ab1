-- Keys with which investors instruct (§ 11(6) eWpRV). That of a wallet is there with the wallet, without a challenge.
create table instruction_keys (
  id uuid not null primary key,
  investor_id uuid not null references investors (id),
  kind text not null,
  public_key bytea not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  created_at timestamptz not null,
  chain_id bigint,
  nonce bytea,
  expires_at timestamptz,
  proven_at timestamptz,
  proof_signature bytea,
  revoked_at timestamptz,
  revoked_by text,
  revocation_reason text,
  unique (investor_id, public_key)
);
insert into instruction_keys
(id, investor_id, kind, public_key, valid_from, created_at, proven_at)
select id, investor_id, 'eip712', address, created_at, created_at, created_at
from wallets;

-- Which of them has signed what: the digest is that of the instruction or of the redemption.
create table instruction_key_uses (
  product_id uuid not null references products (id),
  digest bytea not null,
  instruction_key_id uuid not null references instruction_keys (id),
  primary key (product_id, digest)
);

-- Proofs of who acts for a company (§ 11 eWpRV), and what a platform's companies instruct on: its mandate, or a proof of each.
create table authority_proofs (
  id uuid not null primary key,
  investor_id uuid not null references investors (id),
  basis text not null,
  document_id uuid not null references documents (id),
  valid_until text,
  verified_at timestamptz not null,
  verified_by text not null
);
create index authority_proofs_by_investor on authority_proofs (investor_id, verified_at, id);
alter table platforms add column company_authority text not null default 'mandate';
alter table platforms add column company_authority_reference text;
alter table platforms add column company_authority_set_at timestamptz;
