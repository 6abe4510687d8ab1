-- One key per person; destroying it erases whatever it sealed.
create table data_keys (
    id uuid not null primary key,
    owner uuid,
    wrapped bytea,
    master_key_id text not null,
    created_at timestamptz not null,
    destroyed_at timestamptz,
    check ((wrapped is null) = (destroyed_at is not null))
);

create index data_keys_owner on data_keys (owner);

-- Which master key the data keys are wrapped with, and something that only this key opens.
create table vault_canary (
    master_key_id text not null primary key,
    sealed bytea not null,
    created_at timestamptz not null
);

-- Who may do what only one process may do; the token grows with each new holder.
create table leases (
    name text not null primary key,
    holder text not null,
    token bigint not null,
    until timestamptz not null
);
