-- Investments, what was signed for them, and the log of events.
create table investments (
  id blob not null primary key,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  issuer_id blob not null references issuers (id),
  product_id blob not null references products (id),
  campaign_id blob not null references campaigns (id),
  investor_id blob not null references investors (id),
  units integer not null,
  remaining_units integer not null,
  status text not null,
  signed_at integer not null,
  accepted_at integer,
  paid_at integer,
  delivered_at integer,
  declared_accepted_at integer,
  declared_paid_at integer,
  payment_due_at integer,
  cancellable_until integer,
  delivery_started_at integer,
  wallet_id blob references wallets (id),
  wallet_address blob,
  transaction_hash blob,
  total_amount integer not null,
  total_decimals integer not null,
  currency text not null,
  payment_reference text not null unique,
  reason text,
  event_sequence integer not null,
  created_at integer not null,
  changed_at integer not null
) strict;
create index investments_by_platform on investments (environment_id, platform_id, id);
create index investments_by_product on investments (product_id, id);
create index investments_by_investor on investments (investor_id, id);
create index investments_due on investments (payment_due_at) where status = 'ACCEPTED';
create index investments_deliverable on investments (cancellable_until) where status = 'PAID' and delivery_started_at is null;

create table signed_documents (
  investment_id blob not null references investments (id),
  position integer not null,
  document_id blob not null references documents (id),
  document_type text not null,
  primary key (investment_id, position)
) strict;

create table events (
  position integer not null primary key autoincrement,
  transaction_id integer not null default 0,
  id blob not null unique,
  environment_id blob not null references environments (id),
  platform_id blob not null references platforms (id),
  event_type text not null,
  investment_id blob,
  body blob not null,
  created_at integer not null
) strict;
create index events_by_platform on events (environment_id, platform_id, transaction_id, position);
create view event_feed as
select position, transaction_id, id, environment_id, platform_id, event_type, investment_id, body, created_at
from events;
