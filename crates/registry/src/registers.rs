//! The register of a product as the registrar sees it.

use database::Tx;
use domain::register::merkle;
use domain::{EntryType, HolderId, Isin, ProductId, Timestamp, Units};
use storage::Scope;
use storage::holding_changes::Held;
use storage::register::{Head, HoldingRecord};
use storage::{redemption_checks, register_entries};
use wire::FieldCode;
use wire::network::{Holding, PastHolding, PastRegister, Register};

use crate::{Caller, Error, Registry, Result, Right, past, register_content, restrictions};

/// Which past of a register is wanted; without a sequence and a time, that of now.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// After this entry.
    pub sequence: Option<u64>,
    /// RFC 3339: after the last entry that was made before this time.
    pub at: Option<String>,
    /// Only this holder.
    pub holder: Option<HolderId>,
    /// Only holders that came into the register after this entry.
    pub after: u64,
    /// Holdings at most.
    pub limit: u32,
}

/// The register of a product: where its journal stands and who holds what.
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product.
pub async fn get(registry: &Registry, caller: &Caller, product: ProductId) -> Result<Register> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let holdings = storage::register::holdings(tx, product)?;
            shown(&own, tx, product, &holdings)
        })
        .await
}

/// The same for a page: so many holdings at most, and how many there are.
///
/// # Errors
/// As [`get`].
pub async fn beginning(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
    limit: u32,
) -> Result<(u64, Register)> {
    caller.require(Right::ReadNetwork)?;
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let (count, holdings) = storage::register::first_holdings(tx, product, limit)?;
            Ok((count, shown(&own, tx, product, &holdings)?))
        })
        .await
}

/// The product with this ISIN.
///
/// # Errors
/// Not found if there is none.
pub async fn product(registry: &Registry, isin: Isin) -> Result<ProductId> {
    registry
        .db
        .read(move |tx| {
            let found = storage::products::find_by_isin(tx, &isin)?;
            Ok(found.ok_or(Error::NotFound("product"))?.product.id)
        })
        .await
}

/// What the register of a product said after an entry, or at a time (§ 26 eWpG: whoever was entered then).
///
/// # Errors
/// Refuses callers other than the registrar; not found if there is no such product; field errors if there is no such entry, for a text that is no
/// time, and for both at once.
pub async fn past(
    registry: &Registry,
    caller: &Caller,
    product: ProductId,
    wanted: Past,
) -> Result<PastRegister> {
    caller.require(Right::ReadNetwork)?;
    registry
        .db
        .read(move |tx| as_it_was(tx, product, &wanted))
        .await
}

/// The same within a transaction, for who has checked that it may be shown.
pub(crate) fn as_it_was(tx: &mut Tx, product: ProductId, wanted: &Past) -> Result<PastRegister> {
    let record = storage::products::find(tx, &Scope::ALL, product)?;
    let isin = record.ok_or(Error::NotFound("product"))?.product.isin;
    let head = storage::register::head(tx, product)?;
    let sequence = place(tx, product, head.as_ref(), wanted)?;
    let entry = register_entries::find(tx, product, sequence)?;
    let deleted = redemption_checks::deleted(tx, product, sequence)?;
    let issued = head.as_ref().filter(|_| sequence > 0);
    let (held, has_more) = held(tx, product, sequence, wanted)?;
    let issuer = head.as_ref().map(|head| head.issuer_holder);
    let restricted = storage::restrictions::entered(tx, product, Some(sequence))?;
    let collective = storage::conversions::collective(tx, product, Some(sequence))?;
    let restrictions_of = |holder| {
        let own = restricted.iter().filter(|one| one.holder == holder);
        own.filter_map(restrictions::of_holding).collect()
    };
    let holdings = held.iter().map(|held| PastHolding {
        holder_id: held.holder.uuid(),
        is_issuer: Some(held.holder) == issuer,
        units: held.units.get(),
        since: held.since,
        entry_type: entry_type(&collective, held.holder),
        restrictions: restrictions_of(held.holder),
    });
    let root = entry
        .as_ref()
        .map_or_else(merkle::empty_root, |entry| entry.root_hash);
    Ok(PastRegister {
        product_id: product.uuid(),
        isin: isin.to_string(),
        sequence,
        entered_at: entry.map(|entry| entry.created_at.to_string()),
        root_hash: hex::encode(root),
        issue_volume: issued.map_or(0, |head| head.issued.get()),
        deleted_units: deleted.get(),
        holdings: holdings.collect(),
        has_more,
    })
}

/// The entry after which the register is wanted.
fn place(tx: &mut Tx, product: ProductId, head: Option<&Head>, wanted: &Past) -> Result<u64> {
    let last = head.map_or(0, |head| head.sequence);
    let field = |name, code, text: String| Error::Field(name, code, text);
    match (wanted.sequence, &wanted.at) {
        (None, None) => Ok(last),
        (Some(_), Some(_)) => Err(field(
            "at",
            FieldCode::Duplicate,
            "name a sequence or a time, not both".to_owned(),
        )),
        (Some(sequence), None) if sequence <= last => Ok(sequence),
        (Some(_), None) => Err(field(
            "sequence",
            FieldCode::OutOfRange,
            format!("the last entry is {last}"),
        )),
        (None, Some(text)) => {
            let at = Timestamp::parse(text)
                .map_err(|error| field("at", FieldCode::InvalidFormat, error.to_string()))?;
            Ok(register_entries::last_before(tx, product, at)?)
        }
    }
}

/// A stretch of those who held units, and whether more follow.
fn held(
    tx: &mut Tx,
    product: ProductId,
    sequence: u64,
    wanted: &Past,
) -> Result<(Vec<Held>, bool)> {
    if let Some(holder) = wanted.holder {
        let held = past::of_holder(tx, product, holder, sequence)?;
        return Ok((held.into_iter().collect(), false));
    }
    if wanted.after > sequence {
        let text = format!("the register is wanted after entry {sequence}");
        return Err(Error::Field("after", FieldCode::OutOfRange, text));
    }
    // One more than asked for tells whether there is more.
    let stretch = (wanted.after, wanted.limit.saturating_add(1));
    let mut held = past::some(tx, product, sequence, stretch)?;
    let has_more = held.len() > wanted.limit as usize;
    held.truncate(wanted.limit as usize);
    Ok((held, has_more))
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    product: ProductId,
    holdings: &[HoldingRecord],
) -> Result<Register> {
    let record =
        storage::products::find(tx, &Scope::ALL, product)?.ok_or(Error::NotFound("product"))?;
    let head = storage::register::head(tx, product)?;
    let issuer = head.as_ref().map(|head| head.issuer_holder);
    let restricted = storage::restrictions::entered(tx, product, None)?;
    let collective = storage::conversions::collective(tx, product, None)?;
    let restrictions_of = |holding: &HoldingRecord| {
        let own = restricted
            .iter()
            .filter(|one| (one.holder, one.wallet.address) == (holding.holder, holding.wallet));
        own.filter_map(restrictions::of_holding).collect()
    };
    let held = holdings
        .iter()
        .filter(|holding| !holding.units.is_zero())
        .map(|holding| Holding {
            holder_id: holding.holder.uuid(),
            is_issuer: Some(holding.holder) == issuer,
            wallet_address: holding.wallet.to_string(),
            units: holding.units.get(),
            entry_type: entry_type(&collective, holding.holder),
            restrictions: restrictions_of(holding),
        });
    Ok(Register {
        product_id: product.uuid(),
        isin: record.product.isin.to_string(),
        issue_volume: head.as_ref().map_or(Units::ZERO, |head| head.issued).get(),
        deleted_units: head.as_ref().map_or(0, |head| head.deleted.get()),
        sequence: head.as_ref().map_or(0, |head| head.sequence),
        root_hash: hex::encode(
            head.as_ref()
                .map_or_else(merkle::empty_root, |head| head.root_hash),
        ),
        token_address: head.is_some().then(|| record.token_address.to_string()),
        content: register_content::shown(registry, tx, &record)?,
        holdings: held.collect(),
    })
}

fn entry_type(collective: &[HolderId], holder: HolderId) -> String {
    let entry_type = match collective.contains(&holder) {
        true => EntryType::Collective,
        false => EntryType::Single,
    };
    entry_type.as_str().to_owned()
}
