//! A platform's own gateway, run by the network: one URL and one credential in front of everything that it sells, how each environment
//! does, and where one holds other data. There are two: for what is sold, and for trying things out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use registry::Right;
use registry::gateways::GatewayKind::{Production, Sandbox};
use registry::gateways::{self, GatewayCredential, GatewayKind, GatewayState, Shown, Which};
use wire::gateways::{GatewayClient, GatewayDifference, GatewayEnvironment};
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/gateway";
/// More of a report fits no page; the rest is in the API.
const MOST_SHOWN: usize = 200;

pub(crate) fn pages() -> Vec<Page> {
    let writes = Access::Needs(Right::WritePlatform);
    vec![
        Page::get(PATH, Access::Needs(Right::ReadPlatform), show),
        Page::post("/console/gateway/switch-on", writes, switch_on),
        Page::post("/console/gateway/switch-off", writes, switch_off),
        Page::post("/console/gateway/credential", writes, renew),
        Page::post("/console/gateway/compare", writes, compare),
    ]
}

async fn show(State(console): State<Console>, who: Member) -> Result<Response, Refused> {
    render(&console, &who, &Fields::default(), None, None).await
}

async fn switch_on(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted)?;
    match gateways::switch_on(&console.registry, &posted.request(), which).await {
        Ok(Some(made)) => shown_once(&console, &posted, which, made).await,
        Ok(None) => Ok(layout::done(PATH, "saved")),
        Err(error) => refused(&console, &posted, error).await,
    }
}

async fn switch_off(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted)?;
    match gateways::switch_off(&console.registry, &posted.request(), which).await {
        Ok(()) => Ok(layout::done(PATH, "saved")),
        Err(error) => refused(&console, &posted, error).await,
    }
}

async fn renew(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted)?;
    let renewed = match overlap(&posted.fields) {
        Ok(hours) => {
            gateways::renew_credential(&console.registry, &posted.request(), which, hours).await
        }
        Err(error) => Err(error),
    };
    match renewed {
        Ok(made) => shown_once(&console, &posted, which, made).await,
        Err(error) => refused(&console, &posted, error).await,
    }
}

async fn compare(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted)?;
    match gateways::compare(&console.registry, &posted.request(), which).await {
        Ok(()) => Ok(layout::done(PATH, "queued")),
        Err(error) => refused(&console, &posted, error).await,
    }
}

fn which(posted: &Posted<Member>) -> Result<Which, Refused> {
    posted.who.caller.require(Right::WritePlatform)?;
    let kind = match posted.fields.text("kind") {
        "sandbox" => Sandbox,
        _ => Production,
    };
    Ok(Which {
        platform: None,
        kind,
    })
}

fn overlap(fields: &Fields) -> registry::Result<Option<u32>> {
    let hours = fields.optional("overlap_hours").map(|hours| hours.parse());
    hours.transpose().map_err(|_| {
        registry::Error::Field(
            "overlap_hours",
            FieldCode::InvalidFormat,
            "Say how many hours, as a whole number.".to_owned(),
        )
    })
}

async fn shown_once(
    console: &Console,
    posted: &Posted<Member>,
    which: Which,
    made: GatewayCredential,
) -> Result<Response, Refused> {
    let nothing = Fields::default();
    let made = Some((which.kind, made));
    render(console, &posted.who, &nothing, None, made).await
}

async fn refused(
    console: &Console,
    posted: &Posted<Member>,
    error: registry::Error,
) -> Result<Response, Refused> {
    let problem = refusal(&posted.who, error)?;
    render(console, &posted.who, &posted.fields, Some(&problem), None).await
}

async fn render(
    console: &Console,
    who: &Member,
    fields: &Fields,
    problem: Option<&Problem>,
    made: Option<(GatewayKind, GatewayCredential)>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let may_write = who.session.may(Right::WritePlatform);
    let mut sections = Vec::new();
    for kind in [Production, Sandbox] {
        let which = Which {
            platform: None,
            kind,
        };
        let shown = gateways::get(&console.registry, &who.caller, which).await?;
        let secret = made.as_ref().filter(|(of, _)| *of == kind);
        let secret = secret.map(|(_, credential)| credential);
        sections.push(section(&form, kind, shown.as_ref(), secret, may_write));
    }
    let title = "Gateway";
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        p { (visitor.say(
            "One URL and one credential in front of every asset that you sell: your programs create an investor once, and the gateway keeps it in each asset's environment.",
            "Eine URL und ein Zugang vor allen Assets, die Sie vertreiben: Ihre Programme legen einen Anleger einmal an, das Gateway hält ihn in der Umgebung jedes Assets aktuell.",
        )) }
        @for section in &sections { (section) }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn section(
    form: &Form<'_>,
    kind: GatewayKind,
    shown: Option<&Shown>,
    made: Option<&GatewayCredential>,
    may_write: bool,
) -> Markup {
    let visitor = form.visitor;
    let title = match kind {
        Production => visitor.say("What you sell", "Was Sie vertreiben"),
        Sandbox => visitor.say("Trying things out (sandbox)", "Zum Ausprobieren (Sandbox)"),
    };
    let state = shown.and_then(|one| one.state.as_ref());
    html! {
        section id=(kind.as_str()) {
            h2 { (title) }
            @if let Some(one) = shown { (way_in(visitor, one, made)) }
            @match state {
                None => {
                    p { (parts::status(visitor.say("off", "aus"))) }
                    @if may_write { (action(visitor, kind, "switch-on", visitor.say("Switch on", "Einschalten"), "")) }
                }
                Some(state) => {
                    (running(visitor, state))
                    @if may_write { (changes(form, kind)) }
                }
            }
        }
    }
}

fn way_in(visitor: &Visitor, one: &Shown, made: Option<&GatewayCredential>) -> Markup {
    html! {
        @if let Some(made) = made {
            div class="notice" role="status" {
                p { (visitor.say("The credential of your application. The secret is shown this once.", "Der Zugang Ihrer Anwendung. Das Geheimnis wird nur jetzt gezeigt.")) }
                pre data-copy { code data-client-id { (made.client_id) } }
                pre data-copy { code data-secret { (made.client_secret) } }
            }
        }
        (parts::facts(&[
            ("URL", html! { code data-url { (one.api_url) } }),
            (visitor.say("Takes its token at", "Holt sein Token bei"), parts::code(&one.token_url)),
            (visitor.say("On since", "Eingeschaltet seit"), moment(one.switched_on_at.as_deref())),
        ]))
    }
}

fn running(visitor: &Visitor, state: &GatewayState) -> Markup {
    let clients: Vec<_> = state.clients.iter().map(client).collect();
    let environments: Vec<_> = state.status.environments.iter().map(environment).collect();
    let differences = state.differences.iter().take(MOST_SHOWN);
    let differences: Vec<_> = differences.map(difference).collect();
    html! {
        h3 { (visitor.say("Credential", "Zugang")) }
        (parts::table(visitor, &["Client ID", visitor.say("Made", "Angelegt"), visitor.say("In force until", "Gültig bis")], &clients))
        h3 { (visitor.say("Environments", "Umgebungen")) }
        (parts::table(visitor, &[
            visitor.say("Environment", "Umgebung"),
            "Status",
            visitor.say("Unreachable since", "Nicht erreichbar seit"),
            visitor.say("Investors", "Anleger"),
            visitor.say("On their way", "Unterwegs"),
            visitor.say("Waiting since", "Wartet seit"),
            visitor.say("Refused", "Abgelehnt"),
            visitor.say("Differences", "Abweichungen"),
            visitor.say("Compared", "Verglichen"),
        ], &environments))
        h3 { (visitor.say("Waiting", "Wartend")) }
        (parts::facts(&[
            (visitor.say("Orders for their environment", "Aufträge auf ihre Umgebung"), html! { span data-waiting-orders { (state.status.waiting_orders) } }),
            (visitor.say("Messages for your application", "Meldungen für Ihre Anwendung"), parts::text(state.status.waiting_messages)),
        ]))
        h3 { (visitor.say("Where environments hold other data", "Wo Umgebungen andere Daten halten")) }
        (parts::table(visitor, &[
            visitor.say("Investor", "Anleger"),
            visitor.say("Environment", "Umgebung"),
            visitor.say("Field", "Feld"),
            visitor.say("Since", "Seit"),
            "Status",
        ], &differences))
        @if state.differences.len() > MOST_SHOWN { p { (visitor.say("There are more; the API lists all of them.", "Es gibt mehr; die API listet alle.")) } }
    }
}

fn changes(form: &Form<'_>, kind: GatewayKind) -> Markup {
    let visitor = form.visitor;
    html! {
        (action(visitor, kind, "compare", visitor.say("Compare now", "Jetzt vergleichen"), "secondary"))
        form method="post" action=(format!("{PATH}/credential")) {
            (parts::hidden(visitor))
            input type="hidden" name="kind" value=(kind.as_str());
            (form.input("overlap_hours", visitor.say("The present credential stays good for this many hours (empty: 24; 0 ends it at once)", "Der jetzige Zugang gilt noch so viele Stunden (leer: 24; 0 beendet ihn sofort)"), "number"))
            button type="submit" { (visitor.say("New credential", "Neuer Zugang")) }
        }
        (action(visitor, kind, "switch-off", visitor.say("Switch off", "Ausschalten"), "secondary outline"))
    }
}

fn action(visitor: &Visitor, kind: GatewayKind, what: &str, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action=(format!("{PATH}/{what}")) {
            (parts::hidden(visitor))
            input type="hidden" name="kind" value=(kind.as_str());
            button type="submit" class=(class) { (label) }
        }
    }
}

fn client(one: &GatewayClient) -> Vec<Markup> {
    vec![
        parts::code(&one.client_id),
        parts::moment(&one.created_at),
        moment(one.ends_at.as_deref()),
    ]
}

fn environment(one: &GatewayEnvironment) -> Vec<Markup> {
    vec![
        html! { code data-environment=(one.name) { (one.name) } },
        html! { (parts::status(one.state())) @if let Some(trouble) = &one.trouble { br; small { (trouble) } } },
        moment(one.unreachable_since.as_deref()),
        parts::text(one.investors),
        parts::text(one.pending),
        moment(one.pending_since.as_deref()),
        parts::text(one.refused),
        parts::text(one.differences),
        moment(one.compared_at.as_deref()),
    ]
}

fn difference(one: &GatewayDifference) -> Vec<Markup> {
    vec![
        parts::short_id(one.investor_id),
        parts::code(&one.environment),
        parts::code(&one.field),
        parts::moment(&one.since),
        parts::status(&one.state),
    ]
}

fn moment(at: Option<&str>) -> Markup {
    match at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    }
}
