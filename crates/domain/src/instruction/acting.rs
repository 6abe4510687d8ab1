//! Who acts for a company, and on whose word (§ 11 eWpRV): a proof of authority that was verified, or the mandate of the company's platform.

use std::str::FromStr;

use crate::{
    AuthorityProofId, Date, DocumentId, FieldCode, FieldValue, InstructionRefusal, Timestamp,
    UnknownCode,
};

/// A document that shows that the natural person named with a company acts for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthorityProof {
    /// Its id.
    pub id: AuthorityProofId,
    /// What it is.
    pub basis: AuthorityBasis,
    /// The uploaded document.
    pub document: DocumentId,
    /// Its last day in Berlin, if it has one.
    pub valid_until: Option<Date>,
    /// When it was verified and recorded.
    pub verified_at: Timestamp,
}

/// On what authority rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityBasis {
    /// An extract of the commercial register that names the representative.
    RegisterExtract,
    /// A power of attorney.
    PowerOfAttorney,
}

/// What instructions of a platform's companies rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyAuthority {
    /// The platform's mandate: it has confirmed to verify who acts. A recorded proof counts before it.
    Mandate,
    /// A recorded proof for each company.
    Proof,
}

/// On what the authority of who acts for an investor rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActsBy {
    /// A natural person acts for itself, and so does a third party whose right is entered.
    Itself,
    /// The platform's mandate.
    Mandate,
    /// This proof.
    Proof(AuthorityProofId),
}

/// On what an instruction of a company rests at its receipt. Proofs from before another person was named say nothing of that one.
pub fn acting_for_company(
    rests_on: CompanyAuthority,
    proofs: &[AuthorityProof],
    person_since: Option<Timestamp>,
    now: Timestamp,
) -> Result<ActsBy, InstructionRefusal> {
    let mut of_person = proofs
        .iter()
        .filter(|proof| person_since.is_none_or(|since| since < proof.verified_at));
    let is_over = |last: Date| last.end_of_day_berlin() <= now;
    if let Some(proof) = of_person
        .clone()
        .find(|proof| !proof.valid_until.is_some_and(is_over))
    {
        return Ok(ActsBy::Proof(proof.id));
    }
    match rests_on {
        CompanyAuthority::Mandate => Ok(ActsBy::Mandate),
        CompanyAuthority::Proof if of_person.next().is_some() => {
            Err(InstructionRefusal::AuthorityExpired)
        }
        CompanyAuthority::Proof => Err(InstructionRefusal::AuthorityUnproven),
    }
}

impl ActsBy {
    /// As the audit log names it.
    #[must_use]
    pub fn named(&self) -> String {
        match self {
            Self::Itself => "itself".to_owned(),
            Self::Mandate => "mandate".to_owned(),
            Self::Proof(id) => format!("proof {id}"),
        }
    }
}

impl AuthorityBasis {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegisterExtract => "register_extract",
            Self::PowerOfAttorney => "power_of_attorney",
        }
    }
}

impl FromStr for AuthorityBasis {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        match text {
            "register_extract" => Ok(Self::RegisterExtract),
            "power_of_attorney" => Ok(Self::PowerOfAttorney),
            _ => Err(UnknownCode("register_extract, power_of_attorney")),
        }
    }
}

impl FieldValue for AuthorityBasis {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

impl CompanyAuthority {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mandate => "mandate",
            Self::Proof => "proof",
        }
    }
}

impl FromStr for CompanyAuthority {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        match text {
            "mandate" => Ok(Self::Mandate),
            "proof" => Ok(Self::Proof),
            _ => Err(UnknownCode("mandate, proof")),
        }
    }
}

impl FieldValue for CompanyAuthority {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn proof(number: u128, until: Option<&str>) -> AuthorityProof {
        AuthorityProof {
            id: AuthorityProofId::from_uuid(Uuid::from_u128(number)),
            basis: AuthorityBasis::RegisterExtract,
            document: DocumentId::from_uuid(Uuid::from_u128(9)),
            valid_until: until.map(|day| day.parse().unwrap()),
            verified_at: at("2026-06-01T10:00:00Z"),
        }
    }

    #[test]
    fn reg_20_a_company_acts_by_a_proof_in_force_or_by_its_platforms_mandate() {
        use CompanyAuthority as C;
        use InstructionRefusal as R;
        let now = at("2026-06-30T21:59:59Z");
        let ends_today = proof(1, Some("2026-06-30"));
        let acting = |rests_on, proofs: &[AuthorityProof], since, now| {
            acting_for_company(rests_on, proofs, since, now)
        };
        assert_eq!(acting(C::Proof, &[], None, now), Err(R::AuthorityUnproven));
        assert_eq!(acting(C::Mandate, &[], None, now), Ok(ActsBy::Mandate));
        // Its last day counts in full.
        for rests_on in [C::Proof, C::Mandate] {
            let by = acting(rests_on, &[ends_today], None, now);
            assert_eq!(by, Ok(ActsBy::Proof(ends_today.id)));
        }
        let later = now.plus_seconds(1);
        assert_eq!(
            acting(C::Proof, &[ends_today], None, later),
            Err(R::AuthorityExpired)
        );
        let open = proof(2, None);
        assert_eq!(
            acting(C::Proof, &[ends_today, open], None, later),
            Ok(ActsBy::Proof(open.id))
        );
        // Another person acts since then: the proof is not about that one.
        let since = Some(at("2026-06-01T10:00:01Z"));
        assert_eq!(
            acting(C::Proof, &[open], since, now),
            Err(R::AuthorityUnproven)
        );
    }
}
