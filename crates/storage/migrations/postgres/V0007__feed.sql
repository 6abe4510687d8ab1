-- An event gets its place in the feed of its platform when somebody reads it: of what is committed, in the order in which it was written.
drop view event_feed;
drop index events_by_platform;
alter table events drop column transaction_id;
alter table events add column place bigint;
create unique index events_placed on events (environment_id, platform_id, place) where place is not null;
create index events_unplaced on events (environment_id, platform_id, position) where place is null;

-- Whoever gives places in a feed holds its row; the last place that was given.
create table event_feeds (
  environment_id uuid not null references environments (id),
  platform_id uuid not null references platforms (id),
  last_place bigint not null,
  primary key (environment_id, platform_id)
);
