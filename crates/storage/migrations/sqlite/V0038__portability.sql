-- Registers that are carried from one registrar to another: whose they were, and what may still be done with them here.

-- What a former registrar signed last of a log that goes on here, in their order.
create table register_origins (
  product_id blob not null references products (id),
  position integer not null,
  -- The key under that checkpoint and under the terms of the time, as name+id+key (C2SP signed-note).
  public_key text not null,
  size integer not null,
  checkpoint text not null,
  primary key (product_id, position)
) strict;

-- A register that is kept here has no row.
create table register_standings (
  product_id blob not null primary key references products (id),
  standing text not null check (standing in ('handed_over', 'reading')),
  changed_at integer not null
) strict;
