-- What is entered another way from an entry on (§ 8 eWpG): a collective entry for a custodian with its licence, or a single one again.
create table conversions (
  instruction_id blob not null primary key references instructions (id),
  product_id blob not null references products (id),
  holder_id blob not null references holders (id),
  wallet_address blob not null,
  entry_type text not null,
  custodian_kind text,
  licence_authority text,
  licence_number text,
  document_id blob not null references documents (id),
  document_hash blob not null,
  decision_id blob not null references decisions (id),
  entry_sequence integer,
  created_at integer not null
) strict;
create index conversions_by_product on conversions (product_id, instruction_id);
create unique index conversions_of_entry on conversions (product_id, entry_sequence) where entry_sequence is not null;

-- Who has fetched a statement, and which bytes: the proof that it was delivered in text form (§ 126b BGB).
create table statement_deliveries (
  statement_id blob not null references registry_statements (id),
  channel text not null,
  actor_id blob not null,
  content_hash blob not null,
  delivered_at integer not null,
  primary key (statement_id, channel, actor_id)
) strict;
