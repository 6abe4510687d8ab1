-- Transfers and redemptions by the id that their environment gave, as it last described them.
create table gateway_instructions (
    id blob primary key,
    kind text not null check (kind in ('transfer', 'redemption')),
    investor blob not null,
    environment blob not null,
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
create index gateway_instructions_by_time on gateway_instructions (kind, created_at, id);
create index gateway_instructions_by_reference on gateway_instructions (reference) where reference is not null;
create index gateway_instructions_refresh on gateway_instructions (environment, kind, refresh_at) where refresh_at is not null;

-- How often the environment was asked what a message is about that nobody here knows.
alter table gateway_inbox add column asked integer not null default 0;
create index gateway_inbox_asked on gateway_inbox (environment, received_at) where handled_at is null;
