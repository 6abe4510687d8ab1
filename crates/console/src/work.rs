//! The registrar's work list: what waits for a person, with the way to it.

use axum::extract::State;
use axum::response::Response;
use maud::html;
use registry::dlt_operations::{self, CommandStatus};
use registry::{
    Right, applications, asset_requests, decisions, health, identifications, reviews, validations,
};
use wire::applications::ApplicationStatus;
use wire::asset_requests::AssetRequestStatus;
use wire::decisions::DecisionStatus;

use crate::Console;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts;
use crate::refused::Refused;
use crate::visitor::Member;

pub(crate) fn pages() -> Vec<Page> {
    vec![Page::get(
        "/console/work",
        Access::Needs(Right::ReadNetwork),
        show,
    )]
}

async fn show(State(console): State<Console>, who: Member) -> Result<Response, Refused> {
    let (registry, visitor) = (&console.registry, &who.visitor);
    let first = parts::paging(1);
    let waiting = identifications::pending(registry, &who.caller, first).await?;
    let reviewed = reviews::waiting(registry, &who.caller, first).await?;
    let validated = validations::list(registry, &who.caller, first).await?;
    let accepted = Some(AssetRequestStatus::Accepted);
    let asked = asset_requests::list(registry, &who.caller, accepted, first).await?;
    let failed =
        dlt_operations::list(registry, &who.caller, Some(CommandStatus::Failed), first).await?;
    let health = health::check(registry).await?;
    let row = |count: u64, label: &str, path: &str| {
        vec![parts::text(count), html! { a href=(path) { (label) } }]
    };
    let proposed = Some(DecisionStatus::Proposed);
    let decisions = decisions::list(registry, &who.caller, proposed, None, first).await?;
    let submitted = Some(ApplicationStatus::Submitted);
    let applications = applications::list(registry, &who.caller, submitted, first).await?;
    let rows = [
        row(
            applications.count,
            visitor.say("Applications to answer", "Zu beantwortende Anträge"),
            "/console/applications",
        ),
        row(
            decisions.count,
            visitor.say(
                "Decisions that wait for a second person",
                "Entscheidungen, die auf eine zweite Person warten",
            ),
            "/console/decisions",
        ),
        row(
            waiting.count,
            visitor.say(
                "Identifications to decide",
                "Zu entscheidende Identifizierungen",
            ),
            "/console/identifications",
        ),
        row(
            reviewed.count,
            visitor.say("Investments in review", "Investments in Prüfung"),
            "/console/reviews",
        ),
        row(
            validated.count,
            visitor.say(
                "Crypto securities to validate",
                "Zu validierende Kryptowertpapiere",
            ),
            "/console/validations",
        ),
        row(
            asked.count,
            visitor.say(
                "Requests for assets to approve",
                "Freizugebende Anfragen zu Werten",
            ),
            "/console/requests?status=accepted",
        ),
        row(
            failed.count,
            visitor.say("Failed DLT commands", "Gescheiterte DLT-Befehle"),
            "/console/commands?status=failed",
        ),
        row(
            health.pending_commands,
            visitor.say("DLT commands on their way", "DLT-Befehle unterwegs"),
            "/console/commands",
        ),
    ];
    let body = html! {
        h1 { (visitor.say("Work list", "Arbeitsliste")) }
        p { (visitor.say("The network is ", "Das Netzwerk ist ")) (parts::status(&health.status)) ". "
            (visitor.say("Webhooks on their way: ", "Webhooks unterwegs: ")) (health.pending_webhooks) }
        (parts::table(visitor, &[visitor.say("Waiting", "Wartend"), ""], &rows))
    };
    Ok(layout::page(
        visitor,
        visitor.say("Work list", "Arbeitsliste"),
        &body,
    ))
}
