-- Who wants to be told. One row per registration; `owner` is a scope that this kit does not interpret.
create table webhook_endpoints (
    id blob primary key,
    owner blob not null,
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
    credential blob,
    data_key blob not null,
    secret blob,
    previous_secret blob,
    previous_until integer,
    -- Counts changes, so that a deliverer knows when what it holds in memory is old.
    version integer not null,
    created_at integer not null,
    flagged_at integer,
    deleted_at integer
) strict;
create index webhook_endpoints_by_owner on webhook_endpoints (owner, created_at, id) where deleted_at is null;

-- What happened, rendered once. `position` is the order for replays.
create table webhook_messages (
    position integer primary key autoincrement,
    id blob not null unique,
    owner blob not null,
    event_type text not null,
    lane blob not null,
    body blob not null,
    created_at integer not null
) strict;
create index webhook_messages_by_time on webhook_messages (owner, created_at, position);

-- One row per endpoint and lane: the unit that is claimed, and what keeps a lane's deliveries in order.
-- due_at is null when nothing is pending; while leased it is the end of the lease.
create table webhook_lanes (
    endpoint blob not null,
    lane blob not null,
    pending integer not null,
    due_at integer,
    lease_token blob,
    primary key (endpoint, lane)
) strict;
create index webhook_lanes_due on webhook_lanes (endpoint, due_at) where due_at is not null;

-- One row per message and endpoint.
create table webhook_deliveries (
    id integer primary key autoincrement,
    endpoint blob not null,
    lane blob not null,
    message blob not null,
    status text not null check (status in ('pending', 'delivered', 'exhausted', 'cancelled')),
    attempts integer not null,
    first_attempt_at integer,
    created_at integer not null,
    finished_at integer
) strict;
create index webhook_deliveries_unfinished on webhook_deliveries (endpoint, lane, id) where finished_at is null;
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint, id);

-- One row per request made.
create table webhook_attempts (
    id integer primary key autoincrement,
    endpoint blob not null,
    delivery integer not null,
    at integer not null,
    status_code integer,
    error text,
    duration_ms integer not null,
    response text
) strict;
create index webhook_attempts_by_endpoint on webhook_attempts (endpoint, id);
