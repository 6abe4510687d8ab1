-- Transfers by the id that their environment gave, as it last described them.
create table gateway_transfers (
    id uuid primary key,
    investor uuid not null,
    environment uuid not null,
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
create index gateway_transfers_by_time on gateway_transfers (created_at, id);
create index gateway_transfers_by_reference on gateway_transfers (reference) where reference is not null;
create index gateway_transfers_refresh on gateway_transfers (environment, refresh_at) where refresh_at is not null;

-- How often the environment was asked what a message is about that nobody here knows.
alter table gateway_inbox add column asked bigint not null default 0;
create index gateway_inbox_asked on gateway_inbox (environment, received_at) where handled_at is null;
