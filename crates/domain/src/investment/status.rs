//! The published statuses of an investment and their order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{FieldCode, FieldValue, Timestamp, UnknownCode};

/// Where an investment stands (reference 7.1). The line of success is the first six in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Signed; the investor's identification is pending.
    KycPending,
    /// The registrar reviews it.
    ReviewPending,
    /// The issuer can accept it.
    WaitingForAcceptance,
    /// The issuer has accepted it.
    Accepted,
    /// The money has arrived.
    Paid,
    /// The units are in the investor's wallet.
    Delivered,
    /// The identification could not be completed.
    KycInsufficient,
    /// The investor withdrew before the acceptance.
    Abortion,
    /// The issuer, or the review, has rejected it.
    Rejection,
    /// The investor withdrew within the cancellation period.
    Cancellation,
    /// The money did not arrive in time.
    PaymentMissing,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 11] = [
        Self::KycPending,
        Self::ReviewPending,
        Self::WaitingForAcceptance,
        Self::Accepted,
        Self::Paid,
        Self::Delivered,
        Self::KycInsufficient,
        Self::Abortion,
        Self::Rejection,
        Self::Cancellation,
        Self::PaymentMissing,
    ];

    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Delivered) || self.is_failed()
    }

    /// Whether the investment has come to nothing, so that its units are free again.
    #[must_use]
    pub const fn is_failed(self) -> bool {
        matches!(
            self,
            Self::KycInsufficient
                | Self::Abortion
                | Self::Rejection
                | Self::Cancellation
                | Self::PaymentMissing
        )
    }

    /// The published spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KycPending => "KYC_PENDING",
            Self::ReviewPending => "REVIEW_PENDING",
            Self::WaitingForAcceptance => "WAITING_FOR_ACCEPTANCE",
            Self::Accepted => "ACCEPTED",
            Self::Paid => "PAID",
            Self::Delivered => "DELIVERED",
            Self::KycInsufficient => "KYC_INSUFFICIENT",
            Self::Abortion => "ABORTION",
            Self::Rejection => "REJECTION",
            Self::Cancellation => "CANCELLATION",
            Self::PaymentMissing => "PAYMENT_MISSING",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or(UnknownCode(
            "KYC_PENDING, REVIEW_PENDING, WAITING_FOR_ACCEPTANCE, ACCEPTED, PAID, DELIVERED, KYC_INSUFFICIENT, ABORTION, REJECTION, CANCELLATION, PAYMENT_MISSING",
        ))
    }
}

impl FieldValue for Status {
    fn code(_: &UnknownCode) -> FieldCode {
        FieldCode::UnknownValue
    }
}

/// One step of an investment; each becomes one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusChange {
    /// The status before; none at creation.
    pub from: Option<Status>,
    /// The status reached.
    pub to: Status,
    /// When it was reached.
    pub at: Timestamp,
}
