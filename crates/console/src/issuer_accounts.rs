//! The registrar's issuers: opening an account, and on which platforms each may list its products.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{IssuerId, PlatformId};
use http::QueryParams;
use maud::{Markup, html};
use registry::{Right, issuers, platforms};
use uuid::Uuid;
use wire::Problem;
use wire::issuing::{DistributionPlatform, IssuerAccountCreate, PlatformPermission};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::query::PageNumber;
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/issuer-accounts";

pub(crate) fn pages() -> Vec<Page> {
    let sees = Access::Needs(Right::ReadNetwork);
    let writes = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, sees, show),
        Page::post(PATH, writes, open),
        Page::get("/console/issuer-accounts/{issuer_id}", sees, show_one),
        Page::post(
            "/console/issuer-accounts/{issuer_id}/platforms/{platform_id}",
            writes,
            permit,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    render(&console, &who, query.page(), &Fields::default(), None).await
}

async fn open(State(console): State<Console>, posted: Posted<Member>) -> Result<Response, Refused> {
    let body = IssuerAccountCreate {
        company_name: posted.fields.text("company_name").to_owned(),
        lei: posted.fields.optional("lei"),
    };
    match issuers::create_account(&console.registry, &posted.request(), body).await {
        Ok(_) => Ok(layout::done(PATH, "created")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(&console, &posted.who, 1, &posted.fields, Some(&problem)).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    page: u64,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let listed = issuers::list_all(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| {
            let mirrored = match one.mirrored {
                true => visitor.say("mirrored", "gespiegelt"),
                false => visitor.say("to be identified", "zu identifizieren"),
            };
            vec![
                html! { a href=(format!("{PATH}/{}", one.id)) { (one.company_name) } },
                parts::optional(one.lei.as_deref()),
                parts::status(mirrored),
                parts::moment(&one.created_at),
            ]
        })
        .collect();
    let head = [
        visitor.say("Firm", "Firma"),
        "LEI",
        visitor.say("Registry account", "Registerkonto"),
        visitor.say("Since", "Seit"),
    ];
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let title = visitor.say("Issuers", "Emittenten");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
        @if who.session.may(Right::WriteNetwork) {
            h2 { (visitor.say("Open an account", "Konto eröffnen")) }
            form method="post" action=(PATH) {
                (parts::hidden(visitor))
                (form.input("company_name", visitor.say("Firm", "Firma"), "text"))
                (form.input("lei", "LEI (optional)", "text"))
                button type="submit" { (visitor.say("Open", "Eröffnen")) }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (registry, visitor, page) = (&console.registry, &who.visitor, query.page());
    let issuer = IssuerId::from_uuid(id);
    let one = issuers::get_any(registry, &who.caller, issuer).await?;
    let listed = platforms::list_of(registry, &who.caller, issuer, parts::paging(page)).await?;
    let may_write = who.session.may(Right::WriteNetwork);
    let rows: Vec<_> = listed
        .items
        .iter()
        .map(|platform| pair(visitor, id, platform, may_write))
        .collect();
    let head = [visitor.say("Platform", "Plattform"), "Status", ""];
    let path = format!("{PATH}/{id}");
    let body = html! {
        (parts::back(PATH, visitor.say("Issuers", "Emittenten")))
        h1 { (one.company_name) }
        (parts::facts(&[
            ("ID", parts::code(one.id)),
            ("LEI", parts::optional(one.lei.as_deref())),
            (visitor.say("Since", "Seit"), parts::moment(&one.created_at)),
        ]))
        h2 { (visitor.say("Platforms on which its products may be listed", "Plattformen, auf denen seine Produkte gelistet werden dürfen")) }
        p { (visitor.say("Allow a pair once you have seen the contract between both.", "Erlauben Sie ein Paar, sobald Ihnen der Vertrag zwischen beiden vorliegt.")) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, &path, page, listed.count))
    };
    Ok(layout::page(visitor, &one.company_name, &body))
}

fn pair(
    visitor: &Visitor,
    issuer: Uuid,
    platform: &DistributionPlatform,
    may_write: bool,
) -> Vec<Markup> {
    let (now, next, label) = match platform.is_allowed {
        true => (
            visitor.say("allowed", "erlaubt"),
            "false",
            visitor.say("Take it back", "Zurücknehmen"),
        ),
        false => (
            visitor.say("not allowed", "nicht erlaubt"),
            "true",
            visitor.say("Allow", "Erlauben"),
        ),
    };
    let switch = html! {
        @if may_write {
            form method="post" action=(format!("{PATH}/{issuer}/platforms/{}", platform.id)) {
                (parts::hidden(visitor))
                button type="submit" name="is_allowed" value=(next) class="outline" { (label) }
            }
        }
    };
    vec![
        parts::text(&platform.platform_company_name),
        parts::status(now),
        switch,
    ]
}

async fn permit(
    State(console): State<Console>,
    Path((issuer, platform)): Path<(Uuid, Uuid)>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let body = PlatformPermission {
        is_allowed: posted.fields.text("is_allowed") == "true",
    };
    let pair = (IssuerId::from_uuid(issuer), PlatformId::from_uuid(platform));
    platforms::permit(&console.registry, &posted.request(), pair.0, pair.1, body).await?;
    Ok(layout::done(&format!("{PATH}/{issuer}"), "saved"))
}
