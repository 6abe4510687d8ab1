//! A platform's own gateway, run by the network: one URL and one credential in front of everything that it sells, how each environment
//! does, and where one holds other data. There are two: for what is sold, and for trying things out.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use domain::PlatformId;
use maud::{Markup, html};
use registry::Right;
use registry::gateways::GatewayKind::{Production, Sandbox};
use registry::gateways::{self, GatewayCredential, GatewayKind, GatewayState, Shown, Which};
use uuid::Uuid;
use wire::gateways::{GatewayClient, GatewayDifference, GatewayEnvironment};
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::states;
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/gateway";
/// More of a report fits no page; the rest is in the API.
const MOST_SHOWN: usize = 200;

pub(crate) fn pages() -> Vec<Page> {
    let writes = Access::Needs(Right::WritePlatform);
    let manages = Access::Needs(Right::WriteNetwork);
    vec![
        Page::get(PATH, Access::Needs(Right::ReadPlatform), show),
        Page::post("/console/gateway/switch-on", writes, switch_on),
        Page::post("/console/gateway/switch-off", writes, switch_off),
        Page::post("/console/gateway/credential", writes, renew),
        Page::post("/console/gateway/compare", writes, compare),
        Page::get(
            "/console/platforms/{platform_id}/gateway",
            Access::Needs(Right::ReadNetwork),
            show,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/switch-on",
            manages,
            switch_on,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/switch-off",
            manages,
            switch_off,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/credential",
            manages,
            renew,
        ),
        Page::post(
            "/console/platforms/{platform_id}/gateway/compare",
            manages,
            compare,
        ),
    ]
}

/// Whose gateways a page is about: the visitor's own, or for the registrar those of the platform that the path names.
#[derive(Clone, Copy)]
struct Whose(Option<PlatformId>);

impl FromRequestParts<Console> for Whose {
    type Rejection = PathRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        console: &Console,
    ) -> Result<Self, PathRejection> {
        let named = Option::<Path<Uuid>>::from_request_parts(parts, console).await?;
        Ok(Self(named.map(|Path(id)| PlatformId::from_uuid(id))))
    }
}

impl Whose {
    fn path(self) -> String {
        match self.0 {
            None => PATH.to_owned(),
            Some(platform) => format!("/console/platforms/{platform}/gateway"),
        }
    }

    /// What is needed to look.
    fn reads(self) -> Right {
        match self.0 {
            None => Right::ReadPlatform,
            Some(_) => Right::ReadNetwork,
        }
    }

    /// What is needed to change anything.
    fn right(self) -> Right {
        match self.0 {
            None => Right::WritePlatform,
            Some(_) => Right::WriteNetwork,
        }
    }

    fn which(self, kind: GatewayKind) -> Which {
        Which {
            platform: self.0,
            kind,
        }
    }
}

async fn show(
    State(console): State<Console>,
    whose: Whose,
    who: Member,
) -> Result<Response, Refused> {
    who.caller.require(whose.reads())?;
    render(&console, (&who, whose), &Fields::default(), None, None).await
}

async fn switch_on(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    match gateways::switch_on(&console.registry, &posted.request(), which).await {
        Ok(Some(made)) => shown_once(&console, (&posted, whose), which, made).await,
        Ok(None) => Ok(layout::done(&whose.path(), "saved")),
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

async fn switch_off(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    match gateways::switch_off(&console.registry, &posted.request(), which).await {
        Ok(()) => Ok(layout::done(&whose.path(), "saved")),
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

async fn renew(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    let renewed = match overlap(&posted.fields) {
        Ok(hours) => {
            gateways::renew_credential(&console.registry, &posted.request(), which, hours).await
        }
        Err(error) => Err(error),
    };
    match renewed {
        Ok(made) => shown_once(&console, (&posted, whose), which, made).await,
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

async fn compare(
    State(console): State<Console>,
    whose: Whose,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let which = which(&posted, whose)?;
    match gateways::compare(&console.registry, &posted.request(), which).await {
        Ok(()) => Ok(layout::done(&whose.path(), "queued")),
        Err(error) => refused(&console, (&posted, whose), error).await,
    }
}

fn which(posted: &Posted<Member>, whose: Whose) -> Result<Which, Refused> {
    posted.who.caller.require(whose.right())?;
    let kind = match posted.fields.text("kind") {
        "sandbox" => Sandbox,
        _ => Production,
    };
    Ok(whose.which(kind))
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
    (posted, whose): (&Posted<Member>, Whose),
    which: Which,
    made: GatewayCredential,
) -> Result<Response, Refused> {
    let nothing = Fields::default();
    let made = Some((which.kind, made));
    render(console, (&posted.who, whose), &nothing, None, made).await
}

async fn refused(
    console: &Console,
    (posted, whose): (&Posted<Member>, Whose),
    error: registry::Error,
) -> Result<Response, Refused> {
    let problem = refusal(&posted.who, error)?;
    let who = (&posted.who, whose);
    render(console, who, &posted.fields, Some(&problem), None).await
}

async fn render(
    console: &Console,
    (who, whose): (&Member, Whose),
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
    let (may_write, path) = (who.session.may(whose.right()), whose.path());
    let mut sections = Vec::new();
    for kind in [Production, Sandbox] {
        let which = whose.which(kind);
        let shown = gateways::get(&console.registry, &who.caller, which).await?;
        let secret = made.as_ref().filter(|(of, _)| *of == kind);
        let secret = secret.map(|(_, credential)| credential);
        let path = may_write.then_some(path.as_str());
        sections.push(section(&form, (kind, path), shown.as_ref(), secret));
    }
    let title = "Gateway";
    let body = html! {
        @if let Some(platform) = whose.0 {
            (parts::back(&format!("/console/platforms/{platform}"), visitor.say("Platform", "Plattform")))
        }
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

/// One of the two gateways; below the path is where it is changed, by those who may.
fn section(
    form: &Form<'_>,
    (kind, path): (GatewayKind, Option<&str>),
    shown: Option<&Shown>,
    made: Option<&GatewayCredential>,
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
                    @if let Some(path) = path { (action(visitor, (path, kind), "switch-on", visitor.say("Switch on", "Einschalten"), "")) }
                }
                Some(state) => {
                    (running(visitor, state))
                    @if let Some(path) = path { (changes(form, (path, kind))) }
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
    let environments: Vec<_> = state
        .status
        .environments
        .iter()
        .map(|one| environment(visitor, one))
        .collect();
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

fn changes(form: &Form<'_>, (path, kind): (&str, GatewayKind)) -> Markup {
    let visitor = form.visitor;
    html! {
        (action(visitor, (path, kind), "compare", visitor.say("Compare now", "Jetzt vergleichen"), "secondary"))
        form method="post" action=(format!("{path}/credential")) {
            (parts::hidden(visitor))
            input type="hidden" name="kind" value=(kind.as_str());
            (form.input("overlap_hours", visitor.say("The present credential stays good for this many hours (empty: 24; 0 ends it at once)", "Der jetzige Zugang gilt noch so viele Stunden (leer: 24; 0 beendet ihn sofort)"), "number"))
            button type="submit" { (visitor.say("New credential", "Neuer Zugang")) }
        }
        (action(visitor, (path, kind), "switch-off", visitor.say("Switch off", "Ausschalten"), "secondary outline"))
    }
}

fn action(
    visitor: &Visitor,
    (path, kind): (&str, GatewayKind),
    what: &str,
    label: &str,
    class: &str,
) -> Markup {
    html! {
        form method="post" action=(format!("{path}/{what}")) {
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

fn environment(visitor: &Visitor, one: &GatewayEnvironment) -> Vec<Markup> {
    vec![
        html! { code data-environment=(one.name) { (one.name) } },
        html! { (states::state(visitor, states::GATEWAYS, one.state())) @if let Some(trouble) = &one.trouble { br; small { (trouble) } } },
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
