//! Re-registrations that the registrar makes without the holder's signature (§ 18(1) sentence 1 no. 2, § 18(5) eWpG): on what they rest,
//! what has to be right, and what becomes of restrictions and rights in the units.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::register::Digest;
use crate::restriction::{Entered, Extent, RestrictionKind, strongest, uncovered};
use crate::transfer::Side;
use crate::{
    Authority, Date, FieldCode, FieldValue, InstructionRefusal, Standing, Units, UnknownCode,
    Wallet,
};

/// On what a re-registration rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// Who is entered has died, and who receives is the heir (§ 1922 BGB).
    Succession,
    /// A court has decided.
    CourtOrder,
    /// An authority's act that can be enforced.
    AdministrativeAct,
    /// The holder has lost the key of its wallet; the units go to another wallet of the same holder.
    LostKey,
    /// An entry was wrong and is compensated (§ 18(5) eWpG).
    Reversal,
}

/// What a ground means for a restriction or right in the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// It is entered for the recipient as it was for the holder.
    Follows,
    /// It ends for the units that move.
    Ends,
    /// It stands against the re-registration.
    Refuses,
}

/// What becomes of one restriction or right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Continued {
    /// The entry that made it.
    pub entry: u64,
    /// How much of it ends for the holder.
    pub ends: Option<Extent>,
    /// How much of it is entered for the recipient.
    pub follows: Option<Extent>,
}

/// What is known of a re-registration beside the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReregistrationDetails {
    /// What it rests on, such as a certificate of inheritance with its file number.
    pub legal_basis: String,
    /// When the holder who lost a key was identified anew.
    pub identified_on: Option<Date>,
    /// Why an entry was wrong, and who consents to its reversal.
    pub reversal: Option<Reversal>,
}

/// Why an entry is reversed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// What was wrong.
    pub cause: Cause,
    /// Where the consent is found of the holder from whom the units are taken.
    pub holder_consent: Option<String>,
    /// Where the issuer's consent is found.
    pub issuer_consent: Option<String>,
}

/// What was wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nobody entitled had instructed it: the registrar reverses it without delay and asks nobody (§ 18(5) eWpG).
    NoInstruction,
    /// It was instructed, and by mistake: whoever loses the units by the reversal has to consent.
    Mistake,
}

/// Ties an entry to details without telling them: whoever knows the salt can show that they belong together.
#[must_use]
pub fn commitment(salt: &[u8; 32], details: &[u8]) -> Digest {
    Sha256::new()
        .chain_update(b"cashlink reregistration 1\n")
        .chain_update(salt)
        .chain_update(details)
        .finalize()
        .into()
}

/// All that a re-registration is checked against, when it is decided and again when it is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    /// On what it rests.
    pub ground: Ground,
    /// Who receives; nobody if units go back to the issuer.
    pub target: Option<Side>,
    /// Units in the wallet that no earlier instruction has bound.
    pub available: Units,
    /// Units that shall move.
    pub units: Units,
    /// What is entered for the wallet.
    pub entered: &'a [Entered],
}

impl Conditions<'_> {
    /// What becomes of the restrictions and rights, if it can be carried out now.
    pub fn check(&self) -> Result<Vec<Continued>, InstructionRefusal> {
        if let Some(target) = &self.target {
            self.ground.admits(target)?;
        }
        if self.units.is_zero() || self.units > self.available {
            return Err(InstructionRefusal::Insufficient);
        }
        let continued = along(self.entered, (self.available, self.units), self.ground)?;
        // The issuer's own holding is nobody's whom a right could be against.
        if self.target.is_none() && !continued.is_empty() {
            let all: Vec<&Entered> = self.entered.iter().collect();
            return Err(strongest(&all).unwrap_or(InstructionRefusal::Insufficient));
        }
        Ok(continued)
    }
}

/// What becomes of what is entered for a wallet when so many of its units move. Units that nothing covers go first; of what is covered,
/// the oldest.
pub fn along(
    entered: &[Entered],
    (available, units): (Units, Units),
    ground: Ground,
) -> Result<Vec<Continued>, InstructionRefusal> {
    let meeting = |one: &&Entered| ground.meets(one.kind);
    let refusing: Vec<Entered> = entered
        .iter()
        .filter(|one| meeting(one) == Meeting::Refuses)
        .copied()
        .collect();
    if units > uncovered(&refusing, available) {
        let refusing: Vec<&Entered> = refusing.iter().collect();
        return Err(strongest(&refusing).unwrap_or(InstructionRefusal::Insufficient));
    }
    let numbered: Vec<Entered> = entered
        .iter()
        .filter(|one| one.extent != Extent::All)
        .copied()
        .collect();
    let is_whole = units == available;
    let mut covered = units
        .checked_sub(uncovered(&numbered, available))
        .unwrap_or_default();
    let going = entered
        .iter()
        .filter(|one| meeting(one) != Meeting::Refuses);
    let each = going.map(|one| {
        let (ends, moves) = match one.extent {
            Extent::All if ground == Ground::LostKey => (Some(Extent::All), Extent::All),
            Extent::All => (is_whole.then_some(Extent::All), Extent::Units(units)),
            Extent::Units(own) => {
                let part = covered.min(own);
                covered = covered.checked_sub(part).unwrap_or_default();
                (Some(Extent::Units(part)), Extent::Units(part))
            }
        };
        let follows = (ground.meets(one.kind) == Meeting::Follows).then_some(moves);
        Continued {
            entry: one.entry,
            ends,
            follows,
        }
    });
    let nothing = Some(Extent::Units(Units::ZERO));
    Ok(each
        .filter(|one| one.ends != nothing && (one.ends.is_some() || one.follows.is_some()))
        .collect())
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 5] = [
        Self::Succession,
        Self::CourtOrder,
        Self::AdministrativeAct,
        Self::LostKey,
        Self::Reversal,
    ];

    /// What it means for a restriction or right of this kind: what burdens the units goes with them, what bans the holder alone does not; and
    /// what a court or an authority has ordered ends by another order only.
    #[must_use]
    pub const fn meets(self, kind: RestrictionKind) -> Meeting {
        use RestrictionKind as Kind;
        match (self, kind) {
            (Self::LostKey, _)
            | (_, Kind::Pledge | Kind::Usufruct | Kind::Attachment | Kind::Lock) => {
                Meeting::Follows
            }
            (Self::CourtOrder | Self::AdministrativeAct, Kind::Freeze | Kind::Disentitlement)
            | (Self::Reversal, Kind::Disentitlement) => Meeting::Ends,
            (Self::Succession, Kind::Freeze | Kind::Disentitlement)
            | (Self::Reversal, Kind::Freeze) => Meeting::Refuses,
        }
    }

    /// By which right it is instructed (§ 18(1) eWpG).
    #[must_use]
    pub const fn authority(self) -> Authority {
        match self {
            Self::Succession | Self::Reversal => Authority::Law,
            Self::CourtOrder => Authority::Court,
            Self::AdministrativeAct => Authority::AdministrativeAct,
            Self::LostKey => Authority::Holder,
        }
    }

    /// Whether somebody can be entered as recipient. Who gets back what it had before need not be fit to buy it.
    fn admits(self, target: &Side) -> Result<(), InstructionRefusal> {
        if self == Self::Reversal {
            return Ok(());
        }
        let Side { wallet, standing } = target;
        if wallet.frozen {
            return Err(InstructionRefusal::Freeze);
        }
        if !self.knows(standing) {
            return Err(InstructionRefusal::Unidentified);
        }
        Self::is_open(wallet)
    }

    /// Who keeps what it has need only be known; who gets something has to be fit to hold it.
    const fn knows(self, standing: &Standing) -> bool {
        match self {
            Self::LostKey => standing.kyc_status.is_success(),
            _ => standing.is_eligible(),
        }
    }

    const fn is_open(wallet: &Wallet) -> Result<(), InstructionRefusal> {
        if wallet.receiving_enabled {
            Ok(())
        } else {
            Err(InstructionRefusal::NoAgreement)
        }
    }

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succession => "succession",
            Self::CourtOrder => "court_order",
            Self::AdministrativeAct => "administrative_act",
            Self::LostKey => "lost_key",
            Self::Reversal => "reversal",
        }
    }
}

impl FromStr for Ground {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode(
            "succession, court_order, administrative_act, lost_key",
        ))
    }
}

impl FieldValue for Ground {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

impl Reversal {
    /// Whether those have consented whom the law asks (§ 18(1), (2), (5) eWpG): the holder from whom units are taken, unless nobody had
    /// instructed that it gets them, and then the issuer if they go back to it.
    pub const fn check(&self, is_to_issuer: bool) -> Result<(), InstructionRefusal> {
        match (self.cause, &self.holder_consent, &self.issuer_consent) {
            (Cause::Mistake, None, _) => Err(InstructionRefusal::NoInstruction),
            (Cause::Mistake, Some(_), None) if is_to_issuer => {
                Err(InstructionRefusal::IssuerConsent)
            }
            _ => Ok(()),
        }
    }
}

impl Cause {
    /// As shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoInstruction => "no_instruction",
            Self::Mistake => "mistake",
        }
    }
}

impl FromStr for Cause {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = [Self::NoInstruction, Self::Mistake];
        known
            .into_iter()
            .find(|one| one.as_str() == text)
            .ok_or(UnknownCode("no_instruction, mistake"))
    }
}

impl FieldValue for Cause {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests;
