-- Roots of the registers' logs that are written to the DLT network, at the token.
create table register_anchors (
  product_id blob not null references products (id),
  -- Entries of the log, and its root then (RFC 9162).
  size integer not null,
  root_hash blob not null,
  -- Open until the network has made it final.
  status text not null check (status in ('open', 'confirmed')),
  -- What was signed for it last; none while nothing is on its way.
  transaction_hash blob,
  payload blob,
  block integer,
  created_at integer not null,
  primary key (product_id, size)
) strict;
create unique index register_anchors_open on register_anchors (product_id) where status = 'open';
