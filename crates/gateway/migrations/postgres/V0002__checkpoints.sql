-- What the logs of registers signed: every checkpoint that continued the one before it, and what contradicts them. Evidence: nothing is ever removed.
create table gateway_checkpoints (
    id uuid primary key,
    environment uuid not null,
    isin text not null,
    -- The key that the log was known by when this was seen.
    public_key text not null,
    -- Entries that it is signed for; null where nothing can be read.
    size bigint,
    note text not null,
    -- Why it contradicts what was kept; null where it does not.
    contradiction text,
    seen_at timestamptz not null,
    -- When the log was last seen to stand by it.
    checked_at timestamptz not null,
    -- Since when the partner follows the log anew, from a later one.
    superseded_at timestamptz
);
create index gateway_checkpoints_by_register on gateway_checkpoints (environment, isin, seen_at, id);
create index gateway_checkpoints_by_isin on gateway_checkpoints (isin, seen_at, id);

alter table gateway_environments add column registers_at timestamptz;
