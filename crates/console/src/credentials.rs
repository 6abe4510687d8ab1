//! A party's own OAuth clients: make, rotate with an overlap, revoke. A secret is on the page that made it, and on no other.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::ClientId;
use http::QueryParams;
use registry::caller::Party;
use registry::{Caller, Right, clients};
use uuid::Uuid;
use wire::FieldCode;
use wire::clients::{Client, ClientCreate, ClientRotate, Jwk};

use crate::Console;
use crate::credential_pages::{render_list, render_one};
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::query::PageNumber;
use crate::refused::{Refused, refusal};
use crate::visitor::Member;

pub(crate) const PATH: &str = "/console/credentials";

pub(crate) fn pages() -> Vec<Page> {
    let reads = Access::Needs(Right::ReadClients);
    let writes = Access::Needs(Right::WriteClients);
    vec![
        Page::get(PATH, reads, show),
        Page::post(PATH, writes, create),
        Page::get("/console/credentials/{client_id}", reads, show_one),
        Page::post("/console/credentials/{client_id}/rotate", writes, rotate),
        Page::post("/console/credentials/{client_id}/revoke", writes, revoke),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    render_list(&console, &who, query.page(), &Fields::default(), None).await
}

async fn create(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let fields = &posted.fields;
    posted.who.caller.require(Right::WriteClients)?;
    let made = match wanted(&posted.who.caller, fields) {
        Ok(body) => clients::issue(&console.registry, &posted.request(), body).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(answer) => {
            let made: Client = answer.json()?;
            let id = ClientId::from_uuid(made.id);
            render_one(&console, &posted.who, id, Some(&made), fields, None).await
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render_list(&console, &posted.who, 1, fields, Some(&problem)).await
        }
    }
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let id = ClientId::from_uuid(id);
    render_one(&console, &who, id, None, &Fields::default(), None).await
}

async fn rotate(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let (id, fields) = (ClientId::from_uuid(id), &posted.fields);
    posted.who.caller.require(Right::WriteClients)?;
    let rotated = match rotation(fields) {
        Ok(body) => clients::rotate(&console.registry, &posted.request(), id, body).await,
        Err(error) => Err(error),
    };
    match rotated {
        Ok(answer) => {
            let rotated: Client = answer.json()?;
            let nothing = Fields::default();
            render_one(&console, &posted.who, id, Some(&rotated), &nothing, None).await
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render_one(&console, &posted.who, id, None, fields, Some(&problem)).await
        }
    }
}

async fn revoke(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ClientId::from_uuid(id);
    match clients::revoke(&console.registry, &posted.request(), id).await {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), "revoked")),
        Err(error) => {
            let (problem, nothing) = (refusal(&posted.who, error)?, Fields::default());
            render_one(&console, &posted.who, id, None, &nothing, Some(&problem)).await
        }
    }
}

fn wanted(caller: &Caller, fields: &Fields) -> registry::Result<ClientCreate> {
    let mut scopes: Vec<String> = fields.all("scopes").map(str::to_owned).collect();
    // Who may not hand on everything means all that he may.
    if scopes.is_empty() && matches!(caller.party, Party::Issuer(..)) {
        let all = clients::can_hand_on(caller).into_iter();
        scopes = all.map(str::to_owned).collect();
    }
    let networks: Vec<String> = fields
        .text("allowed_networks")
        .split([',', ' ', '\r', '\n'])
        .filter(|network| !network.is_empty())
        .map(str::to_owned)
        .collect();
    Ok(ClientCreate {
        name: fields.text("name").to_owned(),
        environment: fields.optional("environment"),
        scopes: Some(scopes).filter(|scopes| !scopes.is_empty()),
        expires_at: fields.optional("expires_at").map(start_of_day),
        allowed_networks: Some(networks).filter(|networks| !networks.is_empty()),
        public_key: public_key(fields)?,
        distribution_platform_id: None,
        issuer_id: None,
    })
}

fn rotation(fields: &Fields) -> registry::Result<ClientRotate> {
    let overlap = fields.optional("overlap_hours").map(|hours| hours.parse());
    let overlap_hours = overlap.transpose().map_err(|_| {
        registry::Error::Field(
            "overlap_hours",
            FieldCode::InvalidFormat,
            "Say how many hours, as a whole number.".to_owned(),
        )
    })?;
    Ok(ClientRotate {
        overlap_hours,
        public_key: public_key(fields)?,
    })
}

fn public_key(fields: &Fields) -> registry::Result<Option<Jwk>> {
    let text = fields.optional("public_key");
    let key = text.map(|text| serde_json::from_str(&text)).transpose();
    key.map_err(|_| {
        registry::Error::Field(
            "public_key",
            FieldCode::InvalidFormat,
            "This is no public key as JSON (RFC 7517), such as {\"kty\": \"EC\", …}.".to_owned(),
        )
    })
}

/// A field for a day names no hour.
fn start_of_day(text: String) -> String {
    match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => text,
    }
}
