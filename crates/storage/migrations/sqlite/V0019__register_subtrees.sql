-- Every 256 neighbours of a journal's tree, and every 256 of those: what proofs are read from.
create table register_subtrees (
  product_id blob not null references products (id),
  level integer not null,
  place integer not null,
  hash blob not null,
  primary key (product_id, level, place)
) strict;
