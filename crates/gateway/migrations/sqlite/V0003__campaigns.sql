-- What is sold, and where: an environment has as many campaigns as the partner was given for it, and each investor once. One without any
-- is a home, where every investor is.
create table gateway_campaigns (
    id blob primary key,
    environment blob not null
) strict;
create index gateway_campaigns_by_environment on gateway_campaigns (environment, id);

insert into gateway_campaigns (id, environment)
select campaign, id
from gateway_environments
where campaign is not null;

-- SQLite drops no unique column, so the table is made anew without it.
create table gateway_environments_without_campaign (
    id blob primary key,
    name text not null unique,
    url text not null,
    eager integer not null,
    client_id text not null,
    data_key blob not null,
    sealed_client_secret blob not null,
    sealed_bearer_token blob,
    sealed_webhook_secret blob,
    webhook_endpoint blob,
    concurrency integer not null,
    requests_per_second integer,
    drift_policy text not null check (drift_policy in ('alert', 'push')),
    -- Where it stands: null while it answers.
    unreachable_since integer,
    trouble text,
    -- When it last told something by webhook or feed, and how far its feed was read.
    heard_at integer,
    feed text not null check (feed in ('unknown', 'events', 'none')),
    feed_cursor blob,
    catalogue_at integer,
    compared_at integer,
    created_at integer not null,
    registers_at integer
) strict;

insert into gateway_environments_without_campaign
select id, name, url, eager, client_id, data_key, sealed_client_secret, sealed_bearer_token, sealed_webhook_secret,
    webhook_endpoint, concurrency, requests_per_second, drift_policy, unreachable_since, trouble, heard_at, feed,
    feed_cursor, catalogue_at, compared_at, created_at, registers_at
from gateway_environments;

drop table gateway_environments;
alter table gateway_environments_without_campaign rename to gateway_environments;
