-- The partner's own applications: one credential in front of every environment.
create table gateway_clients (
    id blob primary key,
    client_id text not null unique,
    secret_hash blob not null,
    created_at integer not null,
    revoked_at integer
) strict;

-- Answers of the gateway's own writes, by idempotency key; sealed, since they hold personal data.
create table gateway_keys (
    client blob not null,
    operation text not null,
    idempotency_key text not null,
    fingerprint blob not null,
    status integer not null,
    sealed_answer blob not null,
    answer_key blob not null,
    resource blob,
    created_at integer not null,
    primary key (client, operation, idempotency_key)
) strict;

-- One row per asset that the partner sells: where its environment is and how to get in. Without a campaign it is a home,
-- where every investor is.
create table gateway_environments (
    id blob primary key,
    name text not null unique,
    url text not null,
    campaign blob unique,
    eager integer not null,
    client_id text not null,
    data_key blob not null,
    sealed_client_secret blob not null,
    sealed_bearer_token blob,
    sealed_webhook_secret blob,
    webhook_endpoint blob,
    concurrency integer not null,
    requests_per_second integer,
    drift_policy text not null check (drift_policy in ('alert', 'push')),
    -- Where it stands: null while it answers.
    unreachable_since integer,
    trouble text,
    -- When it last told something by webhook or feed, and how far its feed was read.
    heard_at integer,
    feed text not null check (feed in ('unknown', 'events', 'none')),
    feed_cursor blob,
    catalogue_at integer,
    compared_at integer,
    created_at integer not null
) strict;

-- The partner's investors with the document in force.
create table gateway_investors (
    id blob primary key,
    reference text unique,
    data_key blob not null,
    sealed_document blob not null,
    -- Number of the last change.
    version integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index gateway_investors_by_time on gateway_investors (created_at, id);

-- Everything that ever happened to an investor, in order: what each environment still lacks is a part of this list.
-- A change with an environment is meant for that one only.
create table gateway_changes (
    investor blob not null,
    version integer not null,
    kind text not null,
    environment blob,
    subject blob,
    sealed_body blob,
    created_at integer not null,
    primary key (investor, version)
) strict;

-- An investor in one environment: the unit of work, and what keeps its changes in order.
create table gateway_copies (
    investor blob not null,
    environment blob not null,
    -- The investor's id there; null until it is created.
    remote blob,
    -- The version with which it is created, the last document version that the environment took, the last change done.
    base integer not null,
    patched integer not null,
    reached integer not null,
    kyc_status text,
    remote_updated_at text,
    attempts integer not null,
    -- Null when nothing is to be done.
    due_at integer,
    pending_since integer,
    troubled_since integer,
    trouble text,
    observed_at integer,
    created_at integer not null,
    primary key (investor, environment)
) strict;
create index gateway_copies_by_environment on gateway_copies (environment, investor);
create index gateway_copies_by_remote on gateway_copies (environment, remote);
create index gateway_copies_due on gateway_copies (environment, due_at) where due_at is not null;

-- What an environment refused, with its problem.
create table gateway_refusals (
    investor blob not null,
    environment blob not null,
    version integer not null,
    kind text not null,
    sealed_problem blob not null,
    refused_at integer not null,
    resolved_at integer,
    primary key (investor, environment, version)
) strict;

create index gateway_refusals_open on gateway_refusals (environment) where resolved_at is null;

-- Wallets, identifications and benefiting persons.
create table gateway_parts (
    id blob primary key,
    investor blob not null,
    kind text not null,
    version integer not null,
    sealed_body blob not null,
    created_at integer not null
) strict;
create index gateway_parts_by_investor on gateway_parts (investor, kind, version);

-- What a part is called in an environment, and what that last said of it.
create table gateway_remote_parts (
    part blob not null,
    environment blob not null,
    remote blob not null,
    sealed_answer blob not null,
    observed_at integer not null,
    primary key (part, environment)
) strict;
create index gateway_remote_parts_by_remote on gateway_remote_parts (environment, remote);

-- Uploads, kept until every environment that needs them has them, and for those to come.
create table gateway_documents (
    id blob primary key,
    data_key blob not null,
    sealed_name blob not null,
    content_type text not null,
    size integer not null,
    sha256 blob not null,
    sealed_content blob not null,
    created_at integer not null
) strict;
create table gateway_remote_documents (
    document blob not null,
    environment blob not null,
    remote blob not null,
    primary key (document, environment)
) strict;
create index gateway_remote_documents_by_remote on gateway_remote_documents (environment, remote);

-- Investments that the partner's application asked for: durable before they are sent.
create table gateway_orders (
    id blob primary key,
    client blob not null,
    idempotency_key text not null,
    fingerprint blob not null,
    investor blob not null,
    environment blob not null,
    reference text,
    sealed_body blob not null,
    state text not null check (state in ('waiting', 'placed', 'refused')),
    sealed_problem blob,
    investment blob,
    -- When the application was told of the refusal; a repeat after that is a new try.
    told_at integer,
    created_at integer not null,
    ended_at integer,
    unique (client, idempotency_key)
) strict;
create index gateway_orders_waiting on gateway_orders (investor, environment) where state = 'waiting';

-- Investments by the id that their environment gave: it is unique over all of them.
create table gateway_investments (
    id blob primary key,
    investor blob not null,
    environment blob not null,
    campaign blob not null,
    reference text,
    status text not null,
    sealed_body blob not null,
    -- Number of the last event passed on, by the environment's count and by ours.
    heard integer not null,
    sequence integer not null,
    -- The time of that event, for environments that do not count.
    told_at integer not null,
    changed_at integer not null,
    observed_at integer not null,
    -- When to ask the environment again; null if nothing is known to have changed.
    refresh_at integer,
    created_at integer not null
) strict;
create index gateway_investments_by_investor on gateway_investments (investor, created_at, id);
create index gateway_investments_by_time on gateway_investments (created_at, id);
create index gateway_investments_by_reference on gateway_investments (reference) where reference is not null;
create index gateway_investments_refresh on gateway_investments (environment, refresh_at) where refresh_at is not null;

-- What environments told, each once; without personal data.
create table gateway_inbox (
    event_key text primary key,
    environment blob not null,
    event blob not null,
    investment blob,
    sequence integer not null,
    kind text not null,
    body blob not null,
    received_at integer not null,
    handled_at integer,
    outcome text
) strict;
create index gateway_inbox_waiting on gateway_inbox (received_at, event_key) where handled_at is null;

-- The one stream to the partner's application.
create table gateway_events (
    position integer primary key autoincrement,
    id blob not null unique,
    body blob not null,
    created_at integer not null
) strict;

-- What can be sold, as the environments describe it.
create table gateway_catalogue (
    environment blob not null,
    kind text not null,
    id blob not null,
    body text not null,
    observed_at integer not null,
    primary key (environment, kind, id)
) strict;

-- Differences between our document and an environment's.
create table gateway_differences (
    investor blob not null,
    environment blob not null,
    field text not null,
    sealed_values blob not null,
    first_seen_at integer not null,
    seen_at integer not null,
    state text not null check (state in ('open', 'pushed')),
    primary key (investor, environment, field)
) strict;
