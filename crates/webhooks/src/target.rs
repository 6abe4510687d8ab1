//! An endpoint as the deliverer holds it in memory: opened once, used for many messages.

use database::vault::{Vault, VaultError};
use database::{DatabaseError, Sql, Tx};
use url::Url;
use uuid::Uuid;

use crate::endpoints::{Credentials, EndpointError, Status, read_credentials};
use crate::oauth::TokenCache;

/// One version of an endpoint with its opened credentials.
pub(crate) struct Target {
    pub(crate) endpoint: Uuid,
    pub(crate) version: i64,
    pub(crate) status: Status,
    /// Or why it cannot be called, which is then the error of its attempts.
    pub(crate) call: Result<Call, String>,
    pub(crate) token: TokenCache,
}

/// What is needed to call an endpoint.
pub(crate) struct Call {
    pub(crate) url: Url,
    pub(crate) credentials: Credentials,
}

const FIND: Sql = Sql("
select url, version, status, authentication, token_url, client_id, oauth_scope, data_key, credential, secret,
    previous_secret, previous_until
from webhook_endpoints
where id = $1");

/// Reads and opens an endpoint. One that cannot be opened is still a target: its attempts fail and say why.
pub(crate) fn load(tx: &mut Tx, vault: &Vault, endpoint: Uuid) -> Result<Target, DatabaseError> {
    let row = tx.query_one(FIND, &[endpoint.into()])?;
    let status: String = row.get(2)?;
    let text: String = row.get(0)?;
    let call = match read_credentials(tx, vault, endpoint, &row, 3) {
        Ok(credentials) => Url::parse(&text)
            .map(|url| Call { url, credentials })
            .map_err(|error| error.to_string()),
        // What may pass is not the endpoint's fault.
        Err(EndpointError::Database(error) | EndpointError::Vault(VaultError::Database(error))) => {
            return Err(error);
        }
        Err(error) => Err(error.to_string()),
    };
    Ok(Target {
        endpoint,
        version: row.get(1)?,
        status: Status::from_text(&status),
        call,
        token: TokenCache::default(),
    })
}
