-- Payout lists: who held what at the end of a day. Where to pay stands with the investor, sealed.
create table payout_lists (
  id uuid not null primary key,
  product_id uuid not null references products (id),
  record_date text not null,
  sequence bigint not null,
  holders bigint not null,
  units bigint not null,
  decision_id uuid not null unique references decisions (id),
  created_at timestamptz not null
);
create index payout_lists_by_product on payout_lists (product_id, id);

create table payout_list_entries (
  list_id uuid not null references payout_lists (id),
  holder_id uuid not null references holders (id),
  investor_id uuid not null references investors (id),
  units bigint not null check (units > 0),
  primary key (list_id, holder_id)
);
