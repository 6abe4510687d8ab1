//! Products: assets of issuers, one environment each.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{
    Address, Bic, CampaignId, Currency, EnvironmentId, Iban, Isin, IssuerId, LegalForm, Money,
    Percent, Price, Product, ProductId, ProductStatus, ProductType, Terms, Timestamp, Units,
};

use crate::Scope;
use crate::columns::{Columns, time};

const INSERT: Sql = Sql("insert into products
(id, environment_id, issuer_id, name, symbol, product_type, legal_form, ewpg, isin, provide_nominal_value, price_amount, price_decimals, currency, max_issuable_amount, step_size, agio_basis_points, payment_deadline_days, cancellation_deadline_days, network, chain_id, token_address, status, sector, description, terms, account_holder, iban, bic, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)");

// A platform sees what is listed for it; an issuer sees its own.
const FIND: Sql = Sql("select p.id, p.environment_id, e.name, p.issuer_id, i.name, p.name, p.symbol, p.product_type, p.legal_form, p.ewpg, p.isin, p.provide_nominal_value, p.price_amount, p.price_decimals, p.currency, p.max_issuable_amount, p.step_size, p.agio_basis_points, p.payment_deadline_days, p.cancellation_deadline_days, p.network, p.chain_id, p.token_address, p.status, p.sector, p.description, p.terms, p.account_holder, p.iban, p.bic, p.created_at
from products p
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
where p.id = $1
and (p.environment_id = $2 or $2 is null)
and (p.issuer_id in (select id from issuers where account_id = $3) or $3 is null)
and (exists (select 1 from listings l where l.product_id = p.id and l.platform_id = $4 and l.is_allowed) or $4 is null)
and (exists (select 1 from membership_products m where m.membership_id = $5 and m.product_id = p.id) or $5 is null)");

const FIND_BY_ISIN: Sql = Sql("select p.id, p.environment_id, e.name, p.issuer_id, i.name, p.name, p.symbol, p.product_type, p.legal_form, p.ewpg, p.isin, p.provide_nominal_value, p.price_amount, p.price_decimals, p.currency, p.max_issuable_amount, p.step_size, p.agio_basis_points, p.payment_deadline_days, p.cancellation_deadline_days, p.network, p.chain_id, p.token_address, p.status, p.sector, p.description, p.terms, p.account_holder, p.iban, p.bic, p.created_at
from products p
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
where p.isin = $1");

// The last two columns are the standing of the campaign's platform, which an order is checked against: see `orders`.
pub(crate) const OF_CAMPAIGN: Sql = Sql("select p.id, p.environment_id, e.name, p.issuer_id, i.name, p.name, p.symbol, p.product_type, p.legal_form, p.ewpg, p.isin, p.provide_nominal_value, p.price_amount, p.price_decimals, p.currency, p.max_issuable_amount, p.step_size, p.agio_basis_points, p.payment_deadline_days, p.cancellation_deadline_days, p.network, p.chain_id, p.token_address, p.status, p.sector, p.description, p.terms, p.account_holder, p.iban, p.bic, p.created_at, t.participation, t.licence
from products p
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
join campaigns c on c.product_id = p.id
join listings l on l.product_id = p.id and l.platform_id = c.platform_id and l.is_allowed
join platforms t on t.id = c.platform_id
where c.id = $1");

const LIST: Sql = Sql("select p.id, p.environment_id, e.name, p.issuer_id, i.name, p.name, p.symbol, p.product_type, p.legal_form, p.ewpg, p.isin, p.provide_nominal_value, p.price_amount, p.price_decimals, p.currency, p.max_issuable_amount, p.step_size, p.agio_basis_points, p.payment_deadline_days, p.cancellation_deadline_days, p.network, p.chain_id, p.token_address, p.status, p.sector, p.description, p.terms, p.account_holder, p.iban, p.bic, p.created_at
from products p
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
where (p.environment_id = $1 or $1 is null)
and (p.issuer_id in (select id from issuers where account_id = $2) or $2 is null)
and (exists (select 1 from listings l where l.product_id = p.id and l.platform_id = $3 and l.is_allowed) or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = p.id) or $4 is null)
order by p.id
limit $5 offset $6");

const COUNT: Sql = Sql("select count(*)
from products p
where (p.environment_id = $1 or $1 is null)
and (p.issuer_id in (select id from issuers where account_id = $2) or $2 is null)
and (exists (select 1 from listings l where l.product_id = p.id and l.platform_id = $3 and l.is_allowed) or $3 is null)
and (exists (select 1 from membership_products m where m.membership_id = $4 and m.product_id = p.id) or $4 is null)");

// Campaigns of one product are made one after the other, and a product is changed by one request at a time.
const LOCK: Sql = Sql("select id
from products
where id = $1
for update");

const UPDATE: Sql = Sql("update products
set name = $2, symbol = $3, product_type = $4, legal_form = $5, ewpg = $6, isin = $7, provide_nominal_value = $8, price_amount = $9, price_decimals = $10, currency = $11, max_issuable_amount = $12, step_size = $13, agio_basis_points = $14, payment_deadline_days = $15, cancellation_deadline_days = $16, network = $17, chain_id = $18, token_address = $19, status = $20, sector = $21, description = $22, terms = $23, account_holder = $24, iban = $25, bic = $26
where id = $1");

const WITH_STATUS: Sql = Sql("select p.id, p.environment_id, e.name, p.issuer_id, i.name, p.name, p.symbol, p.product_type, p.legal_form, p.ewpg, p.isin, p.provide_nominal_value, p.price_amount, p.price_decimals, p.currency, p.max_issuable_amount, p.step_size, p.agio_basis_points, p.payment_deadline_days, p.cancellation_deadline_days, p.network, p.chain_id, p.token_address, p.status, p.sector, p.description, p.terms, p.account_holder, p.iban, p.bic, p.created_at
from products p
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
where p.status = $1
order by p.id
limit $2 offset $3");

const COUNT_WITH_STATUS: Sql = Sql("select count(*)
from products
where status = $1");

const IS_TOKEN: Sql = Sql("select 1
from products
where token_address = $1");

const SET_STATUS: Sql = Sql("update products
set status = $2
where id = $1");

/// A product as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRecord {
    /// What the rules know.
    pub product: Product,
    /// Its API space.
    pub environment: EnvironmentId,
    /// Name of its API space.
    pub environment_name: String,
    /// Firm of the issuer.
    pub issuer_name: String,
    /// Symbol of the token.
    pub symbol: String,
    /// EIP-155.
    pub chain_id: u64,
    /// Where the token is, or will be.
    pub token_address: Address,
    /// How far it has come.
    pub status: ProductStatus,
    /// Such as `real_estate`.
    pub sector: Option<String>,
    /// What an investor should know in a paragraph.
    pub description: Option<String>,
    /// Essential terms, name and value.
    pub essential_terms: Vec<(String, String)>,
    /// Where investors pay.
    pub account: PaymentAccount,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The issuer's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAccount {
    /// Name on the account.
    pub holder: String,
    /// ISO 13616.
    pub iban: Iban,
    /// ISO 9362.
    pub bic: Bic,
}

/// Keeps a new product.
///
/// # Errors
/// Fails if the database does, or if the ISIN is taken.
pub fn insert(tx: &mut Tx, record: &ProductRecord) -> Result<(), DatabaseError> {
    let mut parameters = vec![
        record.product.id.uuid().into(),
        record.environment.uuid().into(),
        record.product.issuer_id.uuid().into(),
    ];
    parameters.extend(described(record));
    parameters.push(time(record.created_at));
    tx.execute(INSERT, &parameters).map(|_| ())
}

/// Saves what can change of a product.
///
/// # Errors
/// Fails if the database does, or if the ISIN is taken.
pub fn update(tx: &mut Tx, record: &ProductRecord) -> Result<(), DatabaseError> {
    let mut parameters = vec![record.product.id.uuid().into()];
    parameters.extend(described(record));
    tx.execute(UPDATE, &parameters).map(|_| ())
}

/// Keeps everybody else from changing a product, or making campaigns of it, until the transaction ends.
///
/// # Errors
/// Fails if the database does.
pub fn lock(tx: &mut Tx, id: ProductId) -> Result<bool, DatabaseError> {
    Ok(tx.query_opt(LOCK, &[id.uuid().into()])?.is_some())
}

/// Name to bic, in the order of the table.
fn described(record: &ProductRecord) -> [Value; 25] {
    let product = &record.product;
    let price = product.price.per_unit();
    [
        product.name.as_str().into(),
        record.symbol.as_str().into(),
        product.product_type.as_str().into(),
        product.legal_form.as_str().into(),
        product.ewpg.into(),
        product.isin.as_str().into(),
        product.price.nominal_value().is_some().into(),
        price.amount().into(),
        price.decimals().into(),
        price.currency().code().into(),
        product.max_issuable_amount.as_i64().into(),
        product.step_size.as_i64().into(),
        product.agio.basis_points().into(),
        product.terms.payment_deadline_days.into(),
        product.terms.cancellation_deadline_days.into(),
        product.network.as_str().into(),
        record.chain_id.cast_signed().into(),
        Value::Bytes(record.token_address.bytes().to_vec()),
        record.status.as_str().into(),
        Value::from(record.sector.clone()),
        Value::from(record.description.clone()),
        essential_terms_text(&record.essential_terms).into(),
        record.account.holder.as_str().into(),
        record.account.iban.to_string().into(),
        record.account.bic.as_str().into(),
    ]
}

/// A product that the caller may see.
///
/// # Errors
/// Fails if the database does.
pub fn find(
    tx: &mut Tx,
    scope: &Scope,
    id: ProductId,
) -> Result<Option<ProductRecord>, DatabaseError> {
    let parameters = [
        id.uuid().into(),
        scope.environment_value(),
        scope.issuer_value(),
        scope.platform_value(),
        scope.membership_value(),
    ];
    tx.query_opt(FIND, &parameters)?
        .map(|row| read(&row))
        .transpose()
}

/// A product by its ISIN, for the registrar.
///
/// # Errors
/// Fails if the database does.
pub fn find_by_isin(tx: &mut Tx, isin: &Isin) -> Result<Option<ProductRecord>, DatabaseError> {
    tx.query_opt(FIND_BY_ISIN, &[isin.as_str().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The product of a campaign, as far as it is listed for the campaign's platform.
///
/// # Errors
/// Fails if the database does.
pub fn of_campaign(
    tx: &mut Tx,
    campaign: CampaignId,
) -> Result<Option<ProductRecord>, DatabaseError> {
    tx.query_opt(OF_CAMPAIGN, &[campaign.uuid().into()])?
        .map(|row| read(&row))
        .transpose()
}

/// The number of products that the caller may see and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<ProductRecord>), DatabaseError> {
    let filter = [
        scope.environment_value(),
        scope.issuer_value(),
        scope.platform_value(),
        scope.membership_value(),
    ];
    let count = tx.query_one(COUNT, &filter)?.get(0)?;
    let [environment, issuer, platform, membership] = filter;
    let stretch = [
        environment,
        issuer,
        platform,
        membership,
        limit.into(),
        offset.cast_signed().into(),
    ];
    let rows = tx.query(LIST, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// The number of products with a status and a stretch of them, oldest first, for the registrar.
///
/// # Errors
/// Fails if the database does.
pub fn with_status(
    tx: &mut Tx,
    status: ProductStatus,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<ProductRecord>), DatabaseError> {
    let count = tx
        .query_one(COUNT_WITH_STATUS, &[status.as_str().into()])?
        .get(0)?;
    let stretch = [
        status.as_str().into(),
        limit.into(),
        offset.cast_signed().into(),
    ];
    let rows = tx.query(WITH_STATUS, &stretch)?;
    Ok((count, rows.iter().map(read).collect::<Result<_, _>>()?))
}

/// Whether an address is that of one of our tokens.
///
/// # Errors
/// Fails if the database does.
pub fn is_token_address(tx: &mut Tx, address: Address) -> Result<bool, DatabaseError> {
    let parameters = [Value::Bytes(address.bytes().to_vec())];
    Ok(tx.query_opt(IS_TOKEN, &parameters)?.is_some())
}

/// Moves a product on.
///
/// # Errors
/// Fails if the database does.
pub fn set_status(tx: &mut Tx, id: ProductId, status: ProductStatus) -> Result<(), DatabaseError> {
    tx.later(SET_STATUS, &[id.uuid().into(), status.as_str().into()])
}

/// How many columns [`read`] takes.
pub(crate) const COLUMNS: usize = 31;

pub(crate) fn read(row: &Row) -> Result<ProductRecord, DatabaseError> {
    let mut columns = Columns::of(row);
    let id = columns.id(ProductId::from_uuid)?;
    let environment = columns.id(EnvironmentId::from_uuid)?;
    let environment_name = columns.next()?;
    let issuer_id = columns.id(IssuerId::from_uuid)?;
    let issuer_name = columns.next()?;
    let name = columns.next()?;
    let symbol = columns.next()?;
    let product = Product {
        id,
        issuer_id,
        name,
        product_type: columns.parsed(|text| text.parse::<ProductType>().ok())?,
        legal_form: columns.parsed(|text| text.parse::<LegalForm>().ok())?,
        ewpg: columns.next()?,
        isin: columns.parsed(|text| text.parse::<Isin>().ok())?,
        price: price(&mut columns)?,
        max_issuable_amount: units(columns.next()?),
        step_size: units(columns.next()?),
        agio: Percent::from_basis_points(columns.next()?).unwrap_or_default(),
        terms: Terms {
            payment_deadline_days: columns.next()?,
            cancellation_deadline_days: columns.next()?,
        },
        network: columns.next()?,
    };
    Ok(ProductRecord {
        product,
        environment,
        environment_name,
        issuer_name,
        symbol,
        chain_id: columns.next()?,
        token_address: columns.address()?,
        status: columns.parsed(|text| text.parse::<ProductStatus>().ok())?,
        sector: columns.next()?,
        description: columns.next()?,
        essential_terms: columns.parsed(|text| serde_json::from_str(text).ok())?,
        account: PaymentAccount {
            holder: columns.next()?,
            iban: columns.parsed(|text| text.parse().ok())?,
            bic: columns.parsed(|text| text.parse().ok())?,
        },
        created_at: columns.time()?,
    })
}

fn price(columns: &mut Columns) -> Result<Price, DatabaseError> {
    let is_nominal: bool = columns.next()?;
    let amount: i64 = columns.next()?;
    let decimals: u8 = columns.next()?;
    let money = columns.parsed(|text| {
        let currency = text.parse::<Currency>().ok()?;
        Money::new(amount, decimals, currency).ok()
    })?;
    Ok(if is_nominal {
        Price::Nominal(money)
    } else {
        Price::Issuance(money)
    })
}

/// Stored units are counted by a check of the database, so that they always fit.
pub(crate) fn units(stored: u64) -> Units {
    Units::new(stored).unwrap_or_default()
}

fn essential_terms_text(terms: &[(String, String)]) -> String {
    serde_json::to_string(terms).expect("pairs of texts are JSON")
}
