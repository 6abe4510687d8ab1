//! A platform's webhook endpoints in one environment: create, test, rotate, pause, replay, delete, and what happened to each event.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Answer, Right, events, webhook_endpoints};
use uuid::Uuid;
use wire::Problem;
use wire::webhook_endpoints::{
    Replay, RotateSecret, WebhookAttempt, WebhookEndpoint, WebhookEndpointCreate,
    WebhookEndpointPatch, WebhookEndpointStatus,
};

use crate::Console;
use crate::environments::{inside, tabs};
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::NeedsInside(Right::ReadInvestments);
    let writes = Access::NeedsInside(Right::WriteInvestments);
    vec![
        Page::get("/console/environments/{environment}/webhooks", sees, show),
        Page::post(
            "/console/environments/{environment}/webhooks",
            writes,
            create,
        ),
        Page::get(
            "/console/environments/{environment}/webhooks/{endpoint_id}",
            sees,
            show_one,
        ),
        Page::post(
            "/console/environments/{environment}/webhooks/{endpoint_id}/{action}",
            writes,
            act,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    Path(environment): Path<String>,
) -> Result<Response, Refused> {
    render(&console, &who, &environment, &Fields::default(), None).await
}

async fn create(
    State(console): State<Console>,
    Path(environment): Path<String>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let caller = inside(&console, &posted.who, &environment).await?;
    let fields = &posted.fields;
    let types: Vec<String> = fields.all("event_types").map(str::to_owned).collect();
    let body = WebhookEndpointCreate {
        url: fields.text("url").to_owned(),
        bearer_token: fields.optional("bearer_token"),
        oauth: None,
        event_types: Some(types).filter(|types| !types.is_empty()),
        secret: None,
        description: fields.optional("description"),
    };
    let request = posted.request_by(&caller);
    match webhook_endpoints::create(&console.registry, &request, body).await {
        Ok(answer) => {
            let made: WebhookEndpoint = answer.json()?;
            let secret = made.secret.as_deref();
            render_one(
                &console,
                &posted.who,
                &environment,
                made.id,
                1,
                None,
                secret,
            )
            .await
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(&console, &posted.who, &environment, fields, Some(&problem)).await
        }
    }
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path((environment, id)): Path<(String, Uuid)>,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    render_one(&console, &who, &environment, id, query.page(), None, None).await
}

/// What the buttons of an endpoint's page do.
async fn act(
    State(console): State<Console>,
    Path((environment, id, action)): Path<(String, Uuid, String)>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let caller = inside(&console, &posted.who, &environment).await?;
    caller.require(Right::WriteInvestments)?;
    let (registry, request) = (&console.registry, posted.request_by(&caller));
    let switched = |on: bool| WebhookEndpointPatch {
        enabled: Some(on),
        ..WebhookEndpointPatch::default()
    };
    let done: registry::Result<Answer> = match action.as_str() {
        "test" => webhook_endpoints::test(registry, &request, id).await,
        "pause" => webhook_endpoints::update(registry, &request, id, switched(false)).await,
        "resume" => webhook_endpoints::update(registry, &request, id, switched(true)).await,
        "delete" => webhook_endpoints::delete(registry, &request, id).await,
        "replay" => webhook_endpoints::replay(registry, &request, id, replay(&posted.fields)).await,
        "rotate" => {
            webhook_endpoints::rotate_secret(registry, &request, id, RotateSecret::default()).await
        }
        _ => Err(registry::Error::NotFound("action")),
    };
    let here = format!("/console/environments/{environment}/webhooks");
    match (done, action.as_str()) {
        (Ok(answer), "rotate") => {
            let rotated: WebhookEndpoint = answer.json()?;
            let secret = rotated.secret.as_deref();
            render_one(&console, &posted.who, &environment, id, 1, None, secret).await
        }
        (Ok(_), "delete") => Ok(layout::done(&here, "deleted")),
        (Ok(_), "test" | "replay") => Ok(layout::done(&format!("{here}/{id}"), "queued")),
        (Ok(_), _) => Ok(layout::done(&format!("{here}/{id}"), "saved")),
        (Err(error), _) => {
            let problem = refusal(&posted.who, error)?;
            render_one(
                &console,
                &posted.who,
                &environment,
                id,
                1,
                Some(&problem),
                None,
            )
            .await
        }
    }
}

fn replay(fields: &Fields) -> Replay {
    Replay {
        event_id: fields.text("event_id").parse().ok(),
        since: fields.optional("since"),
    }
}

async fn render(
    console: &Console,
    who: &Member,
    environment: &str,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(console, who, environment).await?;
    let listed = webhook_endpoints::list(&console.registry, &caller, parts::paging(1)).await?;
    let path = format!("/console/environments/{environment}/webhooks");
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            vec![
                html! { a href=(format!("{path}/{}", one.id)) { (one.url) } },
                states::state(visitor, states::ENDPOINTS, &shown(&one.status)),
                parts::text(shown(&one.authentication)),
                parts::optional(one.description.as_deref()),
                parts::moment(&one.created_at),
            ]
        })
        .collect();
    let head = [
        "URL",
        "Status",
        visitor.say("Authentication", "Anmeldung"),
        visitor.say("Description", "Beschreibung"),
        visitor.say("Created", "Angelegt"),
    ];
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let types: Vec<_> = events::TYPES
        .iter()
        .map(|name| ((*name).to_owned(), (*name).to_owned()))
        .collect();
    let body = html! {
        (tabs(visitor, environment))
        h1 { "Webhooks" }
        (parts::problem(visitor, problem))
        (parts::table(visitor, &head, &rows))
        @if caller.require(Right::WriteInvestments).is_ok() {
            h2 { (visitor.say("New endpoint", "Neuer Endpunkt")) }
            form method="post" action=(path) {
                (parts::hidden(visitor))
                (form.input("url", "URL", "url"))
                (form.input("bearer_token", visitor.say("Bearer token (optional)", "Bearer-Token (optional)"), "password"))
                (form.input("description", visitor.say("Description", "Beschreibung"), "text"))
                (form.boxes("event_types", visitor.say("Events (none ticked: all)", "Ereignisse (keines gewählt: alle)"), &types, &[]))
                button type="submit" { (visitor.say("Create", "Anlegen")) }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, "Webhooks", &body))
}

async fn render_one(
    console: &Console,
    who: &Member,
    environment: &str,
    id: Uuid,
    page: u64,
    problem: Option<&Problem>,
    secret: Option<&str>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let caller = inside(console, who, environment).await?;
    let one = webhook_endpoints::get(&console.registry, &caller, id).await?;
    let attempts =
        webhook_endpoints::attempts(&console.registry, &caller, id, parts::paging(page)).await?;
    let path = format!("/console/environments/{environment}/webhooks/{id}");
    let body = html! {
        (tabs(visitor, environment))
        h1 { (one.url) }
        (parts::problem(visitor, problem))
        @if let Some(secret) = secret {
            div class="notice" role="status" {
                p { (visitor.say("The signing secret. It is shown this once.", "Das Geheimnis der Signatur. Es wird nur jetzt gezeigt.")) }
                p { code data-secret { (secret) } }
            }
        }
        (parts::facts(&[
            ("ID", parts::code(one.id)),
            ("Status", states::state(visitor, states::ENDPOINTS, &shown(&one.status))),
            (visitor.say("Events", "Ereignisse"), parts::text(match one.event_types.is_empty() {
                true => visitor.say("all", "alle").to_owned(),
                false => one.event_types.join(", "),
            })),
            (visitor.say("Description", "Beschreibung"), parts::optional(one.description.as_deref())),
        ]))
        @if caller.require(Right::WriteInvestments).is_ok() { (actions(visitor, &path, &one)) }
        h2 { (visitor.say("Attempts", "Zustellversuche")) }
        (attempts_table(visitor, &attempts.items))
        (parts::pager(visitor, &path, page, attempts.count))
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, &one.url, &body))
}

fn actions(visitor: &Visitor, path: &str, one: &WebhookEndpoint) -> Markup {
    let (switch, label) = match one.status {
        WebhookEndpointStatus::Disabled => ("resume", visitor.say("Resume", "Fortsetzen")),
        _ => ("pause", visitor.say("Pause", "Anhalten")),
    };
    html! {
        div class="actions" {
            (parts::button(visitor, &format!("{path}/test"), visitor.say("Send a test", "Test senden"), ""))
            (parts::button(visitor, &format!("{path}/rotate"), visitor.say("Rotate the secret", "Geheimnis wechseln"), "outline"))
            (parts::button(visitor, &format!("{path}/{switch}"), label, "outline"))
            (parts::button(visitor, &format!("{path}/delete"), visitor.say("Delete", "Löschen"), "secondary"))
        }
        form method="post" action=(format!("{path}/replay")) class="inline" {
            (parts::hidden(visitor))
            label { (visitor.say("Send again everything since", "Erneut senden, alles seit")) input type="text" name="since" placeholder="2026-11-22T15:04:05Z"; }
            label { (visitor.say("or one event", "oder ein Ereignis")) input type="text" name="event_id"; }
            button type="submit" { (visitor.say("Replay", "Erneut senden")) }
        }
    }
}

fn attempts_table(visitor: &Visitor, attempts: &[WebhookAttempt]) -> Markup {
    let rows: Vec<Vec<Markup>> = attempts
        .iter()
        .map(|one| {
            vec![
                parts::moment(&one.attempted_at),
                parts::text(&one.event_type),
                parts::short_id(one.event_id),
                parts::optional(one.response_status),
                parts::optional(one.error.as_deref()),
                parts::text(format!("{} ms", one.duration_ms)),
            ]
        })
        .collect();
    let head = [
        visitor.say("When", "Wann"),
        visitor.say("Event", "Ereignis"),
        "ID",
        visitor.say("Answer", "Antwort"),
        visitor.say("Error", "Fehler"),
        visitor.say("Took", "Dauer"),
    ];
    parts::table(visitor, &head, &rows)
}
