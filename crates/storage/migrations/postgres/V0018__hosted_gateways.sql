-- Gateways that the network runs for partners: one for what is sold, one for trying things out. Each has a database of its own,
-- whose master key is sealed here.
create table hosted_gateways (
  platform_id uuid not null references platforms (id),
  kind text not null,
  slug text not null unique,
  key_id uuid not null,
  sealed_master_key bytea not null,
  created_at timestamptz not null,
  -- Null while it is switched off.
  switched_on_at timestamptz,
  primary key (platform_id, kind)
);

-- With which client a hosted gateway enters an environment.
create table hosted_gateway_clients (
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  client_id uuid not null references clients (id),
  primary key (environment_id, platform_id)
);
