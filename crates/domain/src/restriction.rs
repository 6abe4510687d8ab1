//! Restrictions of disposal and rights of third parties (§ 17(2) eWpG): what there is, who may enter and release it, and whose
//! instruction moves the units that it covers (§ 18(1) eWpG).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::register::Digest;
use crate::{
    Address, Authority, Date, FieldCode, FieldValue, InstructionRefusal, Units, UnknownCode,
};

/// What is entered for units of a holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RestrictionKind {
    /// A pledge (§ 1204 BGB).
    Pledge,
    /// A usufruct (§ 1030 BGB).
    Usufruct,
    /// An attachment by a court or an authority, which gives a right like a pledge.
    Attachment,
    /// A restriction of disposal in favour of a person, which somebody has agreed to.
    Lock,
    /// A ban by law, court or authority: nobody disposes.
    Freeze,
    /// The registrar knows that the holder is not entitled, such as after insolvency proceedings were opened.
    Disentitlement,
}

/// How much of a holding it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Whatever lies in the wallet.
    All,
    /// So many units.
    Units(Units),
}

/// A restriction or right as it stands for the units of a wallet now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// The entry of the register that made it.
    pub entry: u64,
    /// What it is.
    pub kind: RestrictionKind,
    /// How much of it was not released yet.
    pub extent: Extent,
    /// The key with which the third party instructs, if it has given one.
    pub key: Option<Address>,
}

/// Who instructs that units move, as far as restrictions depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructing {
    /// The holder.
    Holder,
    /// The holder, who assures that the beneficiary consents (§ 18(1) sentence 2 eWpG).
    Assured,
    /// The third party with this key, in the holder's place (§ 18(1) sentence 3 eWpG).
    ThirdParty(Address),
}

/// In whose favour something is entered. Kept apart from the journal, which names a random identifier instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Beneficiary {
    /// § 8(1) no. 1 eWpRV.
    Person {
        /// First names.
        forename: String,
        /// Family name.
        surname: String,
        /// Date of birth.
        birth_date: Date,
        /// Place of residence.
        residence: String,
    },
    /// § 8(1) no. 2 eWpRV.
    Organisation {
        /// Name or firm.
        name: String,
        /// Where it is.
        seat: String,
    },
}

/// What is known of a restriction beside the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestrictionDetails {
    /// In whose favour.
    pub beneficiary: Beneficiary,
    /// What it rests on, such as a contract or the file number of an order.
    pub legal_basis: String,
    /// Until when it was agreed or ordered; it ends with its release all the same.
    pub valid_until: Option<Date>,
}

/// What a holder signs who assures that a beneficiary consents, and which version that is.
pub const ASSURANCE: &str = "I assure the registrar that the person in whose favour the restriction is entered consents to this change.";
/// See [`ASSURANCE`].
pub const ASSURANCE_VERSION: &str = "1";

/// Ties an entry to details without telling them: whoever knows the salt can show that they belong together.
#[must_use]
pub fn commitment(salt: &[u8; 32], details: &[u8]) -> Digest {
    Sha256::new()
        .chain_update(b"cashlink restriction 1\n")
        .chain_update(salt)
        .chain_update(details)
        .finalize()
        .into()
}

/// Whether units may leave a wallet in which so many are bound by nothing else, and what is released of restrictions by that: the entry
/// and how many units.
pub fn admit(
    entered: &[Entered],
    (available, units): (Units, Units),
    instructing: Instructing,
) -> Result<Vec<(u64, Units)>, InstructionRefusal> {
    let gives_way = |one: &Entered| match instructing {
        Instructing::Holder => false,
        Instructing::Assured => one.kind == RestrictionKind::Lock,
        Instructing::ThirdParty(key) => one.key == Some(key),
    };
    let (own, others): (Vec<&Entered>, Vec<&Entered>) =
        entered.iter().partition(|one| gives_way(one));
    if units > free(&others, available) {
        return Err(strongest(&others).unwrap_or(InstructionRefusal::Insufficient));
    }
    let released = match instructing {
        Instructing::Holder => Units::ZERO,
        Instructing::Assured => units
            .checked_sub(uncovered(entered, available))
            .unwrap_or(Units::ZERO),
        // Beyond its own right it has nothing to say.
        Instructing::ThirdParty(_) if units > covered(&own, available) => {
            return Err(InstructionRefusal::NoInstruction);
        }
        Instructing::ThirdParty(_) => units,
    };
    Ok(parts(&own, released))
}

/// Why units do not move, as the strongest of several says it.
pub(crate) fn strongest(entered: &[&Entered]) -> Option<InstructionRefusal> {
    let kinds = entered.iter().map(|one| one.kind);
    let strongest = kinds.min_by_key(|kind| {
        let order = RestrictionKind::BY_STRENGTH;
        order.iter().position(|known| known == kind)
    });
    strongest.map(RestrictionKind::refusal)
}

/// How many of these units no restriction covers.
#[must_use]
pub fn uncovered(entered: &[Entered], available: Units) -> Units {
    let all: Vec<&Entered> = entered.iter().collect();
    free(&all, available)
}

/// How many units nothing covers.
fn free(entered: &[&Entered], available: Units) -> Units {
    available
        .checked_sub(covered(entered, available))
        .unwrap_or(Units::ZERO)
}

/// How many units are covered: each covers units of its own, all of them everything.
fn covered(entered: &[&Entered], available: Units) -> Units {
    let sum = entered
        .iter()
        .try_fold(Units::ZERO, |sum, one| match one.extent {
            Extent::All => None,
            Extent::Units(units) => sum.checked_add(units),
        });
    sum.map_or(available, |sum| sum.min(available))
}

/// What covers everything goes on doing so.
fn parts(own: &[&Entered], units: Units) -> Vec<(u64, Units)> {
    let (mut wanted, mut parts) = (units, Vec::new());
    for one in own {
        if let Extent::Units(covered) = one.extent {
            let part = wanted.min(covered);
            wanted = wanted.checked_sub(part).unwrap_or(Units::ZERO);
            if !part.is_zero() {
                parts.push((one.entry, part));
            }
        }
    }
    parts
}

impl RestrictionKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Pledge,
        Self::Usufruct,
        Self::Attachment,
        Self::Lock,
        Self::Freeze,
        Self::Disentitlement,
    ];

    /// Of several, the first says why nothing moves.
    const BY_STRENGTH: [Self; 6] = [
        Self::Disentitlement,
        Self::Freeze,
        Self::Attachment,
        Self::Pledge,
        Self::Usufruct,
        Self::Lock,
    ];

    /// Why the holder alone does not move what it covers.
    #[must_use]
    pub const fn refusal(self) -> InstructionRefusal {
        match self {
            Self::Pledge | Self::Usufruct | Self::Attachment => {
                InstructionRefusal::ThirdPartyMustInstruct
            }
            Self::Lock => InstructionRefusal::NoBeneficiaryAssurance,
            Self::Freeze => InstructionRefusal::Freeze,
            Self::Disentitlement => InstructionRefusal::KnownNotEntitled,
        }
    }

    /// Whether it is a right of a third party, which then takes the holder's place.
    #[must_use]
    pub const fn is_right(self) -> bool {
        matches!(self, Self::Pledge | Self::Usufruct | Self::Attachment)
    }

    /// Whether it rests on what somebody has agreed to, so that it takes units that are free.
    #[must_use]
    pub const fn is_agreed(self) -> bool {
        matches!(self, Self::Pledge | Self::Usufruct | Self::Lock)
    }

    /// Whether somebody with this right may have it entered (§ 18(1) eWpG).
    pub const fn may_enter(self, authority: Authority) -> Result<(), InstructionRefusal> {
        match authority {
            Authority::Court | Authority::AdministrativeAct | Authority::Law => Ok(()),
            Authority::Holder | Authority::LegalTransaction if self.is_agreed() => Ok(()),
            _ => Err(InstructionRefusal::NoInstruction),
        }
    }

    /// Whether somebody with this right may have it released. A holder has to assure that the beneficiary consents.
    pub const fn may_release(
        self,
        authority: Authority,
        is_assured: bool,
    ) -> Result<(), InstructionRefusal> {
        match authority {
            Authority::Court | Authority::AdministrativeAct | Authority::Law => Ok(()),
            Authority::ThirdParty if self.is_right() || self.is_agreed() => Ok(()),
            Authority::Holder if matches!(self, Self::Lock) && is_assured => Ok(()),
            _ => Err(self.refusal()),
        }
    }

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pledge => "pledge",
            Self::Usufruct => "usufruct",
            Self::Attachment => "attachment",
            Self::Lock => "lock",
            Self::Freeze => "freeze",
            Self::Disentitlement => "disentitlement",
        }
    }
}

impl FromStr for RestrictionKind {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or(UnknownCode(
            "pledge, usufruct, attachment, lock, freeze, disentitlement",
        ))
    }
}

impl FieldValue for RestrictionKind {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

impl Extent {
    /// So many units, or all of them if no number is given.
    #[must_use]
    pub const fn of(units: Option<Units>) -> Self {
        match units {
            Some(units) => Self::Units(units),
            None => Self::All,
        }
    }

    /// The number, if there is one.
    #[must_use]
    pub const fn units(self) -> Option<Units> {
        match self {
            Self::All => None,
            Self::Units(units) => Some(units),
        }
    }

    /// What is left after a release; none if that is not possible, nothing in it if nothing is left.
    #[must_use]
    pub fn without(self, released: Self) -> Option<Option<Self>> {
        match (self, released) {
            (_, Self::All) => Some(None),
            (Self::All, Self::Units(_)) => None,
            (Self::Units(_), Self::Units(part)) if part.is_zero() => None,
            (Self::Units(units), Self::Units(part)) => {
                let left = units.checked_sub(part)?;
                Some((!left.is_zero()).then_some(Self::Units(left)))
            }
        }
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Units(units) => write!(f, "{units}"),
        }
    }
}

impl FromStr for Extent {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let unknown = UnknownCode("all, or a number of units");
        if text == "all" {
            return Ok(Self::All);
        }
        let number = text.parse().map_err(|_| unknown)?;
        Units::new(number).map(Self::Units).map_err(|_| unknown)
    }
}

#[cfg(test)]
mod tests;
