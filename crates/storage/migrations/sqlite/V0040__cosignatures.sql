-- What witnesses have signed of a register's log (C2SP tlog-cosignature): each has seen that the log only grew.
create table register_cosignatures (
  product_id blob not null references products (id),
  size integer not null,
  -- The witness's key, as name+id+key.
  witness text not null,
  -- What was signed, and the line of the signature.
  text text not null,
  line text not null,
  created_at integer not null,
  primary key (product_id, size, witness)
) strict;
