-- What was destroyed lately is asked for again and again, so that no backup brings it back.
create index data_keys_destroyed on data_keys (destroyed_at) where destroyed_at is not null;
