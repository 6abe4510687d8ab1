-- Units that holders have moved on the DLT network themselves: instructions that are received with their block (§ 18 eWpG).
create table movements (
  product_id blob not null references products (id),
  block_number integer not null,
  -- Which of the block's events it is.
  place integer not null,
  transaction_hash blob not null,
  at integer not null,
  from_address blob not null,
  to_address blob not null,
  units integer not null,
  -- The instruction that it has become; until then, why it is none yet.
  instruction_id blob references instructions (id),
  trouble text,
  primary key (product_id, block_number, place)
) strict;
create index movements_waiting on movements (product_id, block_number, place) where instruction_id is null;

-- The last final block of each asset that was looked at.
create table movement_looks (
  product_id blob not null primary key references products (id),
  block_number integer not null
) strict;
