//! The platforms for the registrar: how far each takes part, under which licence, and what can be proposed about it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::PlatformId;
use http::QueryParams;
use maud::{Markup, html};
use registry::{Answer, Right, admissions, decisions, participation};
use uuid::Uuid;
use wire::Problem;
use wire::applications::LicenceChange;
use wire::decisions::DecisionStatus;
use wire::participation::{Participation, Standing};

use crate::Console;
use crate::decisions::waiting;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::licences;
use crate::page::{Access, Page};
use crate::participation::standing_name;
use crate::parts::{self, Form};
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::visitor::Member;

const PATH: &str = "/console/platforms";

pub(crate) fn pages() -> Vec<Page> {
    let reads = Access::Needs(Right::ReadNetwork);
    let proposes = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, reads, show),
        Page::get("/console/platforms/{platform_id}", reads, show_one),
        Page::post(
            "/console/platforms/{platform_id}/suspension",
            proposes,
            suspend,
        ),
        Page::post(
            "/console/platforms/{platform_id}/readmission",
            proposes,
            readmit,
        ),
        Page::post(
            "/console/platforms/{platform_id}/licence",
            proposes,
            change_licence,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let listed = participation::list(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            let licence = one.licence.as_ref();
            let kind = licence.and_then(|licence| licence.licence_type.as_deref());
            vec![
                html! { a href=(format!("{PATH}/{}", one.platform_id)) { (one.company_name) } },
                parts::status(standing_name(visitor, one.standing)),
                parts::optional(kind.map(|kind| licences::type_name(visitor, kind))),
                parts::optional(licence.and_then(|licence| licence.valid_to.as_deref())),
            ]
        })
        .collect();
    let head = [
        visitor.say("Firm", "Firma"),
        visitor.say("Standing", "Stand"),
        visitor.say("Licence", "Erlaubnis"),
        visitor.say("Valid to", "Gültig bis"),
    ];
    let title = visitor.say("Distribution platforms", "Vertriebsplattformen");
    let body = html! {
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, PlatformId::from_uuid(id), None, None).await
}

async fn suspend(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let (id, reason) = (
        PlatformId::from_uuid(id),
        posted.fields.text("reason").to_owned(),
    );
    let registry = &console.registry;
    let proposed = participation::propose_suspension(registry, &posted.request(), id, reason).await;
    finish(&console, &posted, id, proposed).await
}

async fn readmit(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let (id, reason) = (
        PlatformId::from_uuid(id),
        posted.fields.text("reason").to_owned(),
    );
    let registry = &console.registry;
    let proposed =
        participation::propose_readmission(registry, &posted.request(), id, reason).await;
    finish(&console, &posted, id, proposed).await
}

async fn change_licence(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = PlatformId::from_uuid(id);
    let change = LicenceChange {
        licence: licences::read(&posted.fields),
        reason: posted.fields.text("reason").to_owned(),
    };
    let registry = &console.registry;
    let proposed = admissions::propose_licence(registry, &posted.request(), id, change).await;
    finish(&console, &posted, id, proposed).await
}

async fn finish(
    console: &Console,
    posted: &Posted<Member>,
    id: PlatformId,
    outcome: registry::Result<Answer>,
) -> Result<Response, Refused> {
    match outcome {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), "proposed")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            let fields = Some(&posted.fields);
            render(console, &posted.who, id, fields, Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    id: PlatformId,
    typed: Option<&Fields>,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let (registry, visitor) = (&console.registry, &who.visitor);
    let one = participation::get_any(registry, &who.caller, id).await?;
    let (proposed, target) = (Some(DecisionStatus::Proposed), Some(id.uuid()));
    let open = decisions::list(registry, &who.caller, proposed, target, parts::paging(1)).await?;
    let known = Fields::known(one.licence.iter().flat_map(licences::known).collect());
    let form = Form {
        visitor,
        fields: typed
            .filter(|typed| typed.has("licence.type"))
            .unwrap_or(&known),
        problem,
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Platforms", "Plattformen")))
        h1 { (one.company_name) }
        (parts::problem(visitor, problem))
        (parts::facts(&[
            ("ID", parts::code(one.platform_id)),
            (visitor.say("Standing", "Stand"), parts::status(standing_name(visitor, one.standing))),
        ]))
        @for decision in &open.items { (waiting(who, decision)) }
        h2 { (visitor.say("Licence", "Erlaubnis")) }
        @match &one.licence {
            Some(licence) => (licences::facts(visitor, licence)),
            None => p { em { (visitor.say("None was checked yet.", "Es wurde noch keine geprüft.")) } },
        }
        p { a href=(format!("{PATH}/{id}/gateway")) { (visitor.say("Gateway of this platform", "Gateway dieser Plattform")) } }
        @if who.session.may(Right::WriteNetwork) {
            (proposals(&form, &one))
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(
        visitor,
        status,
        &one.company_name,
        &body,
    ))
}

fn proposals(form: &Form<'_>, one: &Participation) -> Markup {
    let visitor = form.visitor;
    let path = format!("{PATH}/{}", one.platform_id);
    let change = match one.standing {
        Standing::Admitted => Some((
            "suspension",
            visitor.say("Propose a suspension", "Aussetzung vorschlagen"),
        )),
        Standing::Suspended => Some((
            "readmission",
            visitor.say("Propose a readmission", "Wiederzulassung vorschlagen"),
        )),
        Standing::Applying | Standing::Left | Standing::Refused => None,
    };
    html! {
        p { (visitor.say("What you propose takes effect once another person confirms it.", "Ihr Vorschlag wird wirksam, sobald eine andere Person bestätigt.")) }
        @if let Some((action, label)) = change {
            form method="post" action=(format!("{path}/{action}")) {
                (parts::hidden(visitor))
                (form.area("reason", visitor.say("Reasons", "Gründe"), 2))
                button type="submit" { (label) }
            }
        }
        details open[form.fields.has("reason") && form.problem.is_some()] {
            summary { (visitor.say("Propose another licence", "Andere Erlaubnis vorschlagen")) }
            form method="post" action=(format!("{path}/licence")) {
                (parts::hidden(visitor))
                (licences::inputs(form))
                (form.area("reason", visitor.say("Reasons", "Gründe"), 2))
                button type="submit" { (visitor.say("Propose", "Vorschlagen")) }
            }
        }
    }
}
