//! The list of applications: a platform's own, or for the registrar those that wait, with the days that are left.

use axum::http::StatusCode;
use axum::response::Response;
use domain::Timestamp;
use domain::application::ApplicationStatus as Known;
use maud::{Markup, html};
use registry::{Right, applications};
use wire::Problem;
use wire::applications::{Application, ApplicationStatus};

use crate::Console;
use crate::applications::PATH;
use crate::layout;
use crate::parts;
use crate::refused::{Refused, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};

const DAY_S: i64 = 86_400;

/// The caller's applications; for the registrar those that wait, what is due first first.
pub(crate) async fn render_list(
    console: &Console,
    who: &Member,
    wanted: Option<&str>,
    page: u64,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let decides = who.session.may(Right::ReadNetwork);
    let chosen = match (wanted.and_then(read_status), wanted) {
        (Some(status), _) => Some(status),
        // Without a choice the registrar sees what waits for it.
        (None, None) if decides => Some(ApplicationStatus::Submitted),
        (None, _) => None,
    };
    let paging = parts::paging(page);
    let listed = applications::list(&console.registry, &who.caller, chosen, paging).await?;
    let now = console.registry.clock.now();
    let rows: Vec<Vec<Markup>> = listed
        .items
        .iter()
        .map(|one| row(visitor, one, now))
        .collect();
    let head = [
        visitor.say("Firm", "Firma"),
        "Status",
        visitor.say("Handed in", "Eingereicht"),
        visitor.say("To be answered until", "Zu beantworten bis"),
        visitor.say("Days left", "Tage übrig"),
    ];
    let title = visitor.say("Applications to take part", "Anträge auf Teilnahme");
    let path = match chosen {
        Some(status) => format!("{PATH}?status={}", shown(&status)),
        None => format!("{PATH}?status=all"),
    };
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        @if decides { (choices(visitor, chosen)) }
        (parts::table(visitor, &head, &rows))
        (parts::pager(visitor, &path, page, listed.count))
        @if who.session.may(Right::WritePlatform) {
            p {
                (visitor.say("What the network demands, and how long an answer takes, is written in the ", "Was das Netzwerk verlangt und wie lange eine Antwort dauert, steht in den "))
                a href="/console/join" { (visitor.say("criteria", "Kriterien")) } "."
            }
            (parts::button(visitor, PATH, visitor.say("Begin an application", "Antrag beginnen"), ""))
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn choices(visitor: &Visitor, chosen: Option<ApplicationStatus>) -> Markup {
    let choices = [
        (
            Some(ApplicationStatus::Submitted),
            visitor.say("Waiting", "Wartend"),
        ),
        (
            Some(ApplicationStatus::Admitted),
            visitor.say("Admitted", "Zugelassen"),
        ),
        (
            Some(ApplicationStatus::Refused),
            visitor.say("Refused", "Abgelehnt"),
        ),
        (
            Some(ApplicationStatus::Withdrawn),
            visitor.say("Withdrawn", "Zurückgenommen"),
        ),
        (None, visitor.say("All", "Alle")),
    ];
    html! {
        nav class="pager" {
            @for (status, label) in choices {
                @let code = status.map_or_else(|| "all".to_owned(), |status| shown(&status));
                a href=(format!("{PATH}?status={code}")) aria-current=[(status == chosen).then_some("page")] { (label) }
            }
        }
    }
}

fn row(visitor: &Visitor, one: &Application, now: Timestamp) -> Vec<Markup> {
    let firm = one
        .content
        .company
        .as_ref()
        .and_then(|company| company.name.as_deref());
    let left = days_left(one, now);
    vec![
        html! { a href=(format!("{PATH}/{}", one.id)) { (firm.unwrap_or(visitor.say("without a name", "ohne Namen"))) } },
        states::state(visitor, states::APPLICATIONS, &shown(&one.status)),
        html! { @if let Some(at) = &one.submitted_at { (parts::moment(at)) } },
        html! { @if let Some(at) = &one.answer_due_at { (parts::moment(at)) } },
        html! { @if let Some(left) = left { @if one.is_overdue { strong { (left) } } @else { (left) } } },
    ]
}

/// Whole days until an answer is due, for what waits for one.
pub(crate) fn days_left(one: &Application, now: Timestamp) -> Option<i64> {
    let due = one.answer_due_at.as_deref()?;
    let due = Timestamp::parse(due).ok()?;
    (one.status == ApplicationStatus::Submitted).then(|| due.seconds_since(now).div_euclid(DAY_S))
}

fn read_status(text: &str) -> Option<ApplicationStatus> {
    let known: Known = text.parse().ok()?;
    Some(match known {
        Known::Draft => ApplicationStatus::Draft,
        Known::Submitted => ApplicationStatus::Submitted,
        Known::Admitted => ApplicationStatus::Admitted,
        Known::Refused => ApplicationStatus::Refused,
        Known::Withdrawn => ApplicationStatus::Withdrawn,
    })
}
