//! What a copy lacks next, as a call that is ready to be sent.

use database::Tx;
use database::vault::DataKey;
use serde_json::Value;
use uuid::Uuid;

use crate::store::changes::{Change, Kind};
use crate::store::copies::{self, Copy};
use crate::store::environments::Environment;
use crate::store::orders::OrderState;
use crate::store::parts::PartKind;
use crate::{Error, Gateway, Result, changes, mapping, merge, orders, parts, store};

/// A step that is ready to be sent.
pub(super) struct Step {
    pub(super) copy: Copy,
    pub(super) key: DataKey,
    pub(super) environment: Environment,
    /// The change that it carries out; none for the creation.
    pub(super) change: Option<Change>,
    pub(super) call: Option<Call>,
    /// The kind of part that it makes, after some of which the investor's status may be another.
    pub(super) part: Option<PartKind>,
}

pub(super) enum Method {
    Post,
    Patch,
}

pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) key: String,
    pub(super) body: Value,
}

/// What the copy lacks next; nothing if it has everything.
pub(super) fn prepare(
    gateway: &Gateway,
    tx: &mut Tx,
    investor: Uuid,
    environment: Uuid,
) -> Result<Option<Step>> {
    let Some(copy) = copies::find(tx, investor, environment)? else {
        return Ok(None);
    };
    let row = store::investors::find(tx, investor)?.ok_or_else(|| Error::not_found("investor"))?;
    let environment = store::environments::find(tx, environment)?
        .ok_or_else(|| Error::not_found("environment"))?;
    let key = gateway.vault.key(tx, row.data_key)?;
    let step = |copy, change, call, part| Step {
        copy,
        key: key.clone(),
        environment: environment.clone(),
        change,
        call,
        part,
    };
    let Some(remote) = copy.remote else {
        let body = changes::document_at(tx, &key, investor, copy.base)?;
        let call = Call {
            method: Method::Post,
            path: "investors/".to_owned(),
            key: format!("gateway-{investor}-create-{}", copy.base),
            body,
        };
        return Ok(Some(step(copy, None, Some(call), None)));
    };
    let Some(change) =
        store::changes::next(tx, investor, copy.environment, copy.reached, copy.base)?
    else {
        return Ok(None);
    };
    let (call, part) = match change.kind {
        Kind::Create => (None, None),
        Kind::Patch => (patch(tx, &key, &copy, &change, remote)?, None),
        Kind::Repair => {
            let body = changes::body(&key, &change)?;
            (Some(to_investor(&copy, &change, remote, body)), None)
        }
        Kind::Part => new_part(tx, &key, &change, remote)?,
        Kind::WalletPatch => (wallet_patch(tx, &key, &copy, &change, remote)?, None),
        Kind::Order => (order(tx, &key, &copy, &change, remote)?, None),
    };
    Ok(Some(step(copy, Some(change), call, part)))
}

/// The partner's own patch; if the environment refused one before it, everything since the last that it took.
fn patch(
    tx: &mut Tx,
    key: &DataKey,
    copy: &Copy,
    change: &Change,
    remote: Uuid,
) -> Result<Option<Call>> {
    let investor = copy.investor;
    let body = if store::changes::has_patches_between(tx, investor, copy.patched, change.version)? {
        let before = changes::document_at(tx, key, investor, copy.patched)?;
        let after = changes::document_at(tx, key, investor, change.version)?;
        merge::difference(&before, &after)
    } else {
        changes::body(key, change)?
    };
    let is_empty = body.as_object().is_some_and(serde_json::Map::is_empty);
    Ok((!is_empty).then(|| to_investor(copy, change, remote, body)))
}

fn to_investor(copy: &Copy, change: &Change, remote: Uuid, body: Value) -> Call {
    Call {
        method: Method::Patch,
        path: format!("investors/{remote}/"),
        key: format!(
            "gateway-{}-{}-{}",
            copy.investor, copy.patched, change.version
        ),
        body,
    }
}

fn new_part(
    tx: &mut Tx,
    key: &DataKey,
    change: &Change,
    remote: Uuid,
) -> Result<(Option<Call>, Option<PartKind>)> {
    let id = change.subject.unwrap_or_default();
    let Some(part) = store::parts::find(tx, id)? else {
        return Ok((None, None));
    };
    let call = Call {
        method: Method::Post,
        path: format!("investors/{remote}/{}", part.kind.path()),
        key: format!("gateway-part-{id}"),
        body: parts::body(key, &part)?,
    };
    Ok((Some(call), Some(part.kind)))
}

/// Nothing where the wallet itself was refused.
fn wallet_patch(
    tx: &mut Tx,
    key: &DataKey,
    copy: &Copy,
    change: &Change,
    remote: Uuid,
) -> Result<Option<Call>> {
    let id = change.subject.unwrap_or_default();
    let Some(wallet) = store::parts::remote(tx, id, copy.environment)? else {
        return Ok(None);
    };
    Ok(Some(Call {
        method: Method::Patch,
        path: format!("investors/{remote}/wallets/{wallet}/"),
        key: format!("gateway-{}-wallet-{}", copy.investor, change.version),
        body: changes::body(key, change)?,
    }))
}

/// Nothing where the order was refused already, with its investor.
fn order(
    tx: &mut Tx,
    key: &DataKey,
    copy: &Copy,
    change: &Change,
    remote: Uuid,
) -> Result<Option<Call>> {
    let id = change.subject.unwrap_or_default();
    let Some(order) =
        store::orders::find(tx, id)?.filter(|order| order.state == OrderState::Waiting)
    else {
        return Ok(None);
    };
    let mut body = orders::body(key, &order)?;
    body["investor_id"] = remote.to_string().into();
    if let Some(wallet) = mapping::id_in(&body, "wallet")
        // A wallet that the environment refused stays our id, which it does not know and says so.
        && let Some(there) = store::parts::remote(tx, wallet, copy.environment)?
    {
        body["wallet"] = there.to_string().into();
    }
    Ok(Some(Call {
        method: Method::Post,
        path: "investments/".to_owned(),
        key: format!("gateway-order-{id}"),
        body,
    }))
}
