//! Requests for assets: the platform sees its own, the issuer answers, the registrar approves.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::AssetRequestId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, asset_requests};
use uuid::Uuid;
use wire::Problem;
use wire::asset_requests::{AssetAccess, AssetRequest, AssetRequestAcceptance, AssetRequestStatus};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::json_form::{self, Kind, Shape};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::query::WithStatus;
use crate::refused::{Refused, refusal, status};
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words;

const PATH: &str = "/console/requests";
/// The campaign that an acceptance means, with the names of the API.
pub(crate) const TERMS: Shape = &[
    ("name", Kind::Optional),
    ("allocation", Kind::OptionalNumber),
    ("minimum_units", Kind::OptionalNumber),
    ("maximum_units", Kind::OptionalNumber),
    ("required_document_types", Kind::Words),
    ("opens_at", Kind::Optional),
    ("closes_at", Kind::Optional),
    ("distributor_may_accept", Kind::Yes),
    ("distributor_may_mark_paid", Kind::Yes),
    ("offering_type", Kind::Optional),
    ("maximum_persons", Kind::OptionalNumber),
];

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadAssetRequests);
    vec![
        Page::get(PATH, sees, show),
        Page::get("/console/requests/{asset_request_id}", sees, show_one),
        Page::post(
            "/console/requests/{asset_request_id}/withdraw",
            Access::Needs(Right::WritePlatform),
            withdraw,
        ),
        Page::post(
            "/console/requests/{asset_request_id}/accept",
            Access::Needs(Right::AcceptAssetRequests),
            accept,
        ),
        Page::post(
            "/console/requests/{asset_request_id}/refuse",
            Access::Needs(Right::RefuseAssetRequests),
            refuse,
        ),
        Page::post(
            "/console/requests/{asset_request_id}/approve",
            Access::Needs(Right::WriteNetwork),
            approve,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<WithStatus>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let chosen = AssetRequestStatus::ALL
        .into_iter()
        .find(|status| Some(status.as_str()) == query.status.as_deref());
    let paging = parts::paging(page);
    let listed = asset_requests::list(&console.registry, &who.caller, chosen, paging).await?;
    let rows: Vec<_> = listed.items.iter().map(|one| row(visitor, one)).collect();
    let head = [
        "Asset",
        visitor.say("Issuer", "Emittent"),
        visitor.say("Platform", "Plattform"),
        visitor.say("Units wanted", "Gewünschte Stück"),
        "Status",
        visitor.say("Last changed", "Zuletzt geändert"),
    ];
    let title = visitor.say("Requests for assets", "Anfragen zu Werten");
    let path = match chosen {
        Some(status) => format!("{PATH}?status={}", status.as_str()),
        None => PATH.to_owned(),
    };
    let body = html! {
        h1 { (title) }
        nav class="pager" {
            a href=(PATH) aria-current=[chosen.is_none().then_some("page")] { (visitor.say("All", "Alle")) }
            @for status in AssetRequestStatus::ALL {
                a href=(format!("{PATH}?status={}", status.as_str())) aria-current=[(chosen == Some(status)).then_some("page")] {
                    (words::word(visitor, states::REQUESTS, status.as_str()))
                }
            }
        }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, &path, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}

fn row(visitor: &Visitor, one: &AssetRequest) -> Vec<Markup> {
    vec![
        html! { a href=(format!("{PATH}/{}", one.id)) { (one.product_name) } },
        parts::text(&one.issuer_name),
        parts::text(&one.platform_company_name),
        parts::text(one.wanted_units),
        states::state(visitor, states::REQUESTS, one.status.as_str()),
        parts::moment(&one.changed_at),
    ]
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, id, &Fields::default(), None).await
}

async fn withdraw(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let request = AssetRequestId::from_uuid(id);
    let done = asset_requests::withdraw(&console.registry, &posted.request(), request).await;
    answered(&console, &posted, id, done).await
}

async fn accept(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let request = AssetRequestId::from_uuid(id);
    let done = match terms(&posted.fields) {
        Ok(body) => {
            asset_requests::accept(&console.registry, &posted.request(), request, body).await
        }
        Err(error) => Err(error),
    };
    answered(&console, &posted, id, done).await
}

fn terms(fields: &Fields) -> registry::Result<AssetRequestAcceptance> {
    let mut body = json_form::read(fields, TERMS)?;
    if let Some(body) = body.as_object_mut() {
        body.retain(|_, value| !value.is_null());
    }
    Ok(json_form::body(&body)?)
}

async fn refuse(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let request = AssetRequestId::from_uuid(id);
    let reason = posted.fields.text("reason").to_owned();
    let done = asset_requests::refuse(&console.registry, &posted.request(), request, reason).await;
    answered(&console, &posted, id, done).await
}

async fn approve(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let request = AssetRequestId::from_uuid(id);
    let done = asset_requests::approve(&console.registry, &posted.request(), request).await;
    answered(&console, &posted, id, done).await
}

/// Back to the request: with a sentence if it was done, else with what is wrong.
async fn answered(
    console: &Console,
    posted: &Posted<Member>,
    id: Uuid,
    done: registry::Result<registry::Answer>,
) -> Result<Response, Refused> {
    match done {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), "decided")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(console, &posted.who, id, &posted.fields, Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    id: Uuid,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let request = AssetRequestId::from_uuid(id);
    let one = asset_requests::get(&console.registry, &who.caller, request).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let title = visitor.say("Request for an asset", "Anfrage zu einem Wert");
    let body = html! {
        (parts::back(PATH, visitor.say("Requests", "Anfragen")))
        h1 { (one.product_name) }
        (parts::problem(visitor, problem))
        (facts(who, &one))
        @if let Some(sandbox) = &one.sandbox { h2 { "Sandbox" } (access(who, &one, sandbox)) }
        @if let Some(production) = &one.production { h2 { (visitor.say("Production", "Produktion")) } (access(who, &one, production)) }
        (actions(who, &form, &one))
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn facts(who: &Member, one: &AssetRequest) -> Markup {
    let visitor = &who.visitor;
    // Each side has a page of its own for the product; that of the platform is the registrar's.
    let product = match who.session.may(Right::ReadIssuedProducts) {
        true => format!("/console/issued/products/{}", one.product_id),
        false => format!("/console/catalogue/{}", one.product_id),
    };
    let platform = match who.session.may(Right::ReadNetwork) {
        true => {
            html! { a href=(format!("/console/platforms/{}", one.distribution_platform_id)) { (one.platform_company_name) } }
        }
        false => parts::text(&one.platform_company_name),
    };
    let allowed = match one.is_allowed {
        true => visitor.say("allowed", "erlaubt"),
        false => visitor.say("not allowed yet", "noch nicht erlaubt"),
    };
    parts::facts(&[
        (
            "Status",
            states::state(visitor, states::REQUESTS, one.status.as_str()),
        ),
        (
            "Asset",
            html! { a href=(product) { (one.product_name) } " " code { (one.isin) } },
        ),
        (
            visitor.say("Issuer", "Emittent"),
            parts::text(&one.issuer_name),
        ),
        (visitor.say("Platform", "Plattform"), platform),
        (
            visitor.say("Pair of both", "Paar aus beiden"),
            parts::text(allowed),
        ),
        (
            visitor.say("Units wanted", "Gewünschte Stück"),
            parts::text(one.wanted_units),
        ),
        (
            visitor.say("Units given", "Zugeteilte Stück"),
            parts::optional(one.allocation),
        ),
        (
            visitor.say("Note", "Nachricht"),
            parts::optional(one.note.as_deref()),
        ),
        (
            visitor.say("Reason", "Grund"),
            parts::optional(one.reason.as_deref()),
        ),
        (
            visitor.say("Asked", "Angefragt"),
            parts::moment(&one.created_at),
        ),
        (
            visitor.say("Last changed", "Zuletzt geändert"),
            parts::moment(&one.changed_at),
        ),
    ])
}

fn access(who: &Member, one: &AssetRequest, access: &AssetAccess) -> Markup {
    let visitor = &who.visitor;
    let campaign = match who.session.may(Right::ReadIssuedProducts) {
        true => html! {
            a href=(format!("/console/issued/campaigns/{}", access.campaign_id)) { (visitor.say("the campaign of ", "die Kampagne von ")) (one.platform_company_name) }
        },
        false => parts::code(access.campaign_id),
    };
    html! {
        (parts::facts(&[
            (visitor.say("Environment", "Umgebung"), parts::code(&access.environment_url)),
            (visitor.say("Campaign", "Kampagne"), campaign),
        ]))
        @if who.session.may(Right::ReadPlatform) {
            p { a href=(format!("/console/selling/{}", access.product_id)) { (visitor.say("Credentials and first call", "Zugangsdaten und erster Aufruf")) } }
        }
    }
}

/// What the reader can do with a request in this status.
fn actions(who: &Member, form: &Form<'_>, one: &AssetRequest) -> Markup {
    let visitor = form.visitor;
    let path = |step: &str| format!("{PATH}/{}/{step}", one.id);
    let is_open = matches!(
        one.status,
        AssetRequestStatus::Requested | AssetRequestStatus::Accepted
    );
    let accepts =
        one.status == AssetRequestStatus::Requested && who.session.may(Right::AcceptAssetRequests);
    let approves =
        one.status == AssetRequestStatus::Accepted && who.session.may(Right::WriteNetwork);
    html! {
        @if accepts {
            h2 { (visitor.say("Accept", "Annehmen")) }
            p { (visitor.say("What you leave empty follows from the request and the product. The sandbox opens at once; the sale as soon as the registrar allows the pair.",
                "Was Sie leer lassen, folgt aus Anfrage und Produkt. Die Sandbox öffnet sofort; der Vertrieb, sobald der Registerführer das Paar erlaubt.")) }
            form method="post" action=(path("accept")) {
                (parts::hidden(visitor))
                (terms_inputs(form))
                button type="submit" { (visitor.say("Accept", "Annehmen")) }
            }
        }
        @if approves {
            h2 { (visitor.say("Approve", "Freigeben")) }
            p { (visitor.say("You have seen the contract between issuer and platform. Both may work together from now on, and the sale opens.",
                "Ihnen liegt der Vertrag zwischen Emittent und Plattform vor. Beide dürfen ab jetzt zusammenarbeiten, und der Vertrieb öffnet.")) }
            (parts::button(visitor, &path("approve"), visitor.say("Approve", "Freigeben"), ""))
        }
        @if is_open && who.session.may(Right::RefuseAssetRequests) {
            h2 { (visitor.say("Refuse", "Ablehnen")) }
            form method="post" action=(path("refuse")) {
                (parts::hidden(visitor))
                (form.area("reason", visitor.say("Reason, which the platform reads", "Grund, den die Plattform liest"), 3))
                button type="submit" class="secondary" { (visitor.say("Refuse", "Ablehnen")) }
            }
        }
        @if is_open && who.session.may(Right::WritePlatform) {
            (parts::button(visitor, &path("withdraw"), visitor.say("Withdraw the request", "Anfrage zurückziehen"), "secondary"))
        }
    }
}

/// The fields of a campaign's terms.
pub(crate) fn terms_inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let input = |name: &str, label: &str| form.input(name, label, "text");
    let yes_no = words::yes_no(visitor);
    let offerings = words::with_none(visitor, words::OFFERINGS);
    html! {
        div class="two" {
            (input("name", visitor.say("Name of the campaign", "Name der Kampagne")))
            (input("allocation", visitor.say("Units for the platform", "Stück für die Plattform")))
            (input("minimum_units", visitor.say("Smallest order in units", "Mindestanlage in Stück")))
            (input("maximum_units", visitor.say("Largest order in units", "Höchstanlage in Stück")))
            (input("required_document_types", visitor.say("Further documents to be signed, with commas", "Weitere zu unterschreibende Dokumente, mit Kommas")))
            (input("opens_at", visitor.say("Opens (such as 2026-12-01T08:00:00Z)", "Öffnet (etwa 2026-12-01T08:00:00Z)")))
            (input("closes_at", visitor.say("Closes", "Schließt")))
            (form.select("distributor_may_accept", visitor.say("The platform accepts for you", "Die Plattform nimmt für Sie an"), &yes_no, ""))
            (form.select("distributor_may_mark_paid", visitor.say("The platform reports payments", "Die Plattform meldet Zahlungen"), &yes_no, ""))
            (form.select("offering_type", visitor.say("Exemption", "Ausnahme"), &offerings, ""))
            (input("maximum_persons", visitor.say("Persons at most", "Höchstens Personen")))
        }
    }
}
