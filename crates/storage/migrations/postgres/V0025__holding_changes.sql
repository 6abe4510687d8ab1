-- What a holder has after each entry that changed it: the register's past can be asked without replaying it. It follows from the entries; a register
-- whose entries are older than this table gets its rows with its next entry.
create table holding_changes (
  product_id uuid not null references products (id),
  holder_id uuid not null,
  sequence bigint not null,
  units bigint not null check (units >= 0),
  -- Whether the holder was not in the register before.
  is_first boolean not null,
  primary key (product_id, holder_id, sequence)
);
create index holding_changes_by_entry on holding_changes (product_id, sequence);
create index holding_changes_first on holding_changes (product_id, sequence) where is_first;

create index register_entries_by_time on register_entries (product_id, created_at, sequence);
