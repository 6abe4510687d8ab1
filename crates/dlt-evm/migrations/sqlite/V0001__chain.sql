-- The embedded chain. Blocks hold one transaction each; the state is the latest only.
create table chain_head (
    id integer not null primary key check (id = 1),
    chain_id integer not null,
    number integer not null,
    hash blob not null,
    header blob not null
) strict;

create table chain_block (
    number integer not null primary key,
    hash blob not null unique,
    header blob not null
) strict;

create table chain_transaction (
    hash blob not null primary key,
    block_number integer not null unique,
    sender blob not null,
    raw blob not null,
    succeeded integer not null,
    gas_used integer not null,
    contract_address blob
) strict;

create table chain_log (
    block_number integer not null,
    log_index integer not null,
    address blob not null,
    topics blob not null,
    data blob not null,
    primary key (block_number, log_index)
) strict;

create index chain_log_address on chain_log (address, block_number, log_index);

create table chain_account (
    address blob not null primary key,
    nonce integer not null,
    balance blob not null,
    code_hash blob not null
) strict;

create table chain_slot (
    address blob not null,
    slot blob not null,
    value blob not null,
    primary key (address, slot)
) strict;

create table chain_code (
    hash blob not null primary key,
    code blob not null
) strict;

-- Where the factory is on each network that this registrar writes to, embedded or not.
create table chain_deployment (
    chain_id integer not null,
    registrar blob not null,
    factory blob not null,
    transaction_hash blob not null,
    payload blob not null,
    primary key (chain_id, registrar)
) strict;
