-- What was marked void by which entry, for the check of a register and for its past.
create index redemptions_of_deletion on redemptions (product_id, deletion_entry_sequence) where deletion_entry_sequence is not null;
