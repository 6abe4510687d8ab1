//! On what a register may go to another registrar.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::{HolderId, UnknownCode};

/// Who has consented to another registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverGround {
    /// The issuer names another registrar; holders need not consent unless the terms say so (§ 16(2), § 21 eWpG).
    Issuer,
    /// Every holder consents to another register (§ 22 eWpG).
    Holders,
    /// The supervisor orders it or consents in the holders' place (§§ 21, 22 eWpG).
    Supervisor,
}

impl HandoverGround {
    /// Every ground.
    pub const ALL: [Self; 3] = [Self::Issuer, Self::Holders, Self::Supervisor];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Holders => "holders",
            Self::Supervisor => "supervisor",
        }
    }

    /// The holders whose consent is missing: all of them have to consent where it rests on them, and ninety-nine of a hundred are not all.
    #[must_use]
    pub fn missing(
        self,
        holders: impl IntoIterator<Item = HolderId>,
        consented: &BTreeSet<HolderId>,
    ) -> usize {
        match self {
            Self::Issuer | Self::Supervisor => 0,
            Self::Holders => holders
                .into_iter()
                .filter(|holder| !consented.contains(holder))
                .count(),
        }
    }
}

impl FromStr for HandoverGround {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|ground| ground.as_str() == text);
        known.ok_or(UnknownCode("issuer, holders or supervisor"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn reg_33_where_holders_consent_ninety_nine_of_a_hundred_are_not_all() {
        let holders: Vec<HolderId> = (0..100)
            .map(|number| HolderId::from_uuid(Uuid::from_u128(number)))
            .collect();
        let almost: BTreeSet<HolderId> = holders[..99].iter().copied().collect();
        let all: BTreeSet<HolderId> = holders.iter().copied().collect();
        let missing =
            |ground: HandoverGround, consented| ground.missing(holders.iter().copied(), consented);
        assert_eq!(missing(HandoverGround::Holders, &almost), 1);
        assert_eq!(missing(HandoverGround::Holders, &all), 0);
        let nobody = BTreeSet::new();
        assert_eq!(missing(HandoverGround::Supervisor, &nobody), 0);
        assert_eq!(missing(HandoverGround::Issuer, &nobody), 0);
    }
}
