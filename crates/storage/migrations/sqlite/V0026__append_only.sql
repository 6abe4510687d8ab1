-- What is entered stays as it is: the database itself refuses anything else. Taking the guards away is a change of the schema, which no part of the
-- program makes.
create trigger register_entries_stay_as_they_are before update on register_entries
begin
  select raise(abort, 'register_entries is append-only');
end;
create trigger register_entries_stay before delete on register_entries
begin
  select raise(abort, 'register_entries is append-only');
end;
create trigger register_subtrees_stay_as_they_are before update on register_subtrees
begin
  select raise(abort, 'register_subtrees is append-only');
end;
create trigger register_subtrees_stay before delete on register_subtrees
begin
  select raise(abort, 'register_subtrees is append-only');
end;
create trigger audit_log_stays_as_it_is before update on audit_log
begin
  select raise(abort, 'audit_log is append-only');
end;
create trigger audit_log_stays before delete on audit_log
begin
  select raise(abort, 'audit_log is append-only');
end;
