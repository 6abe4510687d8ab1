-- The embedded chain. Blocks hold one transaction each; the state is the latest only.
create table chain_head (
    id bigint not null primary key check (id = 1),
    chain_id bigint not null,
    number bigint not null,
    hash bytea not null,
    header bytea not null
);

create table chain_block (
    number bigint not null primary key,
    hash bytea not null unique,
    header bytea not null
);

create table chain_transaction (
    hash bytea not null primary key,
    block_number bigint not null unique,
    sender bytea not null,
    raw bytea not null,
    succeeded boolean not null,
    gas_used bigint not null,
    contract_address bytea
);

create table chain_log (
    block_number bigint not null,
    log_index bigint not null,
    address bytea not null,
    topics bytea not null,
    data bytea not null,
    primary key (block_number, log_index)
);

create index chain_log_address on chain_log (address, block_number, log_index);

create table chain_account (
    address bytea not null primary key,
    nonce bigint not null,
    balance bytea not null,
    code_hash bytea not null
);

create table chain_slot (
    address bytea not null,
    slot bytea not null,
    value bytea not null,
    primary key (address, slot)
);

create table chain_code (
    hash bytea not null primary key,
    code bytea not null
);

-- Where the factory is on each network that this registrar writes to, embedded or not.
create table chain_deployment (
    chain_id bigint not null,
    registrar bytea not null,
    factory bytea not null,
    transaction_hash bytea not null,
    payload bytea not null,
    primary key (chain_id, registrar)
);
