-- Who wants to be told. One row per registration; `owner` is a scope that this kit does not interpret.
create table webhook_endpoints (
    id uuid primary key,
    owner uuid not null,
    url text not null,
    description text not null,
    -- ',a,b,' or empty for all: matched by looking for ',type,'.
    event_types text not null,
    status text not null check (status in ('enabled', 'disabled', 'failing')),
    authentication text not null check (authentication in ('none', 'bearer', 'oauth')),
    token_url text,
    client_id text,
    oauth_scope text,
    -- Sealed under data_key: bearer token or client secret.
    credential bytea,
    data_key uuid not null,
    secret bytea,
    previous_secret bytea,
    previous_until timestamptz,
    -- Counts changes, so that a deliverer knows when what it holds in memory is old.
    version bigint not null,
    created_at timestamptz not null,
    flagged_at timestamptz,
    deleted_at timestamptz
);
create index webhook_endpoints_by_owner on webhook_endpoints (owner, created_at, id) where deleted_at is null;

-- What happened, rendered once. `position` is the order for replays.
create table webhook_messages (
    position bigint generated always as identity primary key,
    id uuid not null unique,
    owner uuid not null,
    event_type text not null,
    lane uuid not null,
    body bytea not null,
    created_at timestamptz not null
);
create index webhook_messages_by_time on webhook_messages (owner, created_at, position);

-- One row per endpoint and lane: the unit that is claimed, and what keeps a lane's deliveries in order.
-- due_at is null when nothing is pending; while leased it is the end of the lease.
create table webhook_lanes (
    endpoint uuid not null,
    lane uuid not null,
    pending bigint not null,
    due_at timestamptz,
    lease_token uuid,
    primary key (endpoint, lane)
);
create index webhook_lanes_due on webhook_lanes (endpoint, due_at) where due_at is not null;

-- One row per message and endpoint.
create table webhook_deliveries (
    id bigint generated always as identity primary key,
    endpoint uuid not null,
    lane uuid not null,
    message uuid not null,
    status text not null check (status in ('pending', 'delivered', 'exhausted', 'cancelled')),
    attempts bigint not null,
    first_attempt_at timestamptz,
    created_at timestamptz not null,
    finished_at timestamptz
);
create index webhook_deliveries_unfinished on webhook_deliveries (endpoint, lane, id) where finished_at is null;
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint, id);

-- One row per request made.
create table webhook_attempts (
    id bigint generated always as identity primary key,
    endpoint uuid not null,
    delivery bigint not null,
    at timestamptz not null,
    status_code bigint,
    error text,
    duration_ms bigint not null,
    response text
);
create index webhook_attempts_by_endpoint on webhook_attempts (endpoint, id);
