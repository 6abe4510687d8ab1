-- What the adapter signs for the networks that it writes to, embedded or not. One row per account: its lock, and the nonce after
-- the highest that left this house.
create table chain_sender (
    chain_id integer not null,
    sender blob not null,
    next_nonce integer not null,
    primary key (chain_id, sender)
) strict;

-- A signed command under the name that the caller knows it by: the hash of the first transaction signed for it.
create table chain_submission (
    id blob not null primary key,
    chain_id integer not null,
    sender blob not null,
    nonce integer not null,
    act text not null,
    asset blob,
    units integer not null,
    wallets integer not null,
    signed_at integer not null,
    -- Written before anything leaves: without it no node can have it.
    sent_at integer,
    -- Since when its nonce is final and no node has a transaction of it.
    gone_at integer
) strict;
create index chain_submission_nonce on chain_submission (chain_id, sender, nonce);

-- The transactions signed for a submission: the first, and those that offered more. What a final one used stands with it.
create table chain_attempt (
    hash blob not null primary key,
    submission blob not null,
    raw blob not null,
    max_fee_wei integer not null,
    tip_wei integer not null,
    sent_at integer,
    succeeded integer,
    block_number integer,
    gas_used integer,
    gas_price_wei integer
) strict;
create index chain_attempt_submission on chain_attempt (submission);
