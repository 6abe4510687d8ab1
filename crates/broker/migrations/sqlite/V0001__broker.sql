-- What the broker knows of itself: the secret of the one webhook stream.
create table broker_secrets (
    name text primary key,
    data_key blob not null,
    sealed_secret blob not null
) strict;

-- Customers. Whoever has the token sees the customer's pages.
create table broker_customers (
    id blob primary key,
    token text not null unique,
    kind text not null,
    data_key blob not null,
    sealed_data blob not null,
    -- The investor and its wallet at the gateway; null until both are there.
    investor blob,
    wallet blob,
    created_at integer not null
) strict;

-- What customers ordered.
create table broker_orders (
    id blob primary key,
    customer blob not null references broker_customers (id),
    campaign blob not null,
    asset text not null,
    units integer not null,
    -- The investment at the gateway; null until it is placed or refused.
    investment blob unique,
    refusal text,
    status text,
    told integer not null,
    created_at integer not null
) strict;
create index broker_orders_by_customer on broker_orders (customer, created_at, id);
create index broker_orders_open on broker_orders (created_at) where investment is null and refusal is null;
