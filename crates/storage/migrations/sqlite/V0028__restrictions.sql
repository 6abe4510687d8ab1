-- Restrictions of disposal and third parties' rights (§ 17(2) eWpG), and what of them has ended.
create table restrictions (
  id blob not null primary key,
  product_id blob not null references products (id),
  holder_id blob not null references holders (id),
  wallet_id blob not null references wallets (id),
  wallet_address blob not null,
  kind text not null,
  units integer check (units > 0),
  beneficiary_id blob not null,
  key_address blob,
  key_id blob not null,
  sealed_details blob not null,
  salt blob not null,
  details_hash blob not null,
  document_id blob not null references documents (id),
  document_hash blob not null,
  decision_id blob not null references decisions (id),
  instruction_id blob not null unique references instructions (id),
  entry_sequence integer,
  created_at integer not null
) strict;
create index restrictions_by_product on restrictions (product_id, id);
create index restrictions_by_wallet on restrictions (product_id, wallet_address);
create unique index restrictions_of_entry on restrictions (product_id, entry_sequence) where entry_sequence is not null;

create table restriction_releases (
  id blob not null primary key,
  restriction_id blob not null references restrictions (id),
  units integer check (units > 0),
  key_id blob not null,
  sealed_basis blob not null,
  document_id blob references documents (id),
  document_hash blob not null,
  decision_id blob references decisions (id),
  instruction_id blob not null unique references instructions (id),
  entry_sequence integer,
  created_at integer not null
) strict;
create index restriction_releases_by_restriction on restriction_releases (restriction_id, entry_sequence);

-- Whose signature a transfer has if not the holder's, and what the holder has assured (§ 18(1) sentences 2 and 3 eWpG).
alter table transfers add column third_party_address blob;
alter table transfers add column assurance_version text;
alter table transfers add column assurance_signature blob;

-- Whatever carries an instruction out is a batch of its own.
drop index dlt_batches_open;
drop index dlt_batches_open_instructed;
create unique index dlt_batches_open on dlt_batches (product_id) where status = 'open' and kind in ('issue', 'delivery');
create unique index dlt_batches_open_instructed on dlt_batches (product_id, sequence) where status = 'open' and kind not in ('issue', 'delivery');
