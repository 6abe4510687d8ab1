-- Platforms ask for assets. Columns named sealed_* are encrypted: a note may speak of people.
create table asset_requests (
  id uuid not null primary key,
  platform_id uuid not null references platforms (id),
  product_id uuid not null references products (id),
  status text not null,
  wanted_units bigint not null,
  key_id uuid not null,
  sealed_content bytea not null,
  sandbox_campaign_id uuid references campaigns (id),
  campaign_id uuid references campaigns (id),
  created_at timestamptz not null,
  changed_at timestamptz not null
);
-- One open request of a platform for an asset.
create unique index asset_requests_open on asset_requests (platform_id, product_id) where status = 'requested' or status = 'accepted';
create index asset_requests_by_product on asset_requests (product_id, id);
create index asset_requests_by_status on asset_requests (status, id);
