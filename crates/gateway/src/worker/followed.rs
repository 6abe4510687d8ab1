//! What an environment goes on telling about, and what is read from it again: investments, and holders' instructions.

use std::time::Duration;

use database::{DatabaseError, Tx};
use serde_json::Value;
use uuid::Uuid;

use crate::remote::{Remote, Trouble};
use crate::store::copies;
use crate::store::environments::Environment;
use crate::store::instructions::InstructionKind;
use crate::store::parts;
use crate::worker::desk::Desk;
use crate::{Error, Gateway, Result, inbox, instructions, investments, investors, mapping, store};

/// Those that are read in one go.
const PAGE: i64 = 100;
/// How long after it was told of a change something is still asked for, where the environment refuses to show it.
const LATER: Duration = Duration::from_secs(60);

/// A kind of such things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Followed {
    Investment,
    Instruction(InstructionKind),
}

impl Followed {
    pub(crate) const ALL: [Self; 3] = [
        Self::Investment,
        Self::Instruction(InstructionKind::Transfer),
        Self::Instruction(InstructionKind::Redemption),
    ];

    /// Where the environment shows it.
    pub(crate) fn path(self, id: Uuid) -> String {
        match self {
            Self::Investment => format!("investments/{id}/"),
            Self::Instruction(kind) => format!("{}{id}/", kind.path()),
        }
    }

    pub(crate) fn is_known(self, tx: &mut Tx, id: Uuid) -> Result<bool, DatabaseError> {
        Ok(match self {
            Self::Investment => store::investments::find(tx, id)?.is_some(),
            Self::Instruction(_) => store::instructions::find(tx, id)?.is_some(),
        })
    }

    /// Marks what has not ended and was not seen since a time.
    pub(crate) fn refresh_unseen(
        self,
        tx: &mut Tx,
        environment: Uuid,
        (unseen_since, now): (i64, i64),
    ) -> Result<(), DatabaseError> {
        match self {
            Self::Investment => {
                store::investments::refresh_unseen(tx, environment, unseen_since, now)
            }
            Self::Instruction(kind) => {
                let of = (environment, kind);
                store::instructions::refresh_unseen(tx, of, unseen_since, now)
            }
        }
    }

    fn to_refresh(
        self,
        tx: &mut Tx,
        environment: Uuid,
        now: i64,
    ) -> Result<Vec<Uuid>, DatabaseError> {
        match self {
            Self::Investment => store::investments::to_refresh(tx, environment, now, PAGE),
            Self::Instruction(kind) => {
                store::instructions::to_refresh(tx, (environment, kind), now, PAGE)
            }
        }
    }

    /// Keeps what the environment answered about one of ours.
    fn keep_again(self, gateway: &Gateway, tx: &mut Tx, id: Uuid, answer: &Value) -> Result<()> {
        let now = gateway.now();
        match self {
            Self::Investment => {
                let row = investments::find(tx, id)?;
                let key = investors::key_of(gateway, tx, row.investor)?;
                let origin = investments::Origin {
                    investor: row.investor,
                    environment: row.environment,
                    reference: None,
                };
                investments::keep(tx, &key, &origin, answer, now)?;
                // Where nobody tells, the change that we see is the event.
                inbox::noticed_investment(tx, &row, answer, now)?;
            }
            Self::Instruction(kind) => {
                let row = instructions::find(tx, kind, id)?;
                let key = investors::key_of(gateway, tx, row.investor)?;
                let origin = instructions::Origin {
                    kind,
                    investor: row.investor,
                    environment: row.environment,
                    reference: None,
                };
                instructions::keep(tx, &key, &origin, answer, now)?;
                inbox::noticed_instruction(tx, &row, answer, now)?;
            }
        }
        Ok(())
    }

    /// Keeps what is not here yet if it belongs to an investor of ours.
    pub(crate) fn adopt(
        self,
        gateway: &Gateway,
        tx: &mut Tx,
        environment: Uuid,
        answer: &Value,
    ) -> Result<()> {
        let now = gateway.now();
        match self {
            Self::Investment => {
                let there = mapping::id_in(answer, "investor_id").unwrap_or_default();
                if let Some(investor) = copies::investor_of(tx, environment, there)? {
                    let key = investors::key_of(gateway, tx, investor)?;
                    let origin = investments::Origin {
                        investor,
                        environment,
                        reference: None,
                    };
                    investments::keep(tx, &key, &origin, answer, now)?;
                }
            }
            Self::Instruction(kind) => {
                let there = kind.wallet_in(answer).unwrap_or_default();
                if let Some(wallet) = parts::of_remote(tx, environment, there)?
                    && let Some(part) = parts::find(tx, wallet)?
                {
                    let key = investors::key_of(gateway, tx, part.investor)?;
                    let origin = instructions::Origin {
                        kind,
                        investor: part.investor,
                        environment,
                        reference: None,
                    };
                    instructions::keep(tx, &key, &origin, answer, now)?;
                }
            }
        }
        Ok(())
    }

    /// The environment does not show it now.
    fn later(self, gateway: &Gateway, tx: &mut Tx, id: Uuid) -> Result<()> {
        let later = i64::try_from(LATER.as_micros()).unwrap_or(i64::MAX / 2);
        let refresh_at = Some(gateway.now() + later);
        match self {
            Self::Investment => {
                let mut row = investments::find(tx, id)?;
                row.refresh_at = refresh_at;
                store::investments::save(tx, &row)?;
            }
            Self::Instruction(kind) => {
                let mut row = instructions::find(tx, kind, id)?;
                row.refresh_at = refresh_at;
                store::instructions::save(tx, &row)?;
            }
        }
        Ok(())
    }
}

/// Reads again what something was told of.
pub(crate) async fn refresh(
    desk: &Desk,
    remote: &Remote,
    environment: &Environment,
) -> Result<(), Trouble> {
    for followed in Followed::ALL {
        let (id, now) = (environment.id, desk.gateway.now());
        let due = desk
            .gateway
            .db
            .read(move |tx| followed.to_refresh(tx, id, now))
            .await?;
        for one in due {
            let path = followed.path(one);
            let answer = match desk.call(environment, remote.get(&path)).await {
                Ok(answer) => Some(answer),
                Err(Trouble::Refused(_)) => None,
                Err(trouble) => return Err(trouble),
            };
            let own = desk.gateway.clone();
            let kept = desk.gateway.db.write(move |tx| {
                match &answer {
                    Some(answer) => followed.keep_again(&own, tx, one, answer)?,
                    None => followed.later(&own, tx, one)?,
                }
                tx.on_commit_wake(inbox::TOPIC);
                Ok::<_, Error>(())
            });
            kept.await?;
        }
    }
    Ok(())
}
