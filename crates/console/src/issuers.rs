//! The issuers of an account: each a company with its managing director, its bank account and two proofs.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::IssuerId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, issuers};
use uuid::Uuid;
use wire::Problem;
use wire::issuing::{Issuer, IssuerCreate};

use crate::Console;
use crate::form::{Fields, Uploaded};
use crate::issuer_form::{inputs, known, read};
use crate::json_form;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::upload;
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/issuers";

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadIssuers);
    let writes = Access::Needs(Right::WriteIssuers);
    vec![
        Page::get(PATH, sees, show),
        Page::get("/console/issuers/new", writes, new),
        Page::post("/console/issuers/new", writes, create),
        Page::get("/console/issuers/{issuer_id}", sees, show_one),
        Page::post("/console/issuers/{issuer_id}", writes, update),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let listed = issuers::list(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<_> = listed.items.iter().map(|one| row(visitor, one)).collect();
    let head = [
        visitor.say("Firm", "Firma"),
        "LEI",
        visitor.say("Registry account", "Registerkonto"),
        visitor.say("Since", "Seit"),
    ];
    let title = visitor.say("Issuers", "Emittenten");
    let body = html! {
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
        @if who.session.may(Right::WriteIssuers) {
            p { a href="/console/issuers/new" role="button" { (visitor.say("New issuer", "Neuer Emittent")) } }
        }
    };
    Ok(layout::page(visitor, title, &body))
}

fn row(visitor: &Visitor, one: &Issuer) -> Vec<Markup> {
    vec![
        html! { a href=(format!("{PATH}/{}", one.id)) { (one.company_name) } },
        parts::optional(one.lei.as_deref()),
        parts::status(mirrored(visitor, one)),
        parts::moment(&one.created_at),
    ]
}

fn mirrored(visitor: &Visitor, one: &Issuer) -> &'static str {
    match (one.mirrored, &one.legal_person) {
        (true, _) => visitor.say("mirrored", "gespiegelt"),
        (false, Some(_)) => visitor.say(
            "none found; the registrar identifies the company",
            "keines gefunden; der Registerführer identifiziert die Firma",
        ),
        (false, None) => visitor.say("not described yet", "noch nicht beschrieben"),
    }
}

async fn new(State(console): State<Console>, who: Member) -> Result<Response, Refused> {
    who.caller.require(Right::WriteIssuers)?;
    render(&console, &who, None, &Fields::default(), None).await
}

async fn create(State(console): State<Console>, uploaded: Uploaded) -> Result<Response, Refused> {
    save(&console, None, uploaded).await
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let issuer = IssuerId::from_uuid(id);
    let one = issuers::get(&console.registry, &who.caller, issuer).await?;
    render(&console, &who, Some(&one), &known(&one)?, None).await
}

async fn update(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    uploaded.posted.who.caller.require(Right::WriteIssuers)?;
    let issuer = IssuerId::from_uuid(id);
    let caller = &uploaded.posted.who.caller;
    let one = issuers::get(&console.registry, caller, issuer).await?;
    save(&console, Some(one), uploaded).await
}

/// Keeps the file that came along, and then the issuer, unless only the file was to be kept.
async fn save(
    console: &Console,
    one: Option<Issuer>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    let Uploaded { posted, file } = uploaded;
    posted.who.caller.require(Right::WriteIssuers)?;
    let mut fields = posted.fields.clone();
    if let Some(file) = file {
        match upload::keep(console, &posted, file).await {
            Ok(document) => {
                let proof = match fields.text("proof") {
                    "structure" => "legal_person.company_structure_proof_id",
                    _ => "legal_person.company_identity_proof_id",
                };
                fields = upload::with(&fields, &[(proof, document.id.to_string())]);
            }
            Err(error) => {
                let problem = refusal(&posted.who, error)?;
                return render(console, &posted.who, one.as_ref(), &fields, Some(&problem)).await;
            }
        }
    }
    if fields.text("step") == "upload" {
        return render(console, &posted.who, one.as_ref(), &fields, None).await;
    }
    let (registry, request) = (&console.registry, posted.request());
    let saved = match (read(&fields), &one) {
        (Ok(body), Some(one)) => {
            issuers::update(registry, &request, IssuerId::from_uuid(one.id), body).await
        }
        (Ok(body), None) => match json_form::body::<IssuerCreate>(&body) {
            Ok(body) => issuers::create(registry, &request, body).await,
            Err(errors) => Err(errors.into()),
        },
        (Err(error), _) => Err(error),
    };
    match saved {
        Ok(_) => Ok(layout::done(PATH, "saved")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(console, &posted.who, one.as_ref(), &fields, Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    one: Option<&Issuer>,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let names = upload::names(console, who, fields).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let new = visitor.say("New issuer", "Neuer Emittent");
    let title = one.map_or(new, |one| one.company_name.as_str());
    let path = match one {
        Some(one) => format!("{PATH}/{}", one.id),
        None => format!("{PATH}/new"),
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Issuers", "Emittenten")))
        h1 { (title) }
        (parts::problem(visitor, problem))
        @if let Some(one) = one { p { (visitor.say("Registry account: ", "Registerkonto: ")) (parts::status(mirrored(visitor, one))) } }
        form method="post" action=(path) enctype="multipart/form-data" {
            (parts::hidden(visitor))
            (parts::default_button("step", "save", visitor.say("Save", "Speichern")))
            (inputs(&form, &names))
            @if who.session.may(Right::WriteIssuers) {
                button type="submit" name="step" value="save" { (visitor.say("Save", "Speichern")) }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}
