-- Every 256 neighbours of a journal's tree, and every 256 of those: what proofs are read from.
create table register_subtrees (
  product_id uuid not null references products (id),
  level bigint not null,
  place bigint not null,
  hash bytea not null,
  primary key (product_id, level, place)
);
