-- Statements become documents: numbered without gaps, made once, and the same bytes ever after.
create table statement_series (
  name text not null primary key,
  last_number bigint not null
);
insert into statement_series (name, last_number)
values ('production', 0), ('sandbox', 0);

alter table registry_statements add column entry_sequence bigint not null default 0;
alter table registry_statements add column reason text not null default 'entry';
alter table registry_statements add column investment_units bigint not null default 0;
alter table registry_statements add column year bigint;
alter table registry_statements add column status text not null default 'due';
alter table registry_statements add column language text;
alter table registry_statements add column series text references statement_series (name);
alter table registry_statements add column number bigint;
alter table registry_statements add column issued_at timestamptz;
alter table registry_statements add column log_size bigint;
alter table registry_statements add column document_id uuid references documents (id);

update registry_statements
set entry_sequence = sequence;
-- What an entry commits to is the investment that received; the others gave.
update registry_statements
set reason = 'change'
where not exists (
  select 1
  from register_commitments k
  where k.product_id = registry_statements.product_id
  and k.sequence = registry_statements.sequence
  and k.investment_id = registry_statements.investment_id);
update registry_statements
set investment_units = (select v.remaining_units from investments v where v.id = registry_statements.investment_id);

drop index registry_statements_of_entry;
create unique index registry_statements_of_entry on registry_statements (product_id, sequence, investment_id) where reason = 'entry' or reason = 'change';
create unique index registry_statements_of_year on registry_statements (investment_id, year) where year is not null;
create unique index registry_statements_numbered on registry_statements (series, number) where number is not null;
create index registry_statements_open on registry_statements (id) where status = 'due' or status = 'numbered';
