//! Who asks, and what it may do.

use domain::{
    ClientId, EnvironmentId, IssuerId, MembershipId, Permission, PersonId, PlatformId,
    PlatformRole, RegistrarRole, Role,
};
use sha2::{Digest, Sha256};
use storage::Scope;
use uuid::Uuid;

use crate::{Error, Result};

/// What an operation demands of its caller. A table says which scope grants it to which kind of party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Right {
    WriteDocuments,
    ReadInvestors,
    WriteInvestors,
    ReadInstructionKeys,
    RevokeInstructionKeys,
    ReadInvestments,
    WriteInvestments,
    ReadStatements,
    RequestStatements,
    ReadTransfers,
    WriteTransfers,
    ReadRedemptions,
    WriteRedemptions,
    SettleRedemptions,
    ReadIssuedRedemptions,
    ReadTransferConsents,
    GiveTransferConsents,
    ReadPayoutAccounts,
    ReadInspections,
    ReadIdentities,
    ReadProducts,
    ReadIssuers,
    WriteIssuers,
    ReadIssuedProducts,
    WriteIssuedProducts,
    ReadIssuedInvestments,
    DecideInvestments,
    SettleInvestments,
    ReadNetwork,
    WriteNetwork,
    ReadPlatform,
    WritePlatform,
    ReadCatalogue,
    ReadAssetRequests,
    AcceptAssetRequests,
    RefuseAssetRequests,
    ManageMembers,
    ReadApplications,
    WriteApplications,
    ReadClients,
    WriteClients,
    ReadAudit,
}

/// The party for which a caller acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// A distribution platform in one environment.
    Distributor(EnvironmentId, PlatformId),
    /// A distribution platform over all its assets: its application, its credentials, what it asks for.
    Platform(PlatformId),
    /// An issuer, in one environment or in all of its own.
    Issuer(Option<EnvironmentId>, IssuerId),
    /// The registrar.
    Registrar,
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The OAuth client; operators and the worker have one of their own.
    pub client: ClientId,
    /// For the audit log.
    pub name: String,
    /// For whom it acts.
    pub party: Party,
    /// Scopes of its token.
    pub scopes: Vec<String>,
    /// The human being behind it; none for programs.
    pub person: Option<PersonId>,
    /// The membership whose products are all that it sees; none if it sees all that its party does.
    pub limited_to: Option<MembershipId>,
}

impl Caller {
    /// The network itself: the worker, or an operator at the command line.
    pub fn network(name: &str) -> Self {
        Self {
            client: ClientId::from_uuid(uuid::Uuid::nil()),
            name: name.to_owned(),
            party: Party::Registrar,
            scopes: ["network:read", "network:write", "members:write"]
                .map(str::to_owned)
                .to_vec(),
            person: None,
            limited_to: None,
        }
    }

    /// Who acts, for rules that need two of them: each person is an actor, so is each client, and each name at the command line.
    pub fn actor(&self) -> Uuid {
        if let Some(person) = self.person {
            return person.uuid();
        }
        if self.client.uuid().is_nil() {
            let digest: [u8; 32] = Sha256::digest(self.name.as_bytes()).into();
            let (head, _) = digest.split_at(16);
            let bytes = head.try_into().expect("a digest has 32 bytes");
            return uuid::Builder::from_custom_bytes(bytes).into_uuid();
        }
        self.client.uuid()
    }

    /// The rows that the caller may see for this right.
    ///
    /// # Errors
    /// [`Error::InsufficientScope`] if its token does not grant it, [`Error::NotPermitted`] if its kind of party never may.
    pub fn require(&self, right: Right) -> Result<Scope> {
        let (kind, scope) = self.party.seen();
        let scope = Scope {
            limited_to: self.limited_to,
            ..scope
        };
        let granting = right
            .grants()
            .iter()
            .find(|(granted, _)| *granted == kind)
            .map(|(_, scopes)| *scopes)
            .ok_or(Error::NotPermitted)?;
        if granting
            .iter()
            .any(|scope| self.scopes.iter().any(|own| own == scope))
        {
            Ok(scope)
        } else {
            Err(Error::InsufficientScope(granting[0]))
        }
    }

    /// The platform of a caller that acts for one over all its assets.
    ///
    /// # Errors
    /// As [`Caller::require`].
    pub fn require_platform(&self, right: Right) -> Result<PlatformId> {
        self.require(right)?;
        match self.party {
            Party::Platform(platform) => Ok(platform),
            _ => Err(Error::NotPermitted),
        }
    }

    /// The account of an issuer whose client is good for all of it, not for one environment.
    ///
    /// # Errors
    /// As [`Caller::require`].
    pub fn require_account(&self, right: Right) -> Result<(IssuerId, Scope)> {
        let scope = self.require(right)?;
        match self.party {
            Party::Issuer(None, account) => Ok((account, scope)),
            _ => Err(Error::NotPermitted),
        }
    }

    /// The environment and platform of a distributor.
    ///
    /// # Errors
    /// As [`Caller::require`].
    pub fn require_distributor(&self, right: Right) -> Result<(EnvironmentId, PlatformId, Scope)> {
        let scope = self.require(right)?;
        match self.party {
            Party::Distributor(environment, platform) => Ok((environment, platform, scope)),
            _ => Err(Error::NotPermitted),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Distributor,
    Issuer,
    Platform,
    Registrar,
}

impl Party {
    /// The rows that are its own.
    pub(crate) fn scope(self) -> Scope {
        self.seen().1
    }

    /// What kind of party it is, and whose rows it sees.
    fn seen(self) -> (Kind, Scope) {
        match self {
            Self::Distributor(environment, platform) => {
                let scope = Scope {
                    environment: Some(environment),
                    platform: Some(platform),
                    ..Scope::ALL
                };
                (Kind::Distributor, scope)
            }
            Self::Platform(platform) => {
                let scope = Scope {
                    platform: Some(platform),
                    ..Scope::ALL
                };
                (Kind::Platform, scope)
            }
            Self::Issuer(environment, issuer) => {
                let scope = Scope {
                    environment,
                    issuer: Some(issuer),
                    ..Scope::ALL
                };
                (Kind::Issuer, scope)
            }
            Self::Registrar => (Kind::Registrar, Scope::ALL),
        }
    }
}

/// To which kind of party a right is granted, and the scopes of which one is enough; the first is the one to ask for.
type Grants = &'static [(Kind, &'static [&'static str])];

impl Right {
    fn grants(self) -> Grants {
        match self {
            Self::WriteDocuments => &[
                (Kind::Distributor, &["documents:write"]),
                (Kind::Issuer, &["documents:write"]),
                (Kind::Platform, &["partner:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
            Self::ReadInvestors => &[(Kind::Distributor, &["investors:read"])],
            Self::WriteInvestors => &[(Kind::Distributor, &["investors:write"])],
            Self::ReadInstructionKeys => &[
                (Kind::Distributor, &["investors:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            Self::RevokeInstructionKeys => &[
                (Kind::Distributor, &["investors:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
            Self::ReadInvestments => &[(Kind::Distributor, &["investments:read"])],
            Self::WriteInvestments => &[(Kind::Distributor, &["investments:write"])],
            Self::ReadStatements => &[
                (Kind::Distributor, &["investments:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            Self::RequestStatements => &[
                (Kind::Distributor, &["investments:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
            Self::ReadTransfers => &[(Kind::Distributor, &["transfers:read"])],
            Self::WriteTransfers => &[(Kind::Distributor, &["transfers:write"])],
            Self::ReadRedemptions => &[(Kind::Distributor, &["redemptions:read"])],
            Self::WriteRedemptions => &[(Kind::Distributor, &["redemptions:write"])],
            Self::ReadIssuedRedemptions => &[
                (Kind::Issuer, &["redemptions:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            Self::SettleRedemptions => &[
                (Kind::Issuer, &["redemptions:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
            Self::ReadTransferConsents => &[
                (Kind::Issuer, &["investments:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            // Whom the company takes as a shareholder is decided like whose order it accepts.
            Self::GiveTransferConsents => &[
                (Kind::Issuer, &["investments:write", "investments:decide"]),
                (Kind::Registrar, &["network:write"]),
            ],
            // Whose account it is concerns those who pay, not everybody who may look.
            Self::ReadPayoutAccounts => &[(Kind::Registrar, &["network:write"])],
            // Who looked, and at whom, is for those who decide about it, and for the supervisor.
            Self::ReadInspections => &[(Kind::Registrar, &["network:write", "supervision:read"])],
            // Everybody else at the registrar's needs an inspection for that (§ 10(3) eWpG).
            Self::ReadIdentities => &[(Kind::Registrar, &["supervision:read"])],
            // Products and campaigns are no secret to a distributor that can read anything.
            Self::ReadProducts => &[(Kind::Distributor, &["investments:read", "investors:read"])],
            Self::ReadIssuers => &[(Kind::Issuer, &["issuers:read"])],
            Self::WriteIssuers => &[(Kind::Issuer, &["issuers:write"])],
            Self::WriteIssuedProducts | Self::AcceptAssetRequests => {
                &[(Kind::Issuer, &["products:write"])]
            }
            Self::ReadIssuedProducts => &[(Kind::Issuer, &["products:read"])],
            Self::ReadIssuedInvestments => &[(Kind::Issuer, &["investments:read"])],
            Self::DecideInvestments => {
                &[(Kind::Issuer, &["investments:write", "investments:decide"])]
            }
            Self::SettleInvestments => {
                &[(Kind::Issuer, &["investments:write", "investments:settle"])]
            }
            Self::ReadNetwork => &[(Kind::Registrar, &["network:read"])],
            Self::WriteNetwork => &[(Kind::Registrar, &["network:write"])],
            Self::ReadPlatform => &[(Kind::Platform, &["partner:read"])],
            Self::WritePlatform => &[(Kind::Platform, &["partner:write"])],
            Self::ReadCatalogue | Self::ReadAssetRequests => &[
                (Kind::Platform, &["partner:read"]),
                (Kind::Issuer, &["products:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            Self::RefuseAssetRequests => &[
                (Kind::Issuer, &["products:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
            Self::ManageMembers => &[
                (Kind::Registrar, &["members:write"]),
                (Kind::Issuer, &["members:write"]),
                (Kind::Platform, &["members:write"]),
            ],
            Self::ReadApplications => &[
                (Kind::Platform, &["partner:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            Self::WriteApplications => &[
                (Kind::Platform, &["partner:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
            Self::ReadClients | Self::ReadAudit => &[
                (Kind::Platform, &["partner:read"]),
                (Kind::Issuer, &["issuers:read"]),
                (Kind::Registrar, &["network:read"]),
            ],
            Self::WriteClients => &[
                (Kind::Platform, &["partner:write"]),
                (Kind::Issuer, &["issuers:write"]),
                (Kind::Registrar, &["network:write"]),
            ],
        }
    }
}

/// All that a distributor's client can be granted.
pub const DISTRIBUTOR_SCOPES: &[&str] = &[
    "investors:read",
    "investors:write",
    "investments:read",
    "investments:write",
    "transfers:read",
    "transfers:write",
    "redemptions:read",
    "redemptions:write",
    "documents:write",
];

/// All that an issuer's client can be granted.
pub const ISSUER_SCOPES: &[&str] = &[
    "issuers:read",
    "issuers:write",
    "products:read",
    "products:write",
    "investments:read",
    "investments:write",
    "redemptions:read",
    "redemptions:write",
    "documents:write",
];

/// All that a platform's client over all its assets can be granted.
pub const PLATFORM_SCOPES: &[&str] = &["partner:read", "partner:write"];

/// All that the registrar's client can be granted.
pub const NETWORK_SCOPES: &[&str] = &["network:read", "network:write"];

/// What a person may do in this role, in the words of scopes. Some are finer than those that programs are granted.
pub fn scopes_of(role: &Role) -> Vec<String> {
    let scopes: Vec<&str> = match role {
        Role::Registrar(role) => match role {
            RegistrarRole::Admin => vec!["network:read", "network:write", "members:write"],
            RegistrarRole::Operator => vec!["network:read", "network:write"],
            RegistrarRole::Auditor => vec!["network:read"],
            RegistrarRole::Supervisor => vec!["network:read", "supervision:read"],
        },
        Role::Issuer(_, permissions) => permissions.iter().flat_map(granted_by).copied().collect(),
        Role::Platform(_, role) => match role {
            PlatformRole::Admin => {
                [PLATFORM_SCOPES, DISTRIBUTOR_SCOPES, &["members:write"]].concat()
            }
            PlatformRole::Member => [&["partner:read"], DISTRIBUTOR_SCOPES].concat(),
            PlatformRole::Reader => vec![
                "partner:read",
                "investors:read",
                "investments:read",
                "transfers:read",
                "redemptions:read",
            ],
        },
    };
    scopes.into_iter().map(str::to_owned).collect()
}

/// Whether somebody in this role has the right: over all that is its organisation's, or inside of an environment.
pub(crate) fn grants(role: &Role, right: Right) -> bool {
    let kinds: &[Kind] = match role {
        Role::Registrar(_) => &[Kind::Registrar],
        Role::Issuer(..) => &[Kind::Issuer],
        Role::Platform(..) => &[Kind::Platform, Kind::Distributor],
    };
    let own = scopes_of(role);
    right.grants().iter().any(|(kind, granting)| {
        let is_held = |scope: &&str| own.iter().any(|held| held == scope);
        kinds.contains(kind) && granting.iter().any(is_held)
    })
}

/// Partner-API reference 12.1. `ViewData` comes with every other permission.
fn granted_by(permission: Permission) -> &'static [&'static str] {
    match permission {
        Permission::ViewData => &[
            "issuers:read",
            "products:read",
            "investments:read",
            "redemptions:read",
        ],
        Permission::ManageDistribution => &["products:write"],
        Permission::ManageData => &["issuers:write", "documents:write"],
        Permission::ManageApprovals => &["investments:decide"],
        Permission::ManageIncomingPayments => &["investments:settle"],
        Permission::ManageCreditDigitalSecurities => &["investments:credit"],
        Permission::ManageRedemptions => &["redemptions:write"],
        Permission::DownloadStatistics => &["statistics:read"],
        Permission::ManageMembers => &["members:write"],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::Permissions;

    fn person(role: &Role, party: Party) -> Caller {
        Caller {
            party,
            scopes: scopes_of(role),
            person: Some(PersonId::from_uuid(Uuid::from_u128(9))),
            ..Caller::network("person")
        }
    }

    #[test]
    fn permissions_are_told_apart() {
        let issuer = IssuerId::from_uuid(Uuid::from_u128(1));
        let may = |permission, right| {
            let role = Role::Issuer(issuer, Permissions::new([permission]));
            let caller = person(&role, Party::Issuer(None, issuer));
            caller.require(right).is_ok()
        };
        for permission in Permission::ALL {
            assert!(
                may(permission, Right::ReadIssuedInvestments),
                "{permission:?}"
            );
        }
        for (right, permission) in [
            (Right::DecideInvestments, Permission::ManageApprovals),
            (Right::GiveTransferConsents, Permission::ManageApprovals),
            (Right::SettleInvestments, Permission::ManageIncomingPayments),
            (Right::SettleRedemptions, Permission::ManageRedemptions),
            (Right::ManageMembers, Permission::ManageMembers),
            (Right::WriteDocuments, Permission::ManageData),
        ] {
            let holders: Vec<_> = Permission::ALL
                .into_iter()
                .filter(|one| may(*one, right))
                .collect();
            assert_eq!(holders, [permission]);
        }
    }

    #[test]
    fn a_role_has_the_rights_of_its_callers() {
        let platform = PlatformId::from_uuid(Uuid::from_u128(1));
        for role in [
            PlatformRole::Admin,
            PlatformRole::Member,
            PlatformRole::Reader,
        ] {
            let role = Role::Platform(platform, role);
            let inside = EnvironmentId::from_uuid(Uuid::from_u128(2));
            for right in [
                Right::WriteApplications,
                Right::WriteClients,
                Right::WriteInvestments,
                Right::ReadPlatform,
                Right::WriteNetwork,
            ] {
                let may = [
                    Party::Platform(platform),
                    Party::Distributor(inside, platform),
                ]
                .into_iter()
                .any(|party| person(&role, party).require(right).is_ok());
                assert_eq!(grants(&role, right), may, "{role} {right:?}");
            }
        }
    }

    #[test]
    fn an_auditor_sees_and_decides_nothing() {
        let role = Role::Registrar(RegistrarRole::Auditor);
        let caller = person(&role, Party::Registrar);
        assert!(caller.require(Right::ReadNetwork).is_ok());
        assert!(caller.require(Right::WriteNetwork).is_err());
        assert!(caller.require(Right::ManageMembers).is_err());
    }

    #[test]
    fn a_person_is_one_actor_in_every_role() {
        let role = Role::Registrar(RegistrarRole::Operator);
        let one = person(&role, Party::Registrar);
        let other = Caller {
            client: ClientId::from_uuid(Uuid::from_u128(77)),
            ..one.clone()
        };
        assert_eq!(one.actor(), other.actor());
    }

    #[test]
    fn a_limit_reaches_every_look_up() {
        let issuer = IssuerId::from_uuid(Uuid::from_u128(1));
        let membership = MembershipId::from_uuid(Uuid::from_u128(5));
        let role = Role::Issuer(issuer, Permissions::all());
        let caller = Caller {
            limited_to: Some(membership),
            ..person(&role, Party::Issuer(None, issuer))
        };
        let scope = caller.require(Right::ReadIssuedProducts).unwrap();
        assert_eq!(scope.limited_to, Some(membership));
    }

    #[test]
    fn actors_are_told_apart() {
        let client = |number: u128| Caller {
            client: ClientId::from_uuid(Uuid::from_u128(number)),
            ..Caller::network("the same name")
        };
        assert_eq!(client(1).actor(), Uuid::from_u128(1));
        assert_ne!(client(1).actor(), client(2).actor());
        // Operators at the command line have no client: there the name is all there is.
        let operator = |name: &str| Caller::network(name).actor();
        assert_eq!(operator("one"), operator("one"));
        assert_ne!(operator("one"), operator("two"));
    }

    #[test]
    fn a_platform_is_no_distributor() {
        let platform = Caller {
            party: Party::Platform(PlatformId::from_uuid(Uuid::nil())),
            scopes: ["partner:read", "investors:read"]
                .map(str::to_owned)
                .to_vec(),
            ..Caller::network("platform")
        };
        assert!(platform.require(Right::ReadPlatform).is_ok());
        assert!(platform.require(Right::ReadCatalogue).is_ok());
        assert!(matches!(
            platform.require(Right::WritePlatform),
            Err(Error::InsufficientScope("partner:write"))
        ));
        assert!(matches!(
            platform.require(Right::ReadInvestors),
            Err(Error::NotPermitted)
        ));
    }
}
