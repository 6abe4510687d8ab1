//! A platform's assets, each with its API environment, and the way into it.

use axum::extract::State;
use axum::response::Response;
use http::QueryParams;
use maud::{Markup, html};
use registry::sessions;
use registry::{Caller, Right, products};

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::query::PageNumber;
use crate::refused::Refused;
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/environments";

pub(crate) fn pages() -> Vec<Page> {
    vec![Page::get(PATH, Access::Needs(Right::ReadPlatform), show)]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<PageNumber>,
) -> Result<Response, Refused> {
    let (visitor, page) = (&who.visitor, query.page());
    let listed = products::list_sold(&console.registry, &who.caller, parts::paging(page)).await?;
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|sold| {
            let inside = format!("{PATH}/{}", sold.environment);
            vec![
                html! { a href=(format!("/console/selling/{}", sold.product.id)) { (sold.product.name) } (parts::twin_mark(&sold.product.isin)) },
                parts::text(&sold.product.issuer_name),
                parts::code(&sold.product.isin),
                parts::code(&sold.environment),
                html! { a href=(format!("{inside}/investments")) { "Investments" } " · " a href=(format!("{inside}/investors")) { (visitor.say("Investors", "Anleger")) } " · " a href=(format!("{inside}/webhooks")) { "Webhooks" } },
            ]
        })
        .collect();
    let head = [
        visitor.say("Asset", "Asset"),
        visitor.say("Issuer", "Emittent"),
        "ISIN",
        visitor.say("Environment", "Umgebung"),
        "",
    ];
    let title = visitor.say("Assets that you sell", "Assets im Vertrieb");
    let body = html! {
        h1 { (title) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, PATH, page, listed.count))
    };
    Ok(layout::page(visitor, title, &body))
}

/// The person as the caller that it is inside an environment.
pub(crate) async fn inside(
    console: &Console,
    who: &Member,
    environment: &str,
) -> Result<Caller, Refused> {
    Ok(sessions::caller_in(&console.registry, &who.session, environment).await?)
}

/// The way between the pages of one environment.
pub(crate) fn tabs(visitor: &Visitor, environment: &str) -> Markup {
    let tabs = [
        ("investments", visitor.say("Investments", "Investments")),
        ("investors", visitor.say("Investors", "Anleger")),
        ("webhooks", "Webhooks"),
        ("events", visitor.say("Events", "Ereignisse")),
    ];
    html! {
        nav class="pager" aria-label=(environment) {
            a href=(PATH) { (visitor.say("Assets", "Assets")) }
            span { "› " code { (environment) } " ›" }
            @for (name, label) in tabs {
                @let path = format!("{PATH}/{environment}/{name}");
                a href=(path) aria-current=[visitor.path.starts_with(&path).then_some("page")] { (label) }
            }
        }
    }
}
