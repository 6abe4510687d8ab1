-- What issuers bring by themselves: who they are, what they offer, to whom, and the twin of each product for trying things out.
alter table issuers add column account_id blob references issuers (id);
alter table issuers add column key_id blob;
alter table issuers add column sealed_profile blob;
alter table issuers add column mirrored integer not null default 0;
update issuers set account_id = id;
create index issuers_by_account on issuers (account_id, id);

-- Finds the registry account of an issuer's company by what the commercial register publishes of it.
alter table investors add column company_hash blob;
create index investors_by_company on investors (company_hash) where company_hash is not null;

-- An environment has its name from the start and is reached once it is open.
alter table environments add column kind text not null default 'production';
alter table environments add column opened_at integer;
update environments set opened_at = created_at;

-- The registrar has seen the contract between issuer and platform.
create table issuer_platforms (
  issuer_id blob not null references issuers (id),
  platform_id blob not null references platforms (id),
  is_allowed integer not null,
  changed_at integer not null,
  primary key (issuer_id, platform_id)
) strict;
insert into issuer_platforms (issuer_id, platform_id, is_allowed, changed_at)
select p.issuer_id, l.platform_id, 1, max(l.created_at)
from listings l
join products p on p.id = l.product_id
where l.is_allowed
group by p.issuer_id, l.platform_id;

alter table campaigns add column offering_type text;
alter table campaigns add column maximum_persons integer;

-- Beside products, because orders read that row and need nothing of this.
create table product_offers (
  product_id blob not null primary key references products (id),
  sandbox_of blob unique references products (id),
  is_restricted integer not null,
  minimum_cents integer not null,
  matures_on text,
  search_text text not null,
  content text not null,
  rejection_reason text,
  changed_at integer not null
) strict;

insert into product_offers (product_id, sandbox_of, is_restricted, minimum_cents, matures_on, search_text, content, rejection_reason, changed_at)
select p.id, null, 0, case when p.price_decimals = 2 then p.price_amount else 0 end, null, lower(p.name || ' ' || i.name || ' ' || p.isin || ' ' || p.symbol), '{"minimum_units":1}', null, p.created_at
from products p
join issuers i on i.id = p.issuer_id;

create table product_circles (
  product_id blob not null references products (id),
  platform_id blob not null references platforms (id),
  primary key (product_id, platform_id)
) strict;

-- Every version of every document of an offer; the offer itself names the present ones.
create table product_documents (
  product_id blob not null references products (id),
  document_type text not null,
  version integer not null,
  document_id blob not null references documents (id),
  content_hash blob not null,
  created_at integer not null,
  primary key (product_id, document_type, version)
) strict;
create index product_documents_by_hash on product_documents (product_id, content_hash);
