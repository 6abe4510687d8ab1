//! Whose rows a look-up may see. Every query of a party's resources takes one, so that what is not yours is not found.

use database::Value;
use domain::{EnvironmentId, IssuerId, MembershipId, PlatformId};

/// The rows that a caller may see; nothing set is the registrar, who sees all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this environment's rows.
    pub environment: Option<EnvironmentId>,
    /// Only this distribution platform's rows.
    pub platform: Option<PlatformId>,
    /// Only rows of the products of this issuer's account: its own and those of the issuers that it has brought.
    pub issuer: Option<IssuerId>,
    /// Only rows of the products that this membership is limited to.
    pub limited_to: Option<MembershipId>,
}

impl Scope {
    /// The registrar's.
    pub const ALL: Scope = Scope {
        environment: None,
        platform: None,
        issuer: None,
        limited_to: None,
    };

    /// `environment_id` as a parameter.
    pub fn environment_value(&self) -> Value {
        Value::from(self.environment.map(EnvironmentId::uuid))
    }

    /// `platform_id` as a parameter.
    pub fn platform_value(&self) -> Value {
        Value::from(self.platform.map(PlatformId::uuid))
    }

    /// `account_id` of the issuers as a parameter.
    pub fn issuer_value(&self) -> Value {
        Value::from(self.issuer.map(IssuerId::uuid))
    }

    /// `membership_id` as a parameter.
    pub fn membership_value(&self) -> Value {
        Value::from(self.limited_to.map(MembershipId::uuid))
    }
}
