//! One of a platform's two gateways on the page: the way in, how each environment does, and what can be changed.

use maud::{Markup, html};
use registry::gateways::GatewayKind::{Production, Sandbox};
use registry::gateways::{GatewayCredential, GatewayKind, GatewayState, Shown};
use wire::gateways::{GatewayClient, GatewayDifference, GatewayEnvironment};

use crate::parts::{self, Form};
use crate::states;
use crate::visitor::Visitor;

/// More of a report fits no page; the rest is in the API.
const MOST_SHOWN: usize = 200;

/// One of the two gateways; below the path is where it is changed, by those who may.
pub(super) fn section(
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
