//! Who asks, and what it may do.

use domain::{ClientId, EnvironmentId, IssuerId, PlatformId};
use storage::Scope;

use crate::{Error, Result};

/// What an operation demands of its caller. Each is granted by one OAuth scope and to one kind of party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Right {
    WriteDocuments,
    ReadInvestors,
    WriteInvestors,
    ReadInvestments,
    WriteInvestments,
    ReadProducts,
    ReadIssuedProducts,
    ReadIssuedInvestments,
    DecideInvestments,
    ReadNetwork,
    WriteNetwork,
}

/// The party for which a caller acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// A distribution platform in one environment.
    Distributor(EnvironmentId, PlatformId),
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
}

impl Caller {
    /// The network itself: the worker, or an operator at the command line.
    pub fn network(name: &str) -> Self {
        Self {
            client: ClientId::from_uuid(uuid::Uuid::nil()),
            name: name.to_owned(),
            party: Party::Registrar,
            scopes: vec!["network:read".to_owned(), "network:write".to_owned()],
        }
    }

    /// The rows that the caller may see for this right.
    ///
    /// # Errors
    /// [`Error::InsufficientScope`] if its token does not grant it, [`Error::NotPermitted`] if its kind of party never may.
    pub fn require(&self, right: Right) -> Result<Scope> {
        let scope = match (right.party(), self.party) {
            (Kind::Distributor, Party::Distributor(environment, platform)) => Scope {
                environment: Some(environment),
                platform: Some(platform),
                issuer: None,
            },
            (Kind::Issuer, Party::Issuer(environment, issuer)) => Scope {
                environment,
                platform: None,
                issuer: Some(issuer),
            },
            (Kind::Registrar, Party::Registrar) => Scope::ALL,
            (Kind::Uploader, Party::Distributor(environment, platform)) => Scope {
                environment: Some(environment),
                platform: Some(platform),
                issuer: None,
            },
            (Kind::Uploader, Party::Issuer(environment, issuer)) => Scope {
                environment,
                platform: None,
                issuer: Some(issuer),
            },
            _ => return Err(Error::NotPermitted),
        };
        let granting = right.scopes();
        if granting
            .iter()
            .any(|scope| self.scopes.iter().any(|own| own == scope))
        {
            Ok(scope)
        } else {
            Err(Error::InsufficientScope(granting[0]))
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

enum Kind {
    Distributor,
    Issuer,
    Registrar,
    Uploader,
}

impl Right {
    fn party(self) -> Kind {
        match self {
            Self::WriteDocuments => Kind::Uploader,
            Self::ReadInvestors
            | Self::WriteInvestors
            | Self::ReadInvestments
            | Self::WriteInvestments
            | Self::ReadProducts => Kind::Distributor,
            Self::ReadIssuedProducts | Self::ReadIssuedInvestments | Self::DecideInvestments => {
                Kind::Issuer
            }
            Self::ReadNetwork | Self::WriteNetwork => Kind::Registrar,
        }
    }

    /// The scopes of which one is enough; the first is the one to ask for.
    fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::WriteDocuments => &["documents:write"],
            Self::ReadInvestors => &["investors:read"],
            Self::WriteInvestors => &["investors:write"],
            Self::ReadInvestments | Self::ReadIssuedInvestments => &["investments:read"],
            Self::WriteInvestments | Self::DecideInvestments => &["investments:write"],
            // Products and campaigns are no secret to a distributor that can read anything.
            Self::ReadProducts => &["investments:read", "investors:read"],
            Self::ReadIssuedProducts => &["products:read"],
            Self::ReadNetwork => &["network:read"],
            Self::WriteNetwork => &["network:write"],
        }
    }
}

/// All that a distributor's client can be granted.
pub const DISTRIBUTOR_SCOPES: &[&str] = &[
    "investors:read",
    "investors:write",
    "investments:read",
    "investments:write",
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
    "documents:write",
];

/// All that the registrar's client can be granted.
pub const NETWORK_SCOPES: &[&str] = &["network:read", "network:write"];
