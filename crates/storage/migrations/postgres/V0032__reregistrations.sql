-- What the registrar re-registers without the holder's signature (§ 18(1) sentence 1 no. 2 eWpG), and what reverses a wrong entry (§ 18(5) eWpG).
-- Both move units as transfers do; nobody has signed them, and what is reversed may go back to the issuer, which has no wallet here.
alter table transfers alter column nonce drop not null;
alter table transfers alter column deadline drop not null;
alter table transfers alter column target_wallet_id drop not null;
alter table transfers alter column target_investor_id drop not null;

create table reregistrations (
  instruction_id uuid not null primary key references instructions (id),
  product_id uuid not null references products (id),
  ground text not null,
  reverses bigint,
  key_id uuid not null,
  sealed_details bytea not null,
  salt bytea not null,
  details_hash bytea not null,
  document_id uuid not null references documents (id),
  document_hash bytea not null,
  decision_id uuid not null references decisions (id),
  entry_sequence bigint,
  created_at timestamptz not null
);
create index reregistrations_by_product on reregistrations (product_id, instruction_id);
create index reregistrations_by_reversed on reregistrations (product_id, reverses) where reverses is not null;
create unique index reregistrations_of_entry on reregistrations (product_id, entry_sequence) where entry_sequence is not null;

-- What an investment gave by a wrong entry it has again.
alter table transfer_parts add column reversed_by uuid references instructions (id);

-- A right that goes with re-registered units is entered again for the recipient.
alter table restrictions add column follows_id uuid references restrictions (id);
