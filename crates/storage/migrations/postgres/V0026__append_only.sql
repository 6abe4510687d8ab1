-- What is entered stays as it is: the database itself refuses anything else. Taking the guards away is a change of the schema, which no part of the
-- program makes.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end
$$;
create trigger register_entries_stay before update or delete or truncate on register_entries
for each statement execute function refuse_change();
create trigger register_subtrees_stay before update or delete or truncate on register_subtrees
for each statement execute function refuse_change();
create trigger audit_log_stays before update or delete or truncate on audit_log
for each statement execute function refuse_change();
