-- Whether a register has statements that wait for a root is asked after every batch.
create index registry_statements_due on registry_statements (product_id, sequence) where status = 'due';
