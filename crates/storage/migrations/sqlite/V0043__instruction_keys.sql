-- Keys with which investors instruct (§ 11(6) eWpRV). That of a wallet is there with the wallet, without a challenge.
create table instruction_keys (
  id blob not null primary key,
  investor_id blob not null references investors (id),
  kind text not null,
  public_key blob not null,
  valid_from integer not null,
  valid_until integer,
  created_at integer not null,
  chain_id integer,
  nonce blob,
  expires_at integer,
  proven_at integer,
  proof_signature blob,
  revoked_at integer,
  revoked_by text,
  revocation_reason text,
  unique (investor_id, public_key)
) strict;
insert into instruction_keys
(id, investor_id, kind, public_key, valid_from, created_at, proven_at)
select id, investor_id, 'eip712', address, created_at, created_at, created_at
from wallets;

-- Which of them has signed what: the digest is that of the instruction or of the redemption.
create table instruction_key_uses (
  product_id blob not null references products (id),
  digest blob not null,
  instruction_key_id blob not null references instruction_keys (id),
  primary key (product_id, digest)
) strict;

-- Proofs of who acts for a company (§ 11 eWpRV), and what a platform's companies instruct on: its mandate, or a proof of each.
create table authority_proofs (
  id blob not null primary key,
  investor_id blob not null references investors (id),
  basis text not null,
  document_id blob not null references documents (id),
  valid_until text,
  verified_at integer not null,
  verified_by text not null
) strict;
create index authority_proofs_by_investor on authority_proofs (investor_id, verified_at, id);
alter table platforms add column company_authority text not null default 'mandate';
alter table platforms add column company_authority_reference text;
alter table platforms add column company_authority_set_at integer;
