//! A platform's own standing in the network, and the way out of it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use registry::{Right, participation};
use wire::participation::Standing;
use wire::{FieldCode, Problem};

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::licences;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};

const PATH: &str = "/console/participation";

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Needs(Right::ReadPlatform), show),
        Page::post(
            "/console/participation/exit",
            Access::Needs(Right::WritePlatform),
            leave,
        ),
    ]
}

async fn show(State(console): State<Console>, who: Member) -> Result<Response, Refused> {
    render(&console, &who, None).await
}

async fn leave(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    posted.who.caller.require(Right::WritePlatform)?;
    let left = match posted.fields.text("confirm") {
        "leave" => participation::leave(&console.registry, &posted.request()).await,
        _ => Err(registry::Error::Field(
            "confirm",
            FieldCode::Missing,
            "Tick the box if you mean it.".to_owned(),
        )),
    };
    match left {
        Ok(_) => Ok(layout::done(PATH, "left")),
        Err(error) => render(&console, &posted.who, Some(&refusal(&posted.who, error)?)).await,
    }
}

async fn render(
    console: &Console,
    who: &Member,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let own = participation::get(&console.registry, &who.caller).await?;
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem,
    };
    let takes_part = matches!(own.standing, Standing::Admitted | Standing::Suspended);
    let sure = [(
        "leave".to_owned(),
        visitor
            .say(
                "We take no new investments through this network any more.",
                "Wir nehmen über dieses Netzwerk keine neuen Investments mehr an.",
            )
            .to_owned(),
    )];
    let title = visitor.say("Participation", "Teilnahme");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem))
        (parts::facts(&[
            (visitor.say("Firm", "Firma"), parts::text(&own.company_name)),
            (visitor.say("Standing", "Stand"), parts::status(standing_name(visitor, own.standing))),
            ("ID", parts::code(own.platform_id)),
        ]))
        p { (meaning(visitor, own.standing)) " " a href="/console/applications" { (visitor.say("Applications", "Anträge")) } }
        h2 { (visitor.say("Licence", "Erlaubnis")) }
        @match &own.licence {
            Some(licence) => (licences::facts(visitor, licence)),
            None => p { em { (visitor.say("None was checked yet.", "Es wurde noch keine geprüft.")) } },
        }
        @if takes_part && who.session.may(Right::WritePlatform) {
            h2 { (visitor.say("Leave the network", "Das Netzwerk verlassen")) }
            p { (visitor.say("What runs is carried out, and your investors' holdings stay in the register.", "Laufendes wird ausgeführt, und die Bestände Ihrer Anleger bleiben im Register.")) }
            form method="post" action="/console/participation/exit" {
                (parts::hidden(visitor))
                (form.boxes("confirm", visitor.say("Leave", "Verlassen"), &sure, &[]))
                button type="submit" class="secondary" { (visitor.say("Leave the network", "Das Netzwerk verlassen")) }
            }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

/// A standing in one word.
pub(crate) fn standing_name(visitor: &Visitor, standing: Standing) -> &'static str {
    match standing {
        Standing::Applying => visitor.say("applying", "im Antrag"),
        Standing::Admitted => visitor.say("admitted", "zugelassen"),
        Standing::Suspended => visitor.say("suspended", "ausgesetzt"),
        Standing::Left => visitor.say("left", "ausgeschieden"),
        Standing::Refused => visitor.say("refused", "abgelehnt"),
    }
}

fn meaning(visitor: &Visitor, standing: Standing) -> &'static str {
    match standing {
        Standing::Applying => visitor.say(
            "Your firm does not take part yet: write its application, or wait for the answer.",
            "Ihre Firma nimmt noch nicht teil: Schreiben Sie den Antrag, oder warten Sie auf die Antwort.",
        ),
        Standing::Admitted => visitor.say("Your firm takes part.", "Ihre Firma nimmt teil."),
        Standing::Suspended => visitor.say(
            "New investments are refused for the time being; what runs goes on.",
            "Neue Investments werden vorerst abgewiesen; Laufendes wird ausgeführt.",
        ),
        Standing::Left => visitor.say(
            "Your firm has left; it may apply again.",
            "Ihre Firma ist ausgeschieden; sie kann erneut einen Antrag stellen.",
        ),
        Standing::Refused => visitor.say(
            "Your firm's application was refused; it may apply again.",
            "Der Antrag Ihrer Firma wurde abgelehnt; sie kann erneut einen Antrag stellen.",
        ),
    }
}
