-- What the registrar re-registers without the holder's signature (§ 18(1) sentence 1 no. 2 eWpG), and what reverses a wrong entry (§ 18(5) eWpG).
-- Both move units as transfers do; nobody has signed them, and what is reversed may go back to the issuer, which has no wallet here.
create table transfers_of_all (
  instruction_id blob not null primary key references instructions (id),
  source_wallet_id blob not null references wallets (id),
  source_address blob not null,
  target_wallet_id blob references wallets (id),
  target_address blob not null,
  target_investor_id blob references investors (id),
  units integer not null,
  nonce text,
  deadline integer,
  investment_id blob unique references investments (id),
  third_party_address blob,
  assurance_version text,
  assurance_signature blob
) strict;
insert into transfers_of_all
(instruction_id, source_wallet_id, source_address, target_wallet_id, target_address, target_investor_id, units, nonce, deadline, investment_id, third_party_address, assurance_version, assurance_signature)
select instruction_id, source_wallet_id, source_address, target_wallet_id, target_address, target_investor_id, units, nonce, deadline, investment_id, third_party_address, assurance_version, assurance_signature
from transfers;
drop table transfers;
alter table transfers_of_all rename to transfers;

create table reregistrations (
  instruction_id blob not null primary key references instructions (id),
  product_id blob not null references products (id),
  ground text not null,
  reverses integer,
  key_id blob not null,
  sealed_details blob not null,
  salt blob not null,
  details_hash blob not null,
  document_id blob not null references documents (id),
  document_hash blob not null,
  decision_id blob not null references decisions (id),
  entry_sequence integer,
  created_at integer not null
) strict;
create index reregistrations_by_product on reregistrations (product_id, instruction_id);
create index reregistrations_by_reversed on reregistrations (product_id, reverses) where reverses is not null;
create unique index reregistrations_of_entry on reregistrations (product_id, entry_sequence) where entry_sequence is not null;

-- What an investment gave by a wrong entry it has again.
alter table transfer_parts add column reversed_by blob references instructions (id);

-- A right that goes with re-registered units is entered again for the recipient.
alter table restrictions add column follows_id blob references restrictions (id);
