//! For whom a new client acts, and how a client is shown.

use database::Tx;
use domain::{EnvironmentId, IssuerId, PlatformId};
use storage::Scope;
use storage::client_credentials::{CredentialRecord, Proof};
use storage::clients::{Client, ClientKind};
use storage::environments::Environment;
use wire::FieldCode;
use wire::clients::{self as out, ClientCreate, ClientMode, Credential, CredentialMethod};

use crate::caller::Party;
use crate::clients::NewClient;
use crate::{Caller, Error, Result};

/// For whom a client acts.
pub(crate) struct Holder {
    pub(crate) kind: ClientKind,
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) platform: Option<PlatformId>,
    pub(crate) issuer: Option<IssuerId>,
    pub(crate) mode: ClientMode,
    /// Part of the client ID: the environment's name, or the kind of party.
    pub(crate) place: String,
}

impl Holder {
    /// Of a client that the command line makes.
    pub(crate) fn of(tx: &mut Tx, new: &NewClient) -> Result<Self> {
        let name = new
            .environment
            .map(|id| storage::environments::name(tx, id))
            .transpose()?;
        Ok(Self {
            kind: new.kind,
            environment: new.environment,
            platform: new.platform,
            issuer: new.issuer,
            mode: mode(name.as_deref()),
            place: name.unwrap_or_else(|| place(new.kind).to_owned()),
        })
    }

    fn at(kind: ClientKind, environment: Option<Environment>) -> Self {
        let name = environment.as_ref().map(|one| one.name.clone());
        Self {
            kind,
            environment: environment.map(|one| one.id),
            platform: None,
            issuer: None,
            mode: mode(name.as_deref()),
            place: name.unwrap_or_else(|| place(kind).to_owned()),
        }
    }
}

/// The holder that the caller asks for: its own party, or for the registrar whom it names.
pub(crate) fn find(tx: &mut Tx, caller: &Caller, body: &ClientCreate) -> Result<Holder> {
    let names_somebody = body.distribution_platform_id.is_some() || body.issuer_id.is_some();
    if names_somebody && caller.party != Party::Registrar {
        return Err(Error::NotPermitted);
    }
    let environment = body
        .environment
        .as_deref()
        .map(|name| environment(tx, name))
        .transpose()?;
    match caller.party {
        Party::Platform(platform) => of_platform(tx, platform, environment),
        Party::Issuer(restricted, issuer) => {
            let environment = match (restricted, environment) {
                (Some(own), Some(named)) if named.id != own => return Err(unknown()),
                (Some(own), None) => Some(environment_by_id(tx, own)?),
                (_, named) => named,
            };
            of_issuer(tx, issuer, environment)
        }
        Party::Registrar => of_anybody(tx, body, environment),
        Party::Distributor(..) => Err(Error::NotPermitted),
    }
}

/// Whether a client is about money.
pub(crate) fn mode_of(tx: &mut Tx, client: &Client) -> Result<ClientMode> {
    let name = client
        .environment
        .map(|id| storage::environments::name(tx, id))
        .transpose()?;
    Ok(mode(name.as_deref()))
}

/// Whether an environment is about money: a sandbox is named after what it is the twin of.
pub(crate) fn mode(environment: Option<&str>) -> ClientMode {
    match environment {
        Some(name) if name.starts_with("sandbox-") => ClientMode::Test,
        _ => ClientMode::Live,
    }
}

/// A client as the network answers it, without a secret.
pub(crate) fn show(
    client: &Client,
    environment: Option<String>,
    credentials: &[CredentialRecord],
    public_url: &str,
) -> out::Client {
    let api_url = match (&environment, client.kind) {
        (Some(name), _) => format!("{public_url}/environments/{name}/api/external"),
        (None, ClientKind::Issuer | ClientKind::Distributor) => {
            format!("{public_url}/api/external")
        }
        (None, ClientKind::Platform | ClientKind::Network) => {
            format!("{public_url}/api/network/v1")
        }
    };
    out::Client {
        id: client.id.uuid(),
        client_id: client.client_id.clone(),
        kind: match client.kind {
            ClientKind::Distributor => out::ClientKind::Distributor,
            ClientKind::Issuer => out::ClientKind::Issuer,
            ClientKind::Platform => out::ClientKind::Platform,
            ClientKind::Network => out::ClientKind::Network,
        },
        name: client.name.clone(),
        mode: mode(environment.as_deref()),
        environment,
        distribution_platform_id: client.platform.map(PlatformId::uuid),
        issuer_id: client.issuer.map(IssuerId::uuid),
        scopes: client.scopes.clone(),
        allowed_networks: client.allowed_networks.clone(),
        token_url: format!("{api_url}/oauth/token"),
        api_url,
        client_secret: None,
        first_call: None,
        credentials: credentials.iter().map(credential).collect(),
        created_at: client.created_at.to_string(),
        expires_at: client.expires_at.map(|at| at.to_string()),
        revoked_at: client.revoked_at.map(|at| at.to_string()),
        last_used_at: client.last_used_at.map(|at| at.to_string()),
    }
}

fn credential(record: &CredentialRecord) -> Credential {
    Credential {
        id: record.id,
        method: match record.proof {
            Proof::Secret(_) => CredentialMethod::ClientSecret,
            Proof::PublicKey(_) => CredentialMethod::PrivateKeyJwt,
        },
        hint: record.hint.clone(),
        created_at: record.created_at.to_string(),
        expires_at: record.expires_at.map(|at| at.to_string()),
    }
}

fn place(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Distributor | ClientKind::Platform => "partner",
        ClientKind::Issuer => "issuer",
        ClientKind::Network => "network",
    }
}

/// In an environment a platform has clients once its asset is listed for it.
fn of_platform(
    tx: &mut Tx,
    platform: PlatformId,
    environment: Option<Environment>,
) -> Result<Holder> {
    let kind = match &environment {
        None => ClientKind::Platform,
        Some(environment) => {
            let scope = Scope {
                environment: Some(environment.id),
                platform: Some(platform),
                ..Scope::ALL
            };
            require_product(tx, &scope)?;
            ClientKind::Distributor
        }
    };
    Ok(Holder {
        platform: Some(platform),
        ..Holder::at(kind, environment)
    })
}

fn of_issuer(tx: &mut Tx, issuer: IssuerId, environment: Option<Environment>) -> Result<Holder> {
    if let Some(environment) = &environment {
        let scope = Scope {
            environment: Some(environment.id),
            issuer: Some(issuer),
            ..Scope::ALL
        };
        require_product(tx, &scope)?;
    }
    Ok(Holder {
        issuer: Some(issuer),
        ..Holder::at(ClientKind::Issuer, environment)
    })
}

fn of_anybody(
    tx: &mut Tx,
    body: &ClientCreate,
    environment: Option<Environment>,
) -> Result<Holder> {
    match (body.distribution_platform_id, body.issuer_id) {
        (Some(_), Some(_)) => Err(Error::Field(
            "issuer_id",
            FieldCode::Duplicate,
            "A client acts for a platform or for an issuer, not for both.".to_owned(),
        )),
        (Some(id), None) => {
            let platform = PlatformId::from_uuid(id);
            if storage::platforms::find(tx, platform)?.is_none() {
                return Err(nobody("distribution_platform_id"));
            }
            of_platform(tx, platform, environment)
        }
        (None, Some(id)) => {
            let issuer = IssuerId::from_uuid(id);
            let known = storage::issuers::find(tx, &Scope::ALL, issuer)?;
            let known = known.ok_or_else(|| nobody("issuer_id"))?;
            of_issuer(tx, known.account, environment)
        }
        (None, None) if environment.is_some() => Err(Error::Field(
            "environment",
            FieldCode::UnknownValue,
            "The registrar's own clients work over the whole network.".to_owned(),
        )),
        (None, None) => Ok(Holder::at(ClientKind::Network, None)),
    }
}

fn environment(tx: &mut Tx, name: &str) -> Result<Environment> {
    storage::environments::find_by_name(tx, name)?.ok_or_else(unknown)
}

fn environment_by_id(tx: &mut Tx, id: EnvironmentId) -> Result<Environment> {
    let name = storage::environments::name(tx, id)?;
    environment(tx, &name)
}

fn require_product(tx: &mut Tx, scope: &Scope) -> Result<()> {
    let (count, _) = storage::products::list(tx, scope, 0, 1)?;
    if count == 0 { Err(unknown()) } else { Ok(()) }
}

/// The same for what does not exist and what is somebody else's.
fn unknown() -> Error {
    Error::Field(
        "environment",
        FieldCode::NotFound,
        "There is no such environment of yours; ask for the asset first.".to_owned(),
    )
}

fn nobody(field: &'static str) -> Error {
    Error::Field(
        field,
        FieldCode::NotFound,
        "There is nobody with this id.".to_owned(),
    )
}
