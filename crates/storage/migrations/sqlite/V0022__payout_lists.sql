-- Payout lists: who held what at the end of a day. Where to pay stands with the investor, sealed.
create table payout_lists (
  id blob not null primary key,
  product_id blob not null references products (id),
  record_date text not null,
  sequence integer not null,
  holders integer not null,
  units integer not null,
  decision_id blob not null unique references decisions (id),
  created_at integer not null
) strict;
create index payout_lists_by_product on payout_lists (product_id, id);

create table payout_list_entries (
  list_id blob not null references payout_lists (id),
  holder_id blob not null references holders (id),
  investor_id blob not null references investors (id),
  units integer not null check (units > 0),
  primary key (list_id, holder_id)
) strict;
