//! From the access token of a request to the caller of an operation.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::{AccessTokens, ApiError, BearerToken, ClientIp, Token};
use registry::clients::{self, Audience};
use registry::{Caller, environments};

use crate::Api;
use crate::error::Refused;
use crate::route::Route;

/// The caller of a read.
pub(crate) struct Reader(pub(crate) Caller);

impl FromRequestParts<Api> for Reader {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let route = Route::from_request_parts(parts, api).await?;
        caller(parts, api, &route.audience()).await.map(Self)
    }
}

/// The caller whose token is good at the audience.
pub(crate) async fn caller(
    parts: &mut Parts,
    api: &Api,
    audience: &Audience,
) -> Result<Caller, Refused> {
    match token(parts, &api.tokens, audience).await {
        Ok(Token { client, scopes, .. }) => {
            let Ok(ClientIp(address)) = ClientIp::from_request_parts(parts, api).await;
            let found = clients::authenticate(&api.registry, audience, client, &scopes, address);
            Ok(found.await?)
        }
        Err(refusal) => {
            // Whoever mistyped the environment's name looks for the mistake in vain if the token is blamed.
            require_environment(api, audience).await?;
            Err(refusal.into())
        }
    }
}

/// 404 for an environment that does not exist.
pub(crate) async fn require_environment(api: &Api, audience: &Audience) -> Result<(), Refused> {
    match audience {
        Audience::Environment(name) => Ok(environments::require(&api.registry, name).await?),
        Audience::Issuer | Audience::Network => Ok(()),
    }
}

async fn token(
    parts: &mut Parts,
    tokens: &AccessTokens,
    audience: &Audience,
) -> Result<Token, ApiError> {
    let BearerToken(raw) = BearerToken::from_request_parts(parts, &()).await?;
    Ok(tokens.verify(&raw, &audience.name())?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::Request;
    use http::RealSurroundings;
    use std::sync::Arc;
    use std::time::Duration;
    use uuid::Uuid;

    const LIFETIME: Duration = Duration::from_secs(600);

    fn tokens(lifetime: Duration) -> AccessTokens {
        AccessTokens::new([7; 32], lifetime, Arc::new(RealSurroundings))
    }

    fn art() -> Audience {
        Audience::Environment("art".to_owned())
    }

    /// The token that a request with this header carries, or the code of the refusal.
    async fn verified(header: Option<&str>, audience: &Audience) -> Result<Token, String> {
        let mut request = Request::get("/");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let token = token(&mut parts, &tokens(LIFETIME), audience).await;
        token.map_err(|refusal| refusal.problem().code.clone())
    }

    #[tokio::test]
    async fn a_token_of_the_environment_is_accepted_there() {
        let scopes = ["investors:read".to_owned()];
        let raw = tokens(LIFETIME).issue(Uuid::from_u128(5), &art().name(), &scopes);

        let token = verified(Some(&format!("Bearer {raw}")), &art())
            .await
            .unwrap();

        assert_eq!(
            (token.client, token.scopes),
            (Uuid::from_u128(5), scopes.to_vec())
        );
    }

    #[tokio::test]
    async fn missing_foreign_and_expired_tokens_are_told_apart() {
        let elsewhere = tokens(LIFETIME).issue(Uuid::nil(), &Audience::Issuer.name(), &[]);
        let old = tokens(Duration::ZERO).issue(Uuid::nil(), &art().name(), &[]);
        for (header, code) in [
            (None, "token_missing"),
            (Some(format!("Bearer {elsewhere}")), "token_invalid"),
            (Some(format!("Bearer {old}")), "token_expired"),
            (Some("Basic YTpi".to_owned()), "token_missing"),
        ] {
            let refused = verified(header.as_deref(), &art()).await.unwrap_err();
            assert_eq!(refused, code, "{header:?}");
        }
    }
}
