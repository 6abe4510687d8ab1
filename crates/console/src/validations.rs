//! Crypto securities that wait for the registrar: looked through, proposed for entry, or refused with a reason.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Answer, Right, validations};
use uuid::Uuid;
use wire::Problem;
use wire::issuing::IssuedProduct;
use wire::products::ProductStatus;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::offer_facts;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::product_facts::facts;
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/validations";

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadNetwork);
    let decides = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, sees, show),
        Page::get("/console/validations/{product_id}", sees, show_one),
        Page::post(
            "/console/validations/{product_id}/propose",
            decides,
            propose,
        ),
        Page::post("/console/validations/{product_id}/reject", decides, reject),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let listed = validations::list(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<_> = listed.items.iter().map(row).collect();
    let head = [
        visitor.say("Product", "Produkt"),
        visitor.say("Issuer", "Emittent"),
        "ISIN",
        visitor.say("Units", "Stück"),
        visitor.say("Brought", "Eingebracht"),
    ];
    let title = visitor.say(
        "Crypto securities to validate",
        "Zu validierende Kryptowertpapiere",
    );
    let body = html! {
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}

fn row(one: &IssuedProduct) -> Vec<Markup> {
    vec![
        html! { a href=(format!("{PATH}/{}", one.id)) { (one.name) } },
        parts::text(&one.issuer_name),
        parts::code(&one.isin),
        parts::text(one.max_issuable_amount),
        parts::moment(&one.created_at),
    ]
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, id, &Fields::default(), None).await
}

async fn propose(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let reason = posted.fields.text("reason").to_owned();
    let product = ProductId::from_uuid(id);
    let done = validations::propose(&console.registry, &posted.request(), product, reason).await;
    decided(&console, &posted, id, done, "proposed").await
}

async fn reject(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let reason = posted.fields.text("reason").to_owned();
    let product = ProductId::from_uuid(id);
    let done = validations::reject(&console.registry, &posted.request(), product, reason).await;
    decided(&console, &posted, id, done, "decided").await
}

async fn decided(
    console: &Console,
    posted: &Posted<Member>,
    id: Uuid,
    done: registry::Result<Answer>,
    said: &'static str,
) -> Result<Response, Refused> {
    match done {
        Ok(_) => Ok(layout::done(PATH, said)),
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
    let product = ProductId::from_uuid(id);
    let product = validations::get(&console.registry, &who.caller, product).await?;
    let waits = product.status == ProductStatus::Validation;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let body = html! {
        (parts::back(PATH, visitor.say("To validate", "Zu validieren")))
        h1 { (product.name) }
        (parts::problem(visitor, problem))
        @if let Some(reason) = &product.rejection_reason { p class="notice refused" { (visitor.say("Refused: ", "Abgelehnt: ")) (reason) } }
        (facts(visitor, &product))
        h2 { (visitor.say("Documents", "Dokumente")) }
        (offer_facts::documents(visitor, product.id, &product.documents))
        @if waits && who.session.may(Right::WriteNetwork) { (decision(visitor, &form, id)) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        &product.name,
        &body,
    ))
}

fn decision(visitor: &Visitor, form: &Form<'_>, id: Uuid) -> Markup {
    html! {
        h2 { (visitor.say("Decide", "Entscheiden")) }
        p { (visitor.say("A proposal to enter the security takes effect once another person confirms it: then its environment opens and the issue is entered and minted.",
            "Ein Vorschlag zur Eintragung wird wirksam, sobald eine andere Person ihn bestätigt: Dann öffnet die Umgebung, und die Emission wird eingetragen.")) }
        form method="post" action=(format!("{PATH}/{id}/propose")) {
            (parts::hidden(visitor))
            (form.area("reason", visitor.say("Reason", "Grund"), 3))
            button type="submit" { (visitor.say("Propose the entry", "Eintragung vorschlagen")) }
            button type="submit" class="secondary" formaction=(format!("{PATH}/{id}/reject")) { (visitor.say("Refuse; the issuer reads the reason", "Ablehnen; der Emittent liest den Grund")) }
        }
    }
}
