-- Why the registrar decided about an identification as it did; about the person, so under the person's key.
alter table identifications add column sealed_reason bytea;
