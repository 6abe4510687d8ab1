//! How we show an endpoint who we are, and how those credentials are kept: sealed, and never shown again.

use database::vault::{DataKey, Vault, VaultError};
use database::{DatabaseError, Micros, Row, Tx, Value};
use uuid::Uuid;

use super::{EndpointError, secret_context};
use crate::signing::Secret;

/// How we show who we are, with the secrets. It has no `Debug`, so that it cannot end in a log.
#[derive(Clone)]
pub enum Authentication {
    /// By the signature only.
    None,
    /// By a fixed token, sent as `Authorization: Bearer …`.
    Bearer(String),
    /// By an access token that we fetch (OAuth 2.0 client credentials).
    OAuth {
        /// The receiver's token endpoint. The caller has checked it with its [`Guard`](crate::Guard).
        token_url: String,
        /// Our name there.
        client_id: String,
        /// Our secret there.
        client_secret: String,
        /// What we ask for; space separated.
        scope: Option<String>,
    },
}

/// How we show who we are, without the secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthenticationSummary {
    /// By the signature only.
    None,
    /// By a fixed token.
    Bearer,
    /// By an access token that we fetch.
    OAuth {
        /// The receiver's token endpoint.
        token_url: String,
        /// Our name there.
        client_id: String,
        /// What we ask for.
        scope: Option<String>,
    },
}

impl Authentication {
    pub(super) fn check(&self) -> Result<(), EndpointError> {
        let field = |field, problem| Err(EndpointError::Field { field, problem });
        // RFC 9110: a field value with other characters could start another header.
        let is_visible = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match self {
            Authentication::Bearer(token) if !is_visible(token, 4_096) => field(
                "bearer_token",
                "a bearer token has 1 to 4096 visible ASCII characters",
            ),
            Authentication::OAuth { token_url, .. } if url::Url::parse(token_url).is_err() => {
                field("oauth.token_url", "this is not an absolute URL")
            }
            Authentication::OAuth {
                client_id,
                client_secret,
                scope,
                ..
            } if [client_id, client_secret]
                .into_iter()
                .chain(scope)
                .any(|text| text.is_empty() || text.len() > 1_024 || text.contains('\0')) =>
            {
                field(
                    "oauth",
                    "client_id, client_secret and scope have 1 to 1024 characters",
                )
            }
            _ => Ok(()),
        }
    }

    pub(super) fn summary(&self) -> AuthenticationSummary {
        match self {
            Authentication::None => AuthenticationSummary::None,
            Authentication::Bearer(_) => AuthenticationSummary::Bearer,
            Authentication::OAuth {
                token_url,
                client_id,
                scope,
                ..
            } => AuthenticationSummary::OAuth {
                token_url: token_url.clone(),
                client_id: client_id.clone(),
                scope: scope.clone(),
            },
        }
    }

    /// The secret part as it is stored.
    pub(super) fn seal(&self, key: &DataKey, endpoint: Uuid) -> Option<Vec<u8>> {
        let secret = match self {
            Authentication::None => return None,
            Authentication::Bearer(token) => token,
            Authentication::OAuth { client_secret, .. } => client_secret,
        };
        Some(key.seal(&credential_context(endpoint), secret.as_bytes()))
    }
}

impl AuthenticationSummary {
    /// The word that is stored: `none`, `bearer` or `oauth`.
    pub fn kind(&self) -> &'static str {
        match self {
            AuthenticationSummary::None => "none",
            AuthenticationSummary::Bearer => "bearer",
            AuthenticationSummary::OAuth { .. } => "oauth",
        }
    }

    /// token_url, client_id and oauth_scope.
    pub(super) fn columns(&self) -> (Value, Value, Value) {
        match self {
            AuthenticationSummary::OAuth {
                token_url,
                client_id,
                scope,
            } => (token_url.into(), client_id.into(), scope.clone().into()),
            _ => (Value::Null, Value::Null, Value::Null),
        }
    }

    /// Reads authentication, token_url, client_id and oauth_scope from this column on.
    pub(super) fn from_columns(row: &Row, first: usize) -> Result<Self, DatabaseError> {
        let kind: String = row.get(first)?;
        Ok(match kind.as_str() {
            "bearer" => AuthenticationSummary::Bearer,
            "oauth" => AuthenticationSummary::OAuth {
                token_url: row.get(first + 1)?,
                client_id: row.get(first + 2)?,
                scope: row.get(first + 3)?,
            },
            _ => AuthenticationSummary::None,
        })
    }
}

/// What a delivery needs to sign and to authenticate.
pub(crate) struct Credentials {
    pub(crate) secret: Secret,
    /// The secret before the last rotation, and until when it is used.
    pub(crate) previous: Option<(Secret, i64)>,
    pub(crate) authentication: Authentication,
}

/// Opens the credentials in a row of authentication, token_url, client_id, oauth_scope, data_key, credential, secret,
/// previous_secret and previous_until, from this column on.
pub(crate) fn read_credentials(
    tx: &mut Tx,
    vault: &Vault,
    endpoint: Uuid,
    row: &Row,
    first: usize,
) -> Result<Credentials, EndpointError> {
    let key = vault.key(tx, row.get(first + 4)?)?;
    let open = |context: String, sealed: Vec<u8>| -> Result<String, EndpointError> {
        let plain = key.open(&context, &sealed)?;
        String::from_utf8(plain).map_err(|_| VaultError::Damaged.into())
    };
    let authentication = match AuthenticationSummary::from_columns(row, first)? {
        AuthenticationSummary::None => Authentication::None,
        AuthenticationSummary::Bearer => {
            Authentication::Bearer(open(credential_context(endpoint), row.get(first + 5)?)?)
        }
        AuthenticationSummary::OAuth {
            token_url,
            client_id,
            scope,
        } => Authentication::OAuth {
            token_url,
            client_id,
            client_secret: open(credential_context(endpoint), row.get(first + 5)?)?,
            scope,
        },
    };
    let secret = Secret::parse(&open(secret_context(endpoint), row.get(first + 6)?)?)?;
    let sealed: Option<Vec<u8>> = row.get(first + 7)?;
    let until: Option<Micros> = row.get(first + 8)?;
    let previous = match sealed.zip(until) {
        Some((sealed, until)) => {
            let text = open(secret_context(endpoint), sealed)?;
            Some((Secret::parse(&text)?, until.0))
        }
        None => None,
    };
    Ok(Credentials {
        secret,
        previous,
        authentication,
    })
}

fn credential_context(endpoint: Uuid) -> String {
    format!("webhook_endpoints.credential:{endpoint}")
}
