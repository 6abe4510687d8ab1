-- The partner's own applications: one credential in front of every environment.
create table gateway_clients (
    id uuid primary key,
    client_id text not null unique,
    secret_hash bytea not null,
    created_at timestamptz not null,
    revoked_at timestamptz
);

-- Answers of the gateway's own writes, by idempotency key; sealed, since they hold personal data.
create table gateway_keys (
    client uuid not null,
    operation text not null,
    idempotency_key text not null,
    fingerprint bytea not null,
    status bigint not null,
    sealed_answer bytea not null,
    answer_key uuid not null,
    resource uuid,
    created_at timestamptz not null,
    primary key (client, operation, idempotency_key)
);

-- One row per asset that the partner sells: where its environment is and how to get in. Without a campaign it is a home,
-- where every investor is.
create table gateway_environments (
    id uuid primary key,
    name text not null unique,
    url text not null,
    campaign uuid unique,
    eager boolean not null,
    client_id text not null,
    data_key uuid not null,
    sealed_client_secret bytea not null,
    sealed_bearer_token bytea,
    sealed_webhook_secret bytea,
    webhook_endpoint uuid,
    concurrency bigint not null,
    requests_per_second bigint,
    drift_policy text not null check (drift_policy in ('alert', 'push')),
    -- Where it stands: null while it answers.
    unreachable_since timestamptz,
    trouble text,
    -- When it last told something by webhook or feed, and how far its feed was read.
    heard_at timestamptz,
    feed text not null check (feed in ('unknown', 'events', 'none')),
    feed_cursor uuid,
    catalogue_at timestamptz,
    compared_at timestamptz,
    created_at timestamptz not null
);

-- The partner's investors with the document in force.
create table gateway_investors (
    id uuid primary key,
    reference text unique,
    data_key uuid not null,
    sealed_document bytea not null,
    -- Number of the last change.
    version bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index gateway_investors_by_time on gateway_investors (created_at, id);

-- Everything that ever happened to an investor, in order: what each environment still lacks is a part of this list.
-- A change with an environment is meant for that one only.
create table gateway_changes (
    investor uuid not null,
    version bigint not null,
    kind text not null,
    environment uuid,
    subject uuid,
    sealed_body bytea,
    created_at timestamptz not null,
    primary key (investor, version)
);

-- An investor in one environment: the unit of work, and what keeps its changes in order.
create table gateway_copies (
    investor uuid not null,
    environment uuid not null,
    -- The investor's id there; null until it is created.
    remote uuid,
    -- The version with which it is created, the last document version that the environment took, the last change done.
    base bigint not null,
    patched bigint not null,
    reached bigint not null,
    kyc_status text,
    remote_updated_at text,
    attempts bigint not null,
    -- Null when nothing is to be done.
    due_at timestamptz,
    pending_since timestamptz,
    troubled_since timestamptz,
    trouble text,
    observed_at timestamptz,
    created_at timestamptz not null,
    primary key (investor, environment)
);
create index gateway_copies_by_environment on gateway_copies (environment, investor);
create index gateway_copies_by_remote on gateway_copies (environment, remote);
create index gateway_copies_due on gateway_copies (environment, due_at) where due_at is not null;

-- What an environment refused, with its problem.
create table gateway_refusals (
    investor uuid not null,
    environment uuid not null,
    version bigint not null,
    kind text not null,
    sealed_problem bytea not null,
    refused_at timestamptz not null,
    resolved_at timestamptz,
    primary key (investor, environment, version)
);

create index gateway_refusals_open on gateway_refusals (environment) where resolved_at is null;

-- Wallets, identifications and benefiting persons.
create table gateway_parts (
    id uuid primary key,
    investor uuid not null,
    kind text not null,
    version bigint not null,
    sealed_body bytea not null,
    created_at timestamptz not null
);
create index gateway_parts_by_investor on gateway_parts (investor, kind, version);

-- What a part is called in an environment, and what that last said of it.
create table gateway_remote_parts (
    part uuid not null,
    environment uuid not null,
    remote uuid not null,
    sealed_answer bytea not null,
    observed_at timestamptz not null,
    primary key (part, environment)
);
create index gateway_remote_parts_by_remote on gateway_remote_parts (environment, remote);

-- Uploads, kept until every environment that needs them has them, and for those to come.
create table gateway_documents (
    id uuid primary key,
    data_key uuid not null,
    sealed_name bytea not null,
    content_type text not null,
    size bigint not null,
    sha256 bytea not null,
    sealed_content bytea not null,
    created_at timestamptz not null
);
create table gateway_remote_documents (
    document uuid not null,
    environment uuid not null,
    remote uuid not null,
    primary key (document, environment)
);
create index gateway_remote_documents_by_remote on gateway_remote_documents (environment, remote);

-- Investments that the partner's application asked for: durable before they are sent.
create table gateway_orders (
    id uuid primary key,
    client uuid not null,
    idempotency_key text not null,
    fingerprint bytea not null,
    investor uuid not null,
    environment uuid not null,
    reference text,
    sealed_body bytea not null,
    state text not null check (state in ('waiting', 'placed', 'refused')),
    sealed_problem bytea,
    investment uuid,
    -- When the application was told of the refusal; a repeat after that is a new try.
    told_at timestamptz,
    created_at timestamptz not null,
    ended_at timestamptz,
    unique (client, idempotency_key)
);
create index gateway_orders_waiting on gateway_orders (investor, environment) where state = 'waiting';

-- Investments by the id that their environment gave: it is unique over all of them.
create table gateway_investments (
    id uuid primary key,
    investor uuid not null,
    environment uuid not null,
    campaign uuid not null,
    reference text,
    status text not null,
    sealed_body bytea not null,
    -- Number of the last event passed on, by the environment's count and by ours.
    heard bigint not null,
    sequence bigint not null,
    -- The time of that event, for environments that do not count.
    told_at timestamptz not null,
    changed_at timestamptz not null,
    observed_at timestamptz not null,
    -- When to ask the environment again; null if nothing is known to have changed.
    refresh_at timestamptz,
    created_at timestamptz not null
);
create index gateway_investments_by_investor on gateway_investments (investor, created_at, id);
create index gateway_investments_by_time on gateway_investments (created_at, id);
create index gateway_investments_by_reference on gateway_investments (reference) where reference is not null;
create index gateway_investments_refresh on gateway_investments (environment, refresh_at) where refresh_at is not null;

-- What environments told, each once; without personal data.
create table gateway_inbox (
    event_key text primary key,
    environment uuid not null,
    event uuid not null,
    investment uuid,
    sequence bigint not null,
    kind text not null,
    body bytea not null,
    received_at timestamptz not null,
    handled_at timestamptz,
    outcome text
);
create index gateway_inbox_waiting on gateway_inbox (received_at, event_key) where handled_at is null;

-- The one stream to the partner's application.
create table gateway_events (
    position bigint generated always as identity primary key,
    id uuid not null unique,
    body bytea not null,
    created_at timestamptz not null
);

-- What can be sold, as the environments describe it.
create table gateway_catalogue (
    environment uuid not null,
    kind text not null,
    id uuid not null,
    body text not null,
    observed_at timestamptz not null,
    primary key (environment, kind, id)
);

-- Differences between our document and an environment's.
create table gateway_differences (
    investor uuid not null,
    environment uuid not null,
    field text not null,
    sealed_values bytea not null,
    first_seen_at timestamptz not null,
    seen_at timestamptz not null,
    state text not null check (state in ('open', 'pushed')),
    primary key (investor, environment, field)
);
