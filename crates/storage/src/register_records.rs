//! Which rows are carried with a register, beside what its public files say: whoever goes on with it needs who the holders are, what they
//! instructed, and on what entries rest.
//!
//! Not carried: orders that came to nothing, who has fetched statements, signed documents, identifications, benefiting persons and proofs of authority, listings, payout
//! lists, inspections, incidents, mails, people and clients. They are no part of the register; the new registrar asks for what it needs.

use database::carry::Table;
use database::{DatabaseError, Sql, Tx, Value};
use domain::ProductId;

/// How many rows of a table may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// None: they are this register's own.
    Own,
    /// Any: other registers have them too.
    Shared,
}

/// One kind of record.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The table.
    pub table: &'static str,
    /// Its primary key, in which order they come.
    pub key: &'static [&'static str],
    /// Which rows, where `$1` is the product.
    condition: &'static str,
    /// Whether other registers have them too.
    pub rows: Rows,
}

const fn own(table: &'static str, key: &'static [&'static str], condition: &'static str) -> Kind {
    Kind {
        table,
        key,
        condition,
        rows: Rows::Own,
    }
}

const fn shared(table: &'static str, condition: &'static str) -> Kind {
    Kind {
        table,
        key: &["id"],
        condition,
        rows: Rows::Shared,
    }
}

const OF_PRODUCT: &str = "product_id = $1";
const OF_INSTRUCTION: &str =
    "instruction_id in (select i.id from instructions i where i.product_id = $1)";

/// Every kind, each after those that it refers to.
pub const KINDS: [Kind; 37] = [
    shared(
        "environments",
        "id in (select p.environment_id from products p where p.id = $1)
or id in (select d.environment_id from documents d where d.id in (select s.document_id from registry_statements s where s.product_id = $1))",
    ),
    // The account before the issuers that it has.
    shared(
        "issuers",
        "account_id = id and id in (select i.account_id from issuers i where i.id in (
select p.issuer_id from products p where p.id = $1 union select t.depositor_id from terms_versions t where t.product_id = $1))",
    ),
    shared(
        "issuers",
        "(account_id is null or account_id <> id) and id in (
select p.issuer_id from products p where p.id = $1 union select t.depositor_id from terms_versions t where t.product_id = $1)",
    ),
    shared(
        "platforms",
        "id in (
select i.platform_id from investments i join register_commitments k on k.investment_id = i.id where k.product_id = $1
union select n.platform_id from instructions n where n.product_id = $1
union select r.platform_id from redemptions r where r.product_id = $1
union select v.platform_id from investors v join holders h on h.investor_id = v.id where h.product_id = $1)",
    ),
    own("products", &["id"], "id = $1"),
    // Its twin in the sandbox stays where it is.
    own(
        "product_offers",
        &["product_id"],
        "product_id = $1 and sandbox_of is null",
    ),
    own(
        "campaigns",
        &["id"],
        "id in (select i.campaign_id from investments i join register_commitments k on k.investment_id = i.id where k.product_id = $1)",
    ),
    shared(
        "documents",
        "id in (
select r.document_id from restrictions r where r.product_id = $1
union select l.document_id from restriction_releases l join restrictions r on r.id = l.restriction_id where r.product_id = $1
union select g.document_id from reregistrations g where g.product_id = $1
union select c.document_id from conversions c where c.product_id = $1
union select t.evidence_id from terms_versions t where t.product_id = $1
union select s.document_id from registry_statements s where s.product_id = $1
union select o.document_id from product_documents o where o.product_id = $1)",
    ),
    own(
        "product_documents",
        &["product_id", "document_type", "version"],
        OF_PRODUCT,
    ),
    shared(
        "decisions",
        "id in (
select r.decision_id from restrictions r where r.product_id = $1
union select l.decision_id from restriction_releases l join restrictions r on r.id = l.restriction_id where r.product_id = $1
union select g.decision_id from reregistrations g where g.product_id = $1
union select c.decision_id from conversions c where c.product_id = $1
union select t.decision_id from terms_versions t where t.product_id = $1)",
    ),
    shared(
        "investors",
        "id in (
select h.investor_id from holders h where h.product_id = $1
union select i.investor_id from investments i join register_commitments k on k.investment_id = i.id where k.product_id = $1
union select n.investor_id from instructions n where n.product_id = $1
union select t.target_investor_id from transfers t join instructions n on n.id = t.instruction_id where n.product_id = $1
union select r.investor_id from redemptions r where r.product_id = $1)",
    ),
    shared(
        "wallets",
        "investor_id in (
select h.investor_id from holders h where h.product_id = $1
union select i.investor_id from investments i join register_commitments k on k.investment_id = i.id where k.product_id = $1
union select n.investor_id from instructions n where n.product_id = $1
union select t.target_investor_id from transfers t join instructions n on n.id = t.instruction_id where n.product_id = $1
union select r.investor_id from redemptions r where r.product_id = $1)",
    ),
    own(
        "investments",
        &["id"],
        "id in (select k.investment_id from register_commitments k where k.product_id = $1)",
    ),
    own("holders", &["id"], OF_PRODUCT),
    shared(
        "instruction_keys",
        "investor_id in (
select h.investor_id from holders h where h.product_id = $1
union select i.investor_id from investments i join register_commitments k on k.investment_id = i.id where k.product_id = $1
union select n.investor_id from instructions n where n.product_id = $1
union select t.target_investor_id from transfers t join instructions n on n.id = t.instruction_id where n.product_id = $1
union select r.investor_id from redemptions r where r.product_id = $1)",
    ),
    own(
        "instruction_key_uses",
        &["product_id", "digest"],
        OF_PRODUCT,
    ),
    own("instruction_queues", &["product_id"], OF_PRODUCT),
    own("instructions", &["id"], OF_PRODUCT),
    own("transfers", &["instruction_id"], OF_INSTRUCTION),
    own(
        "transfer_parts",
        &["instruction_id", "investment_id"],
        OF_INSTRUCTION,
    ),
    own(
        "movements",
        &["product_id", "block_number", "place"],
        OF_PRODUCT,
    ),
    own("movement_looks", &["product_id"], OF_PRODUCT),
    own("transfer_rules", &["product_id"], OF_PRODUCT),
    own("transfer_consents", &["id"], OF_PRODUCT),
    own(
        "redemption_notices",
        &["id"],
        "id in (select r.notice_id from redemptions r where r.product_id = $1)",
    ),
    own("redemptions", &["id"], OF_PRODUCT),
    own("restrictions", &["id"], OF_PRODUCT),
    own(
        "restriction_releases",
        &["id"],
        "restriction_id in (select r.id from restrictions r where r.product_id = $1)",
    ),
    own("reregistrations", &["instruction_id"], OF_PRODUCT),
    own("conversions", &["instruction_id"], OF_PRODUCT),
    own("terms_versions", &["product_id", "version"], OF_PRODUCT),
    own(
        "register_commitments",
        &["product_id", "sequence"],
        OF_PRODUCT,
    ),
    own(
        "register_anchors",
        &["product_id", "size"],
        "product_id = $1 and status = 'confirmed'",
    ),
    own(
        "register_cosignatures",
        &["product_id", "size", "witness"],
        OF_PRODUCT,
    ),
    own("registry_statements", &["id"], OF_PRODUCT),
    // What the next batch of deliveries is called follows from those before it; nothing is open.
    own(
        "dlt_batches",
        &["id"],
        "product_id = $1 and status <> 'open'",
    ),
    // Where each delivery went.
    own(
        "dlt_commands",
        &["id"],
        "product_id = $1 and status = 'confirmed'
and (investment_id is null or investment_id in (select k.investment_id from register_commitments k where k.product_id = $1))",
    ),
];

const IN_MOTION: Sql = Sql("select
(select count(*) from investments v where v.product_id = $1 and v.status in ('ACCEPTED', 'PAID')) +
(select count(*) from instructions i where i.product_id = $1 and i.status = 'processing')
+ (select count(*) from dlt_batches b where b.product_id = $1 and b.status = 'open')
+ (select count(*) from dlt_commands c where c.product_id = $1 and c.status in ('queued', 'taken'))
+ (select count(*) from register_anchors a where a.product_id = $1 and a.status = 'open')");

const RAISE_SERIES: Sql = Sql("update statement_series
set last_number = (select max(s.number) from registry_statements s where s.series = statement_series.name)
where last_number < (select coalesce(max(s.number), 0) from registry_statements s where s.series = statement_series.name)");

impl Kind {
    /// Its rows in this database.
    ///
    /// # Errors
    /// Fails if the database does.
    pub fn open(&self, tx: &mut Tx) -> Result<Table, DatabaseError> {
        Table::open(tx, self.table, self.key, self.condition)
    }
}

/// How many orders, instructions, batches, commands and anchors of a register are on their way.
///
/// # Errors
/// Fails if the database does.
pub fn in_motion(tx: &mut Tx, product: ProductId) -> Result<u64, DatabaseError> {
    tx.query_one(IN_MOTION, &[product.uuid().into()])?.get(0)
}

/// Statements go on behind the numbers that were carried here.
///
/// # Errors
/// Fails if the database does.
pub fn raise_series(tx: &mut Tx) -> Result<(), DatabaseError> {
    tx.later_any(RAISE_SERIES, &[])
}

/// The product as the condition of a kind takes it.
#[must_use]
pub fn parameter(product: ProductId) -> Value {
    product.uuid().into()
}
