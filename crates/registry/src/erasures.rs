//! Erasing a person's data (Art. 17 GDPR): the keys are destroyed, or the answer names the law that has them kept, and until when.

use domain::InvestorId;
use domain::erasure::{self, Duty};
use serde::Serialize;
use serde_json::json;

use crate::{Error, Registry, Request, Result, Right, audit};

/// The answer to whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Whose data.
    pub investor: InvestorId,
    /// What was done.
    pub outcome: Outcome,
    /// On which the outcome rests.
    pub legal_basis: &'static str,
    /// Keys that were destroyed; what they sealed cannot be read by anybody any more.
    pub destroyed_keys: usize,
    /// What is kept, on which law, why, and until when.
    pub kept: Vec<Kept>,
}

/// What became of a request to erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The data are unreadable.
    Erased,
    /// They are kept, for nothing but what the law wants, until the dates that are named.
    Restricted,
}

/// Something that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What.
    pub what: &'static str,
    /// The law.
    pub legal_basis: &'static str,
    /// Why.
    pub why: &'static str,
    /// The last day; none if it is not known yet, or what is kept names nobody.
    pub until: Option<String>,
}

/// What names nobody stays, and is why everything still verifies.
const ANONYMOUS: Kept = Kept {
    what: "entries of the register, holder identifiers, wallet addresses, hashes, lines of the audit log",
    legal_basis: "Art. 17(3)(b) GDPR with §§ 4(9), 7(3) eWpG, § 15(2) eWpRV, § 257 HGB",
    why: "They name nobody: what tied them to the person was sealed with the keys. Without them nobody could verify the register.",
    until: None,
};

/// Destroys the keys of an investor's data where no law has them kept. A repeat answers alike and destroys nothing more.
///
/// # Errors
/// Refuses callers who may not; not found if there is no such investor.
pub async fn erase(
    registry: &Registry,
    request: &Request,
    investor: InvestorId,
) -> Result<Erasure> {
    request.caller.require(Right::WriteNetwork)?;
    let (own, caller) = (registry.clone(), request.caller.clone());
    registry
        .db
        .write(move |tx| {
            let dealings = storage::erasures::dealings(tx, investor)?;
            let dealings = dealings.ok_or(Error::NotFound("investor"))?;
            let duties = erasure::duties(&dealings, own.clock.now().berlin_date());
            let (answer, action) = match duties.is_empty() {
                true => {
                    let destroyed = own.vault.destroy_owner(tx, investor.uuid())?;
                    (erased(investor, destroyed), "investor.erase")
                }
                false => (restricted(investor, &duties), "investor.erase.restricted"),
            };
            let bases: Vec<_> = answer.kept.iter().map(|kept| kept.legal_basis).collect();
            let detail = json!({
                "legal_basis": answer.legal_basis,
                "kept_on": bases,
                "destroyed_keys": answer.destroyed_keys,
            });
            audit::record(&own, tx, &caller, action, &investor.to_string(), &detail)?;
            Ok(answer)
        })
        .await
}

fn erased(investor: InvestorId, destroyed_keys: usize) -> Erasure {
    Erasure {
        investor,
        outcome: Outcome::Erased,
        legal_basis: erasure::GROUND,
        destroyed_keys,
        kept: vec![ANONYMOUS],
    }
}

fn restricted(investor: InvestorId, duties: &[Duty]) -> Erasure {
    let kept = duties.iter().map(|duty| Kept {
        what: "all data of the person",
        legal_basis: duty.source,
        why: duty.why,
        until: duty.until.map(|day| day.to_string()),
    });
    Erasure {
        investor,
        outcome: Outcome::Restricted,
        legal_basis: erasure::EXCEPTION,
        destroyed_keys: 0,
        kept: kept.collect(),
    }
}
