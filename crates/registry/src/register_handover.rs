//! A register goes to another registrar (§§ 21, 22 eWpG): two of the registrar decide on what that rests, and from then on nothing is entered
//! here any more. What is exported afterwards is final.

use std::collections::BTreeSet;

use database::Tx;
use domain::handover::HandoverGround;
use domain::{DecisionKind, HolderId, Isin, ProductId};
use serde_json::{Value, json};
use storage::register_origins::{self, Standing};
use storage::{instructions, register, register_records};
use uuid::Uuid;
use wire::{FieldCode, ProblemCode};

use crate::{Answer, Caller, Error, Registry, Request, Result, Right, audit, decisions};

/// A reference is a line, not a file.
const LONGEST_REFERENCE: usize = 500;

/// What a register is handed over on.
#[derive(Clone, Debug)]
pub struct Handover {
    /// Who has consented.
    pub ground: HandoverGround,
    /// Where the issuer's declaration, the holders' or the supervisor's decision is kept.
    pub reference: String,
    /// The holders that have consented, where it rests on them.
    pub consented: BTreeSet<HolderId>,
    /// Why, for the one who confirms and for the record.
    pub reason: String,
}

/// Proposes that a register goes to another registrar; a second actor confirms.
///
/// # Errors
/// Field errors, also if a holder's consent is missing; `conflict` while something is on its way; `register_handed_over`; not found if
/// there is no such register.
pub async fn propose(
    registry: &Registry,
    request: &Request,
    isin: Isin,
    handover: Handover,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .write(request, move |tx| {
            let found = storage::products::find_by_isin(tx, &isin)?;
            let product = found.ok_or(Error::NotFound("register"))?.product.id;
            check(tx, product, &handover)?;
            let consented = handover.consented.iter().map(|holder| holder.uuid());
            let proposal = decisions::Proposal {
                kind: DecisionKind::RegisterHandover,
                target: product.uuid(),
                content: json!({
                    "isin": isin.as_str(),
                    "ground": handover.ground.as_str(),
                    "reference": handover.reference,
                    "consented": consented.collect::<Vec<_>>(),
                }),
                reason: handover.reason.clone(),
            };
            decisions::propose(&own, tx, &caller, proposal)
        })
        .await
}

/// The effect of a confirmed decision: nothing is sold, instructed or entered here any more.
pub(crate) fn decided(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    target: Uuid,
    content: &Value,
) -> Result<()> {
    let product = ProductId::from_uuid(target);
    let consented = content["consented"].as_array().into_iter().flatten();
    let consented = consented.filter_map(|id| id.as_str()?.parse().ok());
    let ground = content["ground"].as_str().unwrap_or_default();
    let handover = Handover {
        ground: ground.parse().map_err(Error::fault)?,
        reference: content["reference"].as_str().unwrap_or_default().to_owned(),
        consented: consented.map(HolderId::from_uuid).collect(),
        reason: String::new(),
    };
    // Whoever came since has to consent too.
    check(tx, product, &handover)?;
    let now = registry.clock.now();
    storage::campaigns::close_all(tx, product, now)?;
    register_origins::set_standing(tx, product, Standing::HandedOver, now)?;
    let detail = json!({"ground": handover.ground.as_str(), "reference": handover.reference});
    let target = product.to_string();
    audit::record(registry, tx, caller, "register.hand_over", &target, &detail)
}

fn check(tx: &mut Tx, product: ProductId, handover: &Handover) -> Result<()> {
    // From here on nobody enters an instruction before this is decided.
    hold_queue(tx, product)?;
    let head = register::head(tx, product)?.ok_or(Error::NotFound("register"))?;
    let length = handover.reference.trim().chars().count();
    if length == 0 || length > LONGEST_REFERENCE {
        return Err(Error::Field(
            "reference",
            FieldCode::OutOfRange,
            "Say where the consent is kept, in 500 characters at most.".to_owned(),
        ));
    }
    let moving = register_records::in_motion(tx, product)?;
    if moving > 0 {
        return Err(Error::Problem(
            ProblemCode::Conflict,
            format!(
                "{moving} orders, instructions or transactions are on their way; let them end first."
            ),
        ));
    }
    let holdings = register::holdings(tx, product)?;
    let holders: BTreeSet<HolderId> = holdings
        .iter()
        .filter(|held| !held.units.is_zero() && held.holder != head.issuer_holder)
        .map(|held| held.holder)
        .collect();
    let count = holders.len();
    match handover.ground.missing(holders, &handover.consented) {
        0 => Ok(()),
        missing => Err(Error::Field(
            "consents",
            FieldCode::Missing,
            format!(
                "{missing} of {count} holders have not consented, and all have to (§ 22 eWpG)."
            ),
        )),
    }
}

/// Refuses what would change a register that is not kept here.
pub(crate) fn require_kept(tx: &mut Tx, product: ProductId) -> Result<()> {
    match register_origins::standing(tx, product)? {
        None => Ok(()),
        Some(standing) => Err(Error::Problem(
            ProblemCode::RegisterHandedOver,
            format!("The register {standing}; nothing is entered in it here."),
        )),
    }
}

/// The next place in the queue of an asset whose register is kept here; nobody else takes one before the transaction ends.
pub(crate) fn next_sequence(tx: &mut Tx, product: ProductId) -> Result<u64> {
    let sequence = instructions::next_sequence(tx, product)?;
    require_kept(tx, product)?;
    Ok(sequence)
}

/// Nobody else enters anything in the queue of an asset before the transaction ends; its register is kept here.
pub(crate) fn hold_queue(tx: &mut Tx, product: ProductId) -> Result<()> {
    instructions::hold_queue(tx, product)?;
    require_kept(tx, product)
}
