-- Which investment a statement of the register belongs to, as its environment said in a list, an answer or an event.
create table gateway_statements (
    id blob primary key,
    investment blob not null,
    heard_at integer not null
) strict;
