-- Platforms ask for assets. Columns named sealed_* are encrypted: a note may speak of people.
create table asset_requests (
  id blob not null primary key,
  platform_id blob not null references platforms (id),
  product_id blob not null references products (id),
  status text not null,
  wanted_units integer not null,
  key_id blob not null,
  sealed_content blob not null,
  sandbox_campaign_id blob references campaigns (id),
  campaign_id blob references campaigns (id),
  created_at integer not null,
  changed_at integer not null
) strict;
-- One open request of a platform for an asset.
create unique index asset_requests_open on asset_requests (platform_id, product_id) where status = 'requested' or status = 'accepted';
create index asset_requests_by_product on asset_requests (product_id, id);
create index asset_requests_by_status on asset_requests (status, id);
