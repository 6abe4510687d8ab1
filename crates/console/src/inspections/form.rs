//! The form that notes who asks for an inspection.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use maud::{Markup, html};
use registry::{Right, inspections, products};
use uuid::Uuid;
use wire::Problem;
use wire::inspections::Inspection;

use super::{BASES, PATH, SCOPES};
use crate::Console;
use crate::form::{Fields, Posted};
use crate::json_form::{self, Kind, Shape};
use crate::layout;
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::visitor::{Member, Visitor};
use crate::words::{Word, word};

const REQUEST: Shape = &[
    ("person.name", Kind::Text),
    ("person.birth_date", Kind::Text),
    ("person.address", Kind::Text),
    ("person.identified_by", Kind::Text),
    ("person.identified_on", Kind::Text),
    ("represents", Kind::Optional),
    ("legal_basis", Kind::Text),
    ("interest", Kind::Text),
    ("evidence", Kind::Text),
    ("scope", Kind::Text),
    ("holder_id", Kind::Optional),
    ("assessment.interest", Kind::Optional),
    ("assessment.necessity", Kind::Optional),
    ("assessment.balance", Kind::Optional),
];

pub(super) async fn begin(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let id = ProductId::from_uuid(id);
    request_form(&console, &who, id, (&Fields::default(), None)).await
}

pub(super) async fn ask(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ProductId::from_uuid(id);
    let read = json_form::read(&posted.fields, REQUEST);
    let asked = match read.and_then(|body| json_form::body(&body)) {
        Ok(body) => inspections::request(&console.registry, &posted.request(), id, body).await,
        Err(errors) => Err(errors.into()),
    };
    match asked.and_then(|answer| answer.json::<Inspection>()) {
        Ok(one) => Ok(layout::done(&format!("{PATH}/{}", one.id), "proposed")),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            request_form(&console, &posted.who, id, (&posted.fields, Some(&problem))).await
        }
    }
}

async fn request_form(
    console: &Console,
    who: &Member,
    product: ProductId,
    (fields, problem): (&Fields, Option<&Problem>),
) -> Result<Response, Refused> {
    who.caller.require(Right::WriteNetwork)?;
    let visitor = &who.visitor;
    let product = products::get_any(&console.registry, &who.caller, product).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let path = format!("/console/registers/{}", product.id);
    let title = visitor.say(
        "Note who asks for an inspection",
        "Ersuchen um Einsicht vermerken",
    );
    let body = html! {
        (parts::back(&path, &product.name))
        h1 { (title) }
        (parts::problem(visitor, problem))
        form method="post" action=(format!("{path}/inspection")) {
            (parts::hidden(visitor))
            (inputs(&form))
            button type="submit" { (visitor.say("Propose", "Vorschlagen")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Who looks", "Wer Einsicht nimmt")) }
        div class="two" {
            (form.input("person.name", visitor.say("First names and family name", "Vor- und Nachname"), "text"))
            (form.input("person.birth_date", visitor.say("Date of birth", "Geburtsdatum"), "date"))
            (form.input("person.address", visitor.say("Address", "Anschrift"), "text"))
            (form.input("person.identified_by", visitor.say("Identified by (kind, number, issuer of the document)", "Identifiziert durch (Art, Nummer, Aussteller des Ausweises)"), "text"))
            (form.input("person.identified_on", visitor.say("Identified on", "Identifiziert am"), "date"))
            (form.input("represents", visitor.say("For whom, if not for himself", "Für wen, wenn nicht für sich selbst"), "text"))
        }
        h2 { (visitor.say("What and why", "Was und warum")) }
        div class="two" {
            (form.select("legal_basis", visitor.say("Ground", "Grund"), &options(visitor, BASES), "legitimate_interest"))
            (form.select("scope", visitor.say("What is shown", "Was gezeigt wird"), &options(visitor, SCOPES), "register"))
        }
        (form.input("holder_id", visitor.say("Identifier of the holder, for one holder", "Kennung des Inhabers, bei einem Inhaber"), "text"))
        (form.area("interest", visitor.say("The interest", "Das Interesse"), 3))
        (form.input("evidence", visitor.say("What shows it, such as a file number", "Nachweis, etwa ein Aktenzeichen"), "text"))
        h2 { (visitor.say("The three parts of § 10(3) eWpG, to show who a holder is", "Die drei Teile des § 10 Abs. 3 eWpG, wenn gezeigt wird, wer ein Inhaber ist")) }
        (form.wrong_with("assessment"))
        (form.area("assessment.interest", visitor.say("The special legitimate interest", "Das besondere berechtigte Interesse"), 2))
        (form.area("assessment.necessity", visitor.say("Why the inspection is necessary for it", "Warum die Einsicht dafür erforderlich ist"), 2))
        (form.area("assessment.balance", visitor.say("Why the holder's interest in secrecy does not outweigh it", "Warum das Interesse des Inhabers an Geheimhaltung nicht überwiegt"), 2))
    }
}

fn options(visitor: &Visitor, words: &[Word]) -> Vec<(String, String)> {
    let shown = words
        .iter()
        .map(|(code, _, _)| ((*code).to_owned(), word(visitor, words, code)));
    shown.collect()
}
