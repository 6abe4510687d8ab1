-- What all holdings of a register sum up to, kept with each entry: § 7(3) eWpG is checked at every entry without adding up a million holdings.
alter table register_heads add column held_units integer not null default 0;
update register_heads
set held_units = coalesce((select sum(h.units) from holdings h where h.product_id = register_heads.product_id), 0);
