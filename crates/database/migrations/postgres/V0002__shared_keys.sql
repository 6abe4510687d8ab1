-- Persons beside its owner who need what a key seals: it is destroyed with the last of them.
create table data_key_sharers (
    key_id uuid not null references data_keys (id),
    owner uuid not null,
    primary key (key_id, owner)
);
create index data_key_sharers_by_owner on data_key_sharers (owner);
