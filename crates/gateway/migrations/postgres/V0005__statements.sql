-- Which investment a statement of the register belongs to, as its environment said in a list, an answer or an event.
create table gateway_statements (
    id uuid primary key,
    investment uuid not null,
    heard_at timestamptz not null
);
