-- What the broker knows of itself: the secret of the one webhook stream.
create table broker_secrets (
    name text primary key,
    data_key uuid not null,
    sealed_secret bytea not null
);

-- Customers. Whoever has the token sees the customer's pages.
create table broker_customers (
    id uuid primary key,
    token text not null unique,
    kind text not null,
    data_key uuid not null,
    sealed_data bytea not null,
    -- The investor and its wallet at the gateway; null until both are there.
    investor uuid,
    wallet uuid,
    created_at timestamptz not null
);

-- What customers ordered.
create table broker_orders (
    id uuid primary key,
    customer uuid not null references broker_customers (id),
    campaign uuid not null,
    asset text not null,
    units bigint not null,
    -- The investment at the gateway; null until it is placed or refused.
    investment uuid unique,
    refusal text,
    status text,
    told bigint not null,
    created_at timestamptz not null
);
create index broker_orders_by_customer on broker_orders (customer, created_at, id);
create index broker_orders_open on broker_orders (created_at) where investment is null and refusal is null;
