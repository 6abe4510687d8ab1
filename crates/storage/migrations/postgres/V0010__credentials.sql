-- Clients have several secrets or keys at a time, so that one can be replaced without a moment in which none works.
create table client_credentials (
  id uuid not null primary key,
  client_id uuid not null references clients (id),
  method text not null,
  hint text not null,
  secret_hash bytea,
  public_key text,
  created_at timestamptz not null,
  expires_at timestamptz
);
create index client_credentials_by_client on client_credentials (client_id, id);

insert into client_credentials (id, client_id, method, hint, secret_hash, public_key, created_at, expires_at)
select id, id, 'client_secret', '', secret_hash, null, created_at, null
from clients;

alter table clients drop column secret_hash;
alter table clients add column allowed_networks text not null default '';
alter table clients add column expires_at timestamptz;
alter table clients add column last_used_at timestamptz;
create index clients_by_platform on clients (platform_id, id);
create index clients_by_issuer on clients (issuer_id, id);

-- Signed assertions that were believed, so that each is believed once (RFC 7523 section 3).
create table client_assertions (
  client_id uuid not null references clients (id),
  id_hash bytea not null,
  expires_at timestamptz not null,
  primary key (client_id, id_hash)
);

-- Whose doing a line is about: parties see their own.
alter table audit_log add column platform_id uuid;
alter table audit_log add column issuer_id uuid;
create index audit_log_by_platform on audit_log (platform_id, at);
create index audit_log_by_issuer on audit_log (issuer_id, at);
