-- What the adapter signs for the networks that it writes to, embedded or not. One row per account: its lock, and the nonce after
-- the highest that left this house.
create table chain_sender (
    chain_id bigint not null,
    sender bytea not null,
    next_nonce bigint not null,
    primary key (chain_id, sender)
);

-- A signed command under the name that the caller knows it by: the hash of the first transaction signed for it.
create table chain_submission (
    id bytea not null primary key,
    chain_id bigint not null,
    sender bytea not null,
    nonce bigint not null,
    act text not null,
    asset bytea,
    units bigint not null,
    wallets bigint not null,
    signed_at timestamptz not null,
    -- Written before anything leaves: without it no node can have it.
    sent_at timestamptz,
    -- Since when its nonce is final and no node has a transaction of it.
    gone_at timestamptz
);
create index chain_submission_nonce on chain_submission (chain_id, sender, nonce);

-- The transactions signed for a submission: the first, and those that offered more. What a final one used stands with it.
create table chain_attempt (
    hash bytea not null primary key,
    submission bytea not null,
    raw bytea not null,
    max_fee_wei bigint not null,
    tip_wei bigint not null,
    sent_at timestamptz,
    succeeded boolean,
    block_number bigint,
    gas_used bigint,
    gas_price_wei bigint
);
create index chain_attempt_submission on chain_attempt (submission);
