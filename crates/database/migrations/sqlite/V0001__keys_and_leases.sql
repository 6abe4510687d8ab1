-- One key per person; destroying it erases whatever it sealed.
create table data_keys (
    id blob not null primary key,
    owner blob,
    wrapped blob,
    master_key_id text not null,
    created_at integer not null,
    destroyed_at integer,
    check ((wrapped is null) = (destroyed_at is not null))
) strict;

create index data_keys_owner on data_keys (owner);

-- Which master key the data keys are wrapped with, and something that only this key opens.
create table vault_canary (
    master_key_id text not null primary key,
    sealed blob not null,
    created_at integer not null
) strict;

-- Who may do what only one process may do; the token grows with each new holder.
create table leases (
    name text not null primary key,
    holder text not null,
    token integer not null,
    until integer not null
) strict;
