//! One type per identifier, so that a wallet's id can never be passed where an investor's is meant.
//!
//! Ids are made where randomness is at hand (version 7, so that they sort by age); here they are only named.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An id is a UUID such as 0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70.")]
pub struct IdError;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident,)+) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Names an existing UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for storage.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl crate::FieldValue for $name {
    fn code(_: &IdError) -> crate::FieldCode {
        crate::FieldCode::InvalidFormat
    }
}
    )+};
}

id! {
    /// One asset's API space.
    EnvironmentId,
    /// Who brings an asset.
    IssuerId,
    /// An asset that is sold in units.
    ProductId,
    /// A sale of a product through one distribution platform.
    CampaignId,
    /// A distribution platform: a licensed partner with its investors.
    PlatformId,
    /// A platform's wish to sell an asset.
    AssetRequestId,
    /// The permission of a platform's investors to hold a product.
    ListingId,
    /// An OAuth 2.0 client.
    ClientId,
    /// An uploaded document.
    DocumentId,
    /// An investor in one environment.
    InvestorId,
    /// An identification of an investor.
    IdentificationId,
    /// A person who benefits from a legal person's investments.
    BenefitingPersonId,
    /// A wallet of an investor.
    WalletId,
    /// A key with which an investor instructs.
    InstructionKeyId,
    /// A proof of who acts for a company.
    AuthorityProofId,
    /// An order of units; unique across environments.
    InvestmentId,
    /// Who is entered in a register.
    HolderId,
    /// An event of the log that partners read.
    EventId,
    /// A command to the DLT network.
    CommandId,
    /// Several DLT commands that are submitted together.
    BatchId,
    /// What somebody tells a register to do, such as a transfer.
    InstructionId,
    /// A restriction of disposal or a third party's right in a register.
    RestrictionId,
    /// In whose favour something is entered in a register.
    BeneficiaryId,
    /// Units that a holder gives back.
    RedemptionId,
    /// What an issuer has announced to take back.
    RedemptionNoticeId,
    /// A company's consent to one transfer of its shares.
    TransferConsentId,
    /// Who held what at the end of a day.
    PayoutListId,
    /// Somebody's look into a register whose participant he is not.
    InspectionId,
    /// What does not fit between a register and the DLT network.
    IncidentId,
    /// One request to the API.
    RequestId,
    /// A platform's application to take part in the network.
    ApplicationId,
    /// Something that needs four eyes.
    DecisionId,
    /// A human being who signs in.
    PersonId,
    /// What a person may do for one organisation.
    MembershipId,
    /// A person's signed-in browser.
    SessionId,
    /// The offer of a membership, open until somebody accepts it.
    InvitationId,
}

/// Only the hyphenated form is accepted: the others are easily taken for something else in a log.
fn parse(text: &str) -> Result<Uuid, IdError> {
    if text.len() != 36 {
        return Err(IdError);
    }
    Uuid::try_parse(text).map_err(|_| IdError)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_shown() {
        let text = "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70";
        let id: InvestmentId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "1",
            "0198c5a27a437e11b8f30d6c1f2a9b70",
            "{0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b7}",
        ] {
            assert_eq!(text.parse::<InvestorId>(), Err(IdError), "{text}");
        }
    }
}
