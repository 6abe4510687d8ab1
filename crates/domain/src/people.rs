//! People who sign in: for which organisation somebody acts, in which role, and for which products.

use std::collections::BTreeSet;
use std::fmt;

use crate::{FieldCode, FieldErrors, IssuerId, PlatformId, ProductId};

/// More products than any issuer lists one by one in a membership.
pub const MOST_PRODUCTS: usize = 200;

/// Whoever people act for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Organisation {
    /// Runs the network.
    Registrar,
    /// Brings assets.
    Issuer(IssuerId),
    /// Sells them.
    Platform(PlatformId),
}

impl Organisation {
    /// As stored.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::Issuer(_) => "issuer",
            Self::Platform(_) => "platform",
        }
    }

    /// The issuer, if it is one.
    #[must_use]
    pub const fn issuer(self) -> Option<IssuerId> {
        match self {
            Self::Issuer(id) => Some(id),
            _ => None,
        }
    }

    /// The platform, if it is one.
    #[must_use]
    pub const fn platform(self) -> Option<PlatformId> {
        match self {
            Self::Platform(id) => Some(id),
            _ => None,
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn restore(
        kind: &str,
        issuer: Option<IssuerId>,
        platform: Option<PlatformId>,
    ) -> Option<Self> {
        match (kind, issuer, platform) {
            ("registrar", None, None) => Some(Self::Registrar),
            ("issuer", Some(id), None) => Some(Self::Issuer(id)),
            ("platform", None, Some(id)) => Some(Self::Platform(id)),
            _ => None,
        }
    }
}

/// What a person may do for an issuer (partner-API reference 12.1). Seeing comes with every other permission: nobody decides blindly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Sees products and investments.
    ViewData,
    /// Campaigns and listings.
    ManageDistribution,
    /// Data and documents.
    ManageData,
    /// Accepts and rejects investments.
    ManageApprovals,
    /// Reports payments, and that they are missing.
    ManageIncomingPayments,
    /// Credits units of digital securities.
    ManageCreditDigitalSecurities,
    /// Redemptions.
    ManageRedemptions,
    /// Statistics.
    DownloadStatistics,
    /// Invites and removes people.
    ManageMembers,
}

impl Permission {
    /// Every permission, in the order of the reference.
    pub const ALL: [Self; 9] = [
        Self::ViewData,
        Self::ManageDistribution,
        Self::ManageData,
        Self::ManageApprovals,
        Self::ManageIncomingPayments,
        Self::ManageCreditDigitalSecurities,
        Self::ManageRedemptions,
        Self::DownloadStatistics,
        Self::ManageMembers,
    ];

    /// As stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ViewData => "view_data",
            Self::ManageDistribution => "manage_distribution",
            Self::ManageData => "manage_data",
            Self::ManageApprovals => "manage_approvals",
            Self::ManageIncomingPayments => "manage_incoming_payments",
            Self::ManageCreditDigitalSecurities => "manage_credit_digital_securities",
            Self::ManageRedemptions => "manage_redemptions",
            Self::DownloadStatistics => "download_statistics",
            Self::ManageMembers => "manage_members",
        }
    }

    /// The permission of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == name)
    }
}

/// Permissions of one membership; seeing is always among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// These, and seeing.
    pub fn new(permissions: impl IntoIterator<Item = Permission>) -> Self {
        let mut all: BTreeSet<_> = permissions.into_iter().collect();
        all.insert(Permission::ViewData);
        Self(all)
    }

    /// Every permission.
    #[must_use]
    pub fn all() -> Self {
        Self::new(Permission::ALL)
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// In the order of the reference.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.0.iter().copied()
    }
}

/// What a person may do for the registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrarRole {
    /// Operator who also manages people.
    Admin,
    /// Sees and decides.
    Operator,
    /// Sees.
    Auditor,
    /// Sees all of it for the supervisor (§ 19 eWpRV), who holders are and who looked too.
    Supervisor,
}

/// What a person may do for a distribution platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlatformRole {
    /// Sells, manages credentials, the application and people.
    Admin,
    /// Sells: investors and investments.
    Member,
    /// Sees.
    Reader,
}

/// What a person may do, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// For the registrar.
    Registrar(RegistrarRole),
    /// For an issuer.
    Issuer(IssuerId, Permissions),
    /// For a distribution platform.
    Platform(PlatformId, PlatformRole),
}

impl Role {
    /// For whom.
    #[must_use]
    pub const fn organisation(&self) -> Organisation {
        match self {
            Self::Registrar(_) => Organisation::Registrar,
            Self::Issuer(issuer, _) => Organisation::Issuer(*issuer),
            Self::Platform(platform, _) => Organisation::Platform(*platform),
        }
    }

    /// Whether it includes inviting and removing people.
    #[must_use]
    pub fn manages_members(&self) -> bool {
        match self {
            Self::Registrar(role) => *role == RegistrarRole::Admin,
            Self::Issuer(_, permissions) => permissions.has(Permission::ManageMembers),
            Self::Platform(_, role) => *role == PlatformRole::Admin,
        }
    }

    /// Reads what [`fmt::Display`] writes: a name, or the names of an issuer's permissions separated by spaces.
    #[must_use]
    pub fn parse(organisation: Organisation, text: &str) -> Option<Self> {
        match organisation {
            Organisation::Registrar => match text {
                "admin" => Some(RegistrarRole::Admin),
                "operator" => Some(RegistrarRole::Operator),
                "auditor" => Some(RegistrarRole::Auditor),
                "supervisor" => Some(RegistrarRole::Supervisor),
                _ => None,
            }
            .map(Self::Registrar),
            Organisation::Issuer(issuer) => text
                .split_whitespace()
                .map(Permission::find)
                .collect::<Option<Vec<_>>>()
                .filter(|permissions| !permissions.is_empty())
                .map(|permissions| Self::Issuer(issuer, Permissions::new(permissions))),
            Organisation::Platform(platform) => match text {
                "admin" => Some(PlatformRole::Admin),
                "member" => Some(PlatformRole::Member),
                "reader" => Some(PlatformRole::Reader),
                _ => None,
            }
            .map(|role| Self::Platform(platform, role)),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Issuer(_, permissions) => {
                let names: Vec<_> = permissions.iter().map(Permission::as_str).collect();
                return f.write_str(&names.join(" "));
            }
            Self::Registrar(RegistrarRole::Admin) | Self::Platform(_, PlatformRole::Admin) => {
                "admin"
            }
            Self::Registrar(RegistrarRole::Operator) => "operator",
            Self::Registrar(RegistrarRole::Auditor) => "auditor",
            Self::Registrar(RegistrarRole::Supervisor) => "supervisor",
            Self::Platform(_, PlatformRole::Member) => "member",
            Self::Platform(_, PlatformRole::Reader) => "reader",
        };
        f.write_str(name)
    }
}

/// For which of the organisation's products a membership holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Products {
    /// All, also those to come.
    All,
    /// These.
    Only(Vec<ProductId>),
}

impl Products {
    /// What a role can be limited to. Who manages people is not limited: it could invite itself without the limit.
    ///
    /// # Errors
    /// Names the field that cannot be accepted.
    pub fn check(&self, role: &Role) -> Result<(), FieldErrors> {
        let Self::Only(products) = self else {
            return Ok(());
        };
        let mut errors = FieldErrors::new();
        if products.is_empty() {
            errors.push(
                "products",
                FieldCode::Missing,
                "Choose at least one product, or all of them.",
            );
        } else if products.len() > MOST_PRODUCTS {
            errors.push(
                "products",
                FieldCode::TooLong,
                format!("A membership names at most {MOST_PRODUCTS} products."),
            );
        }
        if role.manages_members() {
            errors.push(
                "products",
                FieldCode::OutOfRange,
                "Who manages members acts for all products.",
            );
        }
        if matches!(role, Role::Registrar(_)) {
            errors.push(
                "products",
                FieldCode::OutOfRange,
                "The registrar's people act for all products.",
            );
        }
        errors.into_result(Some(()))
    }
}

#[cfg(test)]
mod tests;
