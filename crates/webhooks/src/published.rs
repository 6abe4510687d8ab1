//! Endpoints in the form of the published API (`wire`), so that everyone who offers them reads and shows them alike.

use uuid::Uuid;
use wire::webhook_endpoints::{
    WebhookAttempt, WebhookAuthentication, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch, WebhookEndpointStatus, WebhookOAuth,
};
use wire::{FieldCode, ProblemCode};

use crate::{
    Attempt, Authentication, AuthenticationSummary, Change, Endpoint, Guard, NewEndpoint, Status,
    Switch,
};

/// Why a body is refused.
#[derive(Debug)]
pub enum Refusal {
    /// A field is wrong.
    Field {
        /// Its path in the body.
        field: &'static str,
        /// What is wrong with it.
        code: FieldCode,
        /// What would be right.
        message: String,
    },
    /// The body is well-formed and still refused.
    Problem(ProblemCode, String),
}

/// What a body is read with.
pub struct Reader<'a> {
    /// The addresses that may be called.
    pub guard: &'a Guard,
    /// The types of event that there are.
    pub event_types: &'a [&'a str],
}

impl Reader<'_> {
    /// The endpoint that is to be registered.
    ///
    /// # Errors
    /// Two ways to authenticate, an unknown type of event, an address that is not called.
    pub fn new_endpoint(
        &self,
        id: Uuid,
        owner: Uuid,
        body: WebhookEndpointCreate,
    ) -> Result<NewEndpoint, Refusal> {
        let authentication =
            authentication(body.bearer_token, body.oauth)?.unwrap_or(Authentication::None);
        self.check_addresses(Some(&body.url), Some(&authentication))?;
        Ok(NewEndpoint {
            id,
            owner,
            url: body.url,
            authentication,
            event_types: self.known(body.event_types)?.unwrap_or_default(),
            description: body.description.unwrap_or_default(),
            secret: body.secret,
        })
    }

    /// What is to change of an endpoint.
    ///
    /// # Errors
    /// As [`Reader::new_endpoint`].
    pub fn change(&self, patch: WebhookEndpointPatch) -> Result<Change, Refusal> {
        let authentication = authentication(patch.bearer_token, patch.oauth)?;
        self.check_addresses(patch.url.as_deref(), authentication.as_ref())?;
        let switch = |on| if on { Switch::On } else { Switch::Off };
        Ok(Change {
            url: patch.url,
            authentication,
            event_types: self.known(patch.event_types)?,
            description: patch.description,
            switch: patch.enabled.map(switch),
        })
    }

    fn known(&self, types: Option<Vec<String>>) -> Result<Option<Vec<String>>, Refusal> {
        let unknown = types
            .iter()
            .flatten()
            .find(|kind| !self.event_types.contains(&kind.as_str()));
        match unknown {
            None => Ok(types),
            Some(unknown) => Err(Refusal::Field {
                field: "event_types",
                code: FieldCode::UnknownValue,
                message: format!("{unknown} is none of {}.", self.event_types.join(", ")),
            }),
        }
    }

    fn check_addresses(
        &self,
        url: Option<&str>,
        authentication: Option<&Authentication>,
    ) -> Result<(), Refusal> {
        let token_url = match authentication {
            Some(Authentication::OAuth { token_url, .. }) => Some(token_url.as_str()),
            _ => None,
        };
        for (field, address) in [("url", url), ("oauth.token_url", token_url)] {
            if let Some(address) = address
                && let Err(refusal) = self.guard.check_url(address)
            {
                return Err(Refusal::Problem(
                    ProblemCode::WebhookAddressNotAllowed,
                    format!("{field}: {refusal}"),
                ));
            }
        }
        Ok(())
    }
}

fn authentication(
    bearer: Option<String>,
    oauth: Option<WebhookOAuth>,
) -> Result<Option<Authentication>, Refusal> {
    match (bearer, oauth) {
        (None, None) => Ok(None),
        (Some(token), None) => Ok(Some(Authentication::Bearer(token))),
        (None, Some(oauth)) => Ok(Some(Authentication::OAuth {
            token_url: oauth.token_url,
            client_id: oauth.client_id,
            client_secret: oauth.client_secret,
            scope: oauth.scope,
        })),
        (Some(_), Some(_)) => Err(Refusal::Field {
            field: "oauth",
            code: FieldCode::Duplicate,
            message: "Give either bearer_token or oauth.".to_owned(),
        }),
    }
}

/// The endpoint as its owner sees it; `text` writes a time in microseconds by RFC 3339.
#[must_use]
pub fn endpoint(
    endpoint: &Endpoint,
    secret: Option<String>,
    text: fn(i64) -> String,
) -> WebhookEndpoint {
    WebhookEndpoint {
        id: endpoint.id,
        url: endpoint.url.clone(),
        authentication: match endpoint.authentication {
            AuthenticationSummary::None => WebhookAuthentication::None,
            AuthenticationSummary::Bearer => WebhookAuthentication::Bearer,
            AuthenticationSummary::OAuth { .. } => WebhookAuthentication::Oauth,
        },
        event_types: endpoint.event_types.clone(),
        description: Some(endpoint.description.clone()).filter(|text| !text.is_empty()),
        status: match endpoint.status {
            Status::Enabled => WebhookEndpointStatus::Enabled,
            Status::Disabled => WebhookEndpointStatus::Disabled,
            Status::Failing => WebhookEndpointStatus::Failing,
        },
        secret,
        created_at: text(endpoint.created_at),
    }
}

/// An attempt as the endpoint's owner sees it; `text` as for [`endpoint`].
#[must_use]
pub fn attempt(attempt: Attempt, text: fn(i64) -> String) -> WebhookAttempt {
    WebhookAttempt {
        event_id: attempt.message,
        event_type: attempt.event_type,
        response_status: attempt.status_code,
        error: attempt.error,
        duration_ms: attempt.duration_ms,
        attempted_at: text(attempt.at),
    }
}
