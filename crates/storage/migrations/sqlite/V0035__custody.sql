-- Managed wallets have keys that follow from one seed and a number.
create table custody_wallets (
  investor_id blob not null primary key references investors (id),
  number integer not null unique,
  address blob not null unique
) strict;

-- The terms of custody that the holder of a managed wallet has accepted.
alter table wallets add column custody_terms_version text;
alter table wallets add column custody_terms_accepted_at integer;
