-- Terms that were deposited: a row for each version, signed and tied to the one before; the bytes go when the terms are purged, the rest stays.
create table terms_versions (
  product_id uuid not null references products (id),
  version bigint not null check (version >= 1),
  isin text not null,
  document_hash bytea not null,
  content text,
  previous_hash bytea,
  note text not null,
  depositor_id uuid not null references issuers (id),
  legal_basis text,
  reference text,
  evidence_id uuid references documents (id),
  evidence_hash bytea,
  consent text,
  decision_id uuid references decisions (id),
  deposited_at timestamptz not null,
  due_at timestamptz,
  entry_sequence bigint,
  purged_at timestamptz,
  primary key (product_id, version)
);
create index terms_versions_due on terms_versions (due_at) where due_at is not null;

-- When a document's bytes were deleted because the law wants it.
alter table documents add column purged_at timestamptz;

-- Law that changes by date. A rule's rows follow each other: each names the last day of the one before, which has to be over by then, no two
-- have the same one before, and one is the first; so two can never hold on one day.
create table register_rules (
  rule text not null,
  valid_from text not null,
  valid_to text,
  follows text,
  value text not null,
  source text not null,
  primary key (rule, valid_from),
  unique (rule, valid_to),
  unique (rule, follows),
  foreign key (rule, follows) references register_rules (rule, valid_to),
  check (valid_to >= valid_from),
  check (follows < valid_from)
);
create unique index register_rules_first on register_rules (rule) where follows is null;

insert into register_rules (rule, valid_from, valid_to, follows, value, source)
values
('ewpg.5.entry_months', '2021-06-10', null, null, '3', '§ 5(1) s. 3 eWpG'),
('ewpg.20.notice', '2021-06-10', '2025-10-31', null, 'federal_gazette_and_bafin', '§ 20 eWpG'),
('ewpg.20.notice', '2025-11-01', '2026-02-09', '2025-10-31', 'bafin', '§ 20 eWpG as amended; repealed about 10 February 2026'),
('hgb.257.voucher_years', '2021-06-10', '2024-12-31', null, '10', '§ 257(4) HGB, § 147(3) AO'),
('hgb.257.voucher_years', '2025-01-01', null, '2024-12-31', '8', '§ 257(4) HGB, § 147(3) AO; institutes keep them for 10'),
('kwg.65a.dora_incidents', '2025-01-17', null, null, 'required', '§ 65a(3) KWG'),
('wphg.65a.investment_limits', '2019-07-21', '2026-02-09', null, '1000_10000_25000_eur', '§ 6 WpPG, § 65a WpHG; repealed for securities in February 2026'),
('wppg.3.exemption_eur', '2018-07-21', '2026-06-08', null, '8000000', '§ 3 WpPG; since June 2026 Art. 3(2) Reg. 2017/1129, whose figure for Germany is open'),
('ksttg.21.reporting', '2026-01-01', null, null, 'required', '§ 21 KStTG'),
('bgb.356a.withdrawal_function', '2026-06-19', null, null, 'required', '§ 356a BGB'),
('kwg.1a.dora_registrars', '2027-01-01', null, null, 'as_if_crr_institution', '§ 1a(2a), § 65a(3) KWG'),
('estg.45b.payment_reporting', '2027-01-01', null, null, 'required', '§ 45b, § 52(44b) EStG'),
('amlr.identification', '2027-07-10', null, null, 'reg_2024_1624', 'Reg. (EU) 2024/1624');
