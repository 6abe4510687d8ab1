-- A company's consent to one transfer of shares that are bound to it (§ 25(3) eWpG, § 68(2) AktG).
create table transfer_consents (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  source_address bytea not null,
  target_address bytea not null,
  units bigint not null,
  reference text,
  valid_until text,
  given_at timestamptz not null,
  given_by text not null,
  withdrawn_at timestamptz,
  instruction_id uuid references instructions (id)
);
create index transfer_consents_by_place on transfer_consents (product_id, source_address, target_address);
create index transfer_consents_by_instruction on transfer_consents (instruction_id) where instruction_id is not null;
