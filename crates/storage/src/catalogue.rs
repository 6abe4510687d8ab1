//! The catalogue: assets of all issuers with what partners need, one statement for the whole answer.

use database::{DatabaseError, Row, Sql, Tx, Value};
use domain::{IssuerId, Lei, Offer, ProductId, Units};

use crate::Scope;
use crate::columns::Columns;
use crate::parties::lei;
use crate::products::{self, ProductRecord};

// Twins are not in it: they are found by the product that they stand for.
const LIST: Sql = Sql("select p.id, p.environment_id, e.name, p.issuer_id, i.name, p.name, p.symbol, p.product_type, p.legal_form, p.ewpg, p.isin, p.provide_nominal_value, p.price_amount, p.price_decimals, p.currency, p.max_issuable_amount, p.step_size, p.agio_basis_points, p.payment_deadline_days, p.cancellation_deadline_days, p.network, p.chain_id, p.token_address, p.status, p.sector, p.description, p.terms, p.account_holder, p.iban, p.bic, p.created_at, i.lei, o.is_restricted, o.content, coalesce(c.allocated, 0), coalesce(c.reserved, 0), coalesce(c.own_available, 0), coalesce((select max(t.version) from terms_versions t where t.product_id = p.id), 1)
from products p
join environments e on e.id = p.environment_id
join issuers i on i.id = p.issuer_id
join product_offers o on o.product_id = p.id
left join (
  select product_id, cast(sum(allocation) as bigint) as allocated, cast(sum(reserved) as bigint) as reserved, cast(sum(case when platform_id = $1 then allocation - reserved else 0 end) as bigint) as own_available
  from campaigns
  group by product_id
) c on c.product_id = p.id
where o.sandbox_of is null
and ($3 or p.status in ('ISSUING', 'ACTIVE') and (not o.is_restricted or exists (select 1 from product_circles k where k.product_id = p.id and k.platform_id = $1)) or i.account_id = $2)
and (p.id = $4 or $4 is null)
and (p.sector = $5 or $5 is null)
and (p.legal_form = $6 or $6 is null)
and (p.issuer_id = $7 or $7 is null)
and (p.network = $8 or $8 is null)
and (p.status = $9 or $9 is null)
and (p.currency = $10 or $10 is null)
and (o.minimum_cents <= $11 or $11 is null)
and (o.matures_on >= $12 or $12 is null)
and (o.matures_on <= $13 or $13 is null)
and (o.search_text like $14 escape '!' or $14 is null)
order by p.id
limit $15 offset $16");

const COUNT: Sql = Sql("select count(*)
from products p
join issuers i on i.id = p.issuer_id
join product_offers o on o.product_id = p.id
where o.sandbox_of is null
and ($3 or p.status in ('ISSUING', 'ACTIVE') and (not o.is_restricted or exists (select 1 from product_circles k where k.product_id = p.id and k.platform_id = $1)) or i.account_id = $2)
and (p.id = $4 or $4 is null)
and (p.sector = $5 or $5 is null)
and (p.legal_form = $6 or $6 is null)
and (p.issuer_id = $7 or $7 is null)
and (p.network = $8 or $8 is null)
and (p.status = $9 or $9 is null)
and (p.currency = $10 or $10 is null)
and (o.minimum_cents <= $11 or $11 is null)
and (o.matures_on >= $12 or $12 is null)
and (o.matures_on <= $13 or $13 is null)
and (o.search_text like $14 escape '!' or $14 is null)");

/// Which assets are wanted; nothing set is all that the caller may see.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// This one alone.
    pub product: Option<ProductId>,
    /// Such as `real_estate`.
    pub sector: Option<String>,
    /// As stored.
    pub legal_form: Option<String>,
    /// Whose.
    pub issuer: Option<IssuerId>,
    /// DLT network.
    pub network: Option<String>,
    /// As stored.
    pub status: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The smallest investment is not above this, in hundredths of the currency.
    pub minimum_cents_up_to: Option<i64>,
    /// Repaid on this day or later.
    pub matures_from: Option<String>,
    /// Repaid on this day or earlier.
    pub matures_until: Option<String>,
    /// Somewhere in name, issuer, ISIN or asset code.
    pub search: Option<String>,
}

/// An asset of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueRecord {
    /// The product.
    pub product: ProductRecord,
    /// ISO 17442.
    pub issuer_lei: Option<Lei>,
    /// Whether only its circle sees it.
    pub is_restricted: bool,
    /// Its offer.
    pub offer: Offer,
    /// Units that campaigns have.
    pub allocated: Units,
    /// Units that investments hold.
    pub reserved: Units,
    /// Units that the calling platform's campaigns can still sell.
    pub own_available: Units,
    /// Version of the deposited terms.
    pub terms_version: u32,
}

/// The number of assets that the caller may see and a stretch of them, oldest first.
///
/// # Errors
/// Fails if the database does.
pub fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    offset: u64,
    limit: u32,
) -> Result<(u64, Vec<CatalogueRecord>), DatabaseError> {
    let wanted = parameters(scope, filter);
    let mut stretch = wanted.to_vec();
    // One more than asked for tells whether there is more, and mostly that nothing has to be counted.
    let beyond = limit.saturating_add(1);
    stretch.extend([beyond.into(), offset.cast_signed().into()]);
    let mut rows = tx.query(LIST, &stretch)?;
    let found = rows.len() as u64;
    let is_last = found <= u64::from(limit) && (found > 0 || offset == 0);
    let count = match is_last {
        true => offset + found,
        false => tx.query_one(COUNT, &wanted)?.get(0)?,
    };
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let records = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok((count, records))
}

fn parameters(scope: &Scope, filter: &Filter) -> [Value; 14] {
    let sees_all = *scope == Scope::ALL;
    [
        scope.platform_value(),
        scope.issuer_value(),
        sees_all.into(),
        Value::from(filter.product.map(ProductId::uuid)),
        Value::from(filter.sector.clone()),
        Value::from(filter.legal_form.clone()),
        Value::from(filter.issuer.map(IssuerId::uuid)),
        Value::from(filter.network.clone()),
        Value::from(filter.status.clone()),
        Value::from(filter.currency.clone()),
        Value::from(filter.minimum_cents_up_to),
        Value::from(filter.matures_from.clone()),
        Value::from(filter.matures_until.clone()),
        Value::from(filter.search.as_deref().map(pattern)),
    ]
}

/// The text anywhere; what means more than itself in a pattern means itself here.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn read(row: &Row) -> Result<CatalogueRecord, DatabaseError> {
    let product = products::read(row)?;
    let mut columns = Columns::after(row, products::COLUMNS);
    Ok(CatalogueRecord {
        product,
        issuer_lei: lei(columns.next()?),
        is_restricted: columns.next()?,
        offer: columns.parsed(crate::offers::parse)?,
        allocated: columns.units()?,
        reserved: columns.units()?,
        own_available: columns.units()?,
        terms_version: columns.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_is_meant_literally() {
        assert_eq!(pattern("Havel 5%_!"), "%havel 5!%!_!!%");
    }
}
