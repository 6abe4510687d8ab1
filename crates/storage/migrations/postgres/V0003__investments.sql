-- Investments, what was signed for them, and the log of events.
create table investments (
  id uuid not null primary key,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  issuer_id uuid not null references issuers (id),
  product_id uuid not null references products (id),
  campaign_id uuid not null references campaigns (id),
  investor_id uuid not null references investors (id),
  units bigint not null,
  remaining_units bigint not null,
  status text not null,
  signed_at timestamptz not null,
  accepted_at timestamptz,
  paid_at timestamptz,
  delivered_at timestamptz,
  declared_accepted_at timestamptz,
  declared_paid_at timestamptz,
  payment_due_at timestamptz,
  cancellable_until timestamptz,
  delivery_started_at timestamptz,
  wallet_id uuid references wallets (id),
  wallet_address bytea,
  transaction_hash bytea,
  total_amount bigint not null,
  total_decimals bigint not null,
  currency text not null,
  payment_reference text not null unique,
  reason text,
  event_sequence bigint not null,
  created_at timestamptz not null,
  changed_at timestamptz not null
);
create index investments_by_platform on investments (environment_id, platform_id, id);
create index investments_by_product on investments (product_id, id);
create index investments_by_investor on investments (investor_id, id);
create index investments_due on investments (payment_due_at) where status = 'ACCEPTED';
create index investments_deliverable on investments (cancellable_until) where status = 'PAID' and delivery_started_at is null;

create table signed_documents (
  investment_id uuid not null references investments (id),
  position bigint not null,
  document_id uuid not null references documents (id),
  document_type text not null,
  primary key (investment_id, position)
);

create table events (
  position bigint generated always as identity primary key,
  transaction_id bigint not null default (pg_current_xact_id()::text::bigint),
  id uuid not null unique,
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  event_type text not null,
  investment_id uuid,
  body bytea not null,
  created_at timestamptz not null
);
create index events_by_platform on events (environment_id, platform_id, transaction_id, position);
-- Only what every later transaction will stand behind: nothing can appear before a position already read.
create view event_feed as
select position, transaction_id, id, environment_id, platform_id, event_type, investment_id, body, created_at
from events
where transaction_id < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint);
