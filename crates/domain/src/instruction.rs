//! Instructions to a register: who says what shall change, by which right, and what becomes of it (§ 18 eWpG).
//!
//! Each asset has one queue. An instruction enters it complete or not at all, has its place from then on, and ends in one of three ways.

mod acting;
pub mod key;
pub mod refusal;

pub use acting::{ActsBy, AuthorityBasis, AuthorityProof, CompanyAuthority, acting_for_company};
pub use key::{InstructionKey, KeyKind, KeyRevocation, KeyStatus, Revocation, RevokedBy};
pub use refusal::InstructionRefusal;

use crate::{InstructionId, ProductId, Timestamp, TransactionHash, UnknownCode};

/// What somebody tells the registrar to do, with its place in the asset's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Its id.
    pub id: InstructionId,
    /// Whose register it is about.
    pub product: ProductId,
    /// Its place among the instructions of the asset, from 1 without gaps.
    pub sequence: u64,
    /// By which right it was given.
    pub authority: Authority,
    /// How it reached the registrar.
    pub means: Means,
    /// The stamp of § 18(1) sentence 4 eWpG.
    pub received_at: Timestamp,
    state: InstructionState,
}

/// By which right somebody instructs (§ 18(1) eWpG).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Authority {
    /// The entered holder.
    Holder,
    /// A third party whose right is entered, in the holder's place.
    ThirdParty,
    /// Somebody entitled by law or on its basis, such as an heir.
    Law,
    /// Somebody entitled by legal transaction.
    LegalTransaction,
    /// A court's decision.
    Court,
    /// An authority's act that can be enforced.
    AdministrativeAct,
    /// The issuer, for what is entered to itself (§ 18(1), (2) eWpG).
    Issuer,
}

/// How an instruction reached the registrar, so that it can be attributed (§ 11(6) eWpRV).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Means {
    /// Signed with the key of the holder's wallet (EIP-712).
    Signature,
    /// Brought by the partner under its recorded mandate.
    Mandate,
    /// Given by the issuer through its own access to the network.
    Access,
    /// On a document that the registrar keeps.
    Document,
    /// By a transaction of the holder's wallet on the DLT network.
    Transaction,
}

/// What became of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionState {
    /// In the queue, or on its way to the DLT network.
    Processing,
    /// In the register.
    Executed {
        /// The time of the final block (§ 18(3) eWpG).
        at: Timestamp,
        /// The transaction on the DLT network.
        transaction_hash: TransactionHash,
    },
    /// Not carried out; nothing has moved.
    Rejected {
        /// Why.
        code: InstructionRefusal,
        /// When that was known.
        at: Timestamp,
    },
    /// Taken back by who gave it, before it was carried out.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// An instruction has ended already and cannot become anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("instruction {0} has ended already")]
pub struct InstructionEnded(pub InstructionId);

impl Instruction {
    /// A new instruction at its place.
    #[must_use]
    pub const fn receive(
        id: InstructionId,
        (product, sequence): (ProductId, u64),
        (authority, means): (Authority, Means),
        received_at: Timestamp,
    ) -> Self {
        Self {
            id,
            product,
            sequence,
            authority,
            means,
            received_at,
            state: InstructionState::Processing,
        }
    }

    /// The same as it was stored.
    #[must_use]
    pub const fn restored(self, state: InstructionState) -> Self {
        Self { state, ..self }
    }

    /// What became of it.
    #[must_use]
    pub const fn state(&self) -> &InstructionState {
        &self.state
    }

    /// The transaction is final.
    pub fn execute(
        self,
        at: Timestamp,
        transaction_hash: TransactionHash,
    ) -> Result<Self, InstructionEnded> {
        self.end(InstructionState::Executed {
            at,
            transaction_hash,
        })
    }

    /// It cannot be carried out.
    pub fn reject(self, code: InstructionRefusal, at: Timestamp) -> Result<Self, InstructionEnded> {
        self.end(InstructionState::Rejected { code, at })
    }

    /// Who gave it takes it back.
    pub fn withdraw(self, at: Timestamp) -> Result<Self, InstructionEnded> {
        self.end(InstructionState::Withdrawn { at })
    }

    fn end(self, state: InstructionState) -> Result<Self, InstructionEnded> {
        match self.state {
            InstructionState::Processing => Ok(Self { state, ..self }),
            _ => Err(InstructionEnded(self.id)),
        }
    }
}

impl InstructionState {
    /// As stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Executed { .. } => "executed",
            Self::Rejected { .. } => "rejected",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl Authority {
    const ALL: [Self; 7] = [
        Self::Holder,
        Self::ThirdParty,
        Self::Law,
        Self::LegalTransaction,
        Self::Court,
        Self::AdministrativeAct,
        Self::Issuer,
    ];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::ThirdParty => "third_party",
            Self::Law => "law",
            Self::LegalTransaction => "legal_transaction",
            Self::Court => "court",
            Self::AdministrativeAct => "administrative_act",
            Self::Issuer => "issuer",
        }
    }
}

impl std::str::FromStr for Authority {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode(
            "holder, third_party, law, legal_transaction, court, administrative_act, issuer",
        ))
    }
}

impl Means {
    const ALL: [Self; 5] = [
        Self::Signature,
        Self::Mandate,
        Self::Access,
        Self::Document,
        Self::Transaction,
    ];

    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Mandate => "mandate",
            Self::Access => "access",
            Self::Document => "document",
            Self::Transaction => "transaction",
        }
    }
}

impl std::str::FromStr for Means {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode(
            "signature, mandate, access, document, transaction",
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn received() -> Instruction {
        Instruction::receive(
            InstructionId::from_uuid(Uuid::from_u128(1)),
            (ProductId::from_uuid(Uuid::from_u128(2)), 7),
            (Authority::Holder, Means::Signature),
            NOW,
        )
    }

    #[test]
    fn an_instruction_ends_once() {
        let hash = TransactionHash::from_bytes([1; 32]);
        let ends: [Instruction; 3] = [
            received().execute(NOW, hash).unwrap(),
            received().reject(InstructionRefusal::Freeze, NOW).unwrap(),
            received().withdraw(NOW).unwrap(),
        ];
        for ended in ends {
            let refused = Err(InstructionEnded(ended.id));
            assert_eq!(ended.clone().execute(NOW, hash), refused);
            assert_eq!(
                ended.clone().reject(InstructionRefusal::Freeze, NOW),
                refused
            );
            assert_eq!(ended.withdraw(NOW), refused);
        }
    }

    #[test]
    fn every_word_is_read_as_it_is_stored() {
        for authority in Authority::ALL {
            assert_eq!(authority.as_str().parse(), Ok(authority));
        }
        for means in Means::ALL {
            assert_eq!(means.as_str().parse(), Ok(means));
        }
        assert!("nobody".parse::<Authority>().is_err());
    }
}
