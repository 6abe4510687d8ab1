-- Units that holders have moved on the DLT network themselves: instructions that are received with their block (§ 18 eWpG).
create table movements (
  product_id uuid not null references products (id),
  block_number bigint not null,
  -- Which of the block's events it is.
  place bigint not null,
  transaction_hash bytea not null,
  at timestamptz not null,
  from_address bytea not null,
  to_address bytea not null,
  units bigint not null,
  -- The instruction that it has become; until then, why it is none yet.
  instruction_id uuid references instructions (id),
  trouble text,
  primary key (product_id, block_number, place)
);
create index movements_waiting on movements (product_id, block_number, place) where instruction_id is null;

-- The last final block of each asset that was looked at.
create table movement_looks (
  product_id uuid not null primary key references products (id),
  block_number bigint not null
);
