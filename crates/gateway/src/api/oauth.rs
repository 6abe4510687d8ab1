//! The token endpoint of the partner's applications.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::TokenIssuer;

use crate::Gateway;
use crate::clients::{AUDIENCE, Directory};

/// Client credentials grant, as at every environment.
pub(crate) async fn take_token(State(gateway): State<Gateway>, request: Request) -> Response {
    let issuer = TokenIssuer {
        directory: Arc::new(Directory(gateway.clone())),
        tokens: gateway.tokens.clone(),
        endpoint: format!("{}/oauth/token", gateway.settings.public_url),
    };
    http::token_endpoint(&issuer, AUDIENCE, request).await
}
