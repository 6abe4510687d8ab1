//! The forms that propose to enter something without the holder's signature.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use maud::{Markup, html};
use registry::{Answer, Request, Right, conversions, products, reregistrations, restrictions};
use serde_json::Value;
use uuid::Uuid;
use wire::Problem;
use wire::decisions::Decision;

use super::{GROUNDS, RIGHTS};
use crate::Console;
use crate::form::{Fields, Uploaded};
use crate::json_form::{self, Kind, Shape};
use crate::layout;
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::upload;
use crate::visitor::{Member, Visitor};
use crate::words::{Word, with_none, word};

const CAUSES: &[Word] = &[
    (
        "no_instruction",
        "Nobody entitled had instructed it",
        "Kein Berechtigter hatte sie angewiesen",
    ),
    (
        "mistake",
        "It was instructed by mistake",
        "Sie wurde irrtümlich angewiesen",
    ),
];
const AUTHORITIES: &[Word] = &[
    ("holder", "Holder", "Inhaber"),
    ("legal_transaction", "Legal transaction", "Rechtsgeschäft"),
    ("law", "Law", "Gesetz"),
    ("court", "Court", "Gericht"),
    ("administrative_act", "Authority", "Behörde"),
];

const REREGISTRATION: Shape = &[
    ("ground", Kind::Text),
    ("wallet_id", Kind::Text),
    ("target_wallet_id", Kind::Text),
    ("units", Kind::OptionalNumber),
    ("identified_on", Kind::Optional),
    ("legal_basis", Kind::Text),
    ("document_id", Kind::Text),
    ("reason", Kind::Text),
];
const REVERSAL: Shape = &[
    ("entry", Kind::Number),
    ("cause", Kind::Text),
    ("holder_consent", Kind::Optional),
    ("issuer_consent", Kind::Optional),
    ("legal_basis", Kind::Text),
    ("document_id", Kind::Text),
    ("reason", Kind::Text),
];
const RESTRICTION: Shape = &[
    ("kind", Kind::Text),
    ("authority", Kind::Text),
    ("wallet_id", Kind::Text),
    ("units", Kind::OptionalNumber),
    ("beneficiary.name", Kind::Optional),
    ("beneficiary.seat", Kind::Optional),
    ("beneficiary.forename", Kind::Optional),
    ("beneficiary.surname", Kind::Optional),
    ("beneficiary.birth_date", Kind::Optional),
    ("beneficiary.residence", Kind::Optional),
    ("key_address", Kind::Optional),
    ("valid_until", Kind::Optional),
    ("legal_basis", Kind::Text),
    ("document_id", Kind::Text),
    ("reason", Kind::Text),
];

const CONVERSION: Shape = &[
    ("wallet_id", Kind::Text),
    ("entry_type", Kind::Text),
    ("custodian.kind", Kind::Optional),
    ("custodian.authority", Kind::Optional),
    ("custodian.number", Kind::Optional),
    ("document_id", Kind::Text),
    ("reason", Kind::Text),
];
const ENTRY_TYPES: &[Word] = &[
    ("collective", "Collective entry", "Sammeleintragung"),
    ("single", "Single entry", "Einzeleintragung"),
];
const CUSTODIANS: &[Word] = &[
    ("custodian", "Custodian", "Verwahrer"),
    (
        "csd",
        "Central securities depository",
        "Wertpapiersammelbank",
    ),
];

/// What a form proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Reregistration,
    Reversal,
    Restriction,
    Conversion,
}

impl What {
    pub(super) const ALL: [Self; 4] = [
        Self::Reregistration,
        Self::Reversal,
        Self::Restriction,
        Self::Conversion,
    ];

    const fn shape(self) -> Shape {
        match self {
            Self::Reregistration => REREGISTRATION,
            Self::Reversal => REVERSAL,
            Self::Restriction => RESTRICTION,
            Self::Conversion => CONVERSION,
        }
    }

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Reregistration => "reregistration",
            Self::Reversal => "reversal",
            Self::Restriction => "restriction",
            Self::Conversion => "conversion",
        }
    }

    pub(super) fn title(self, visitor: &Visitor) -> &'static str {
        match self {
            Self::Reregistration => visitor.say(
                "Re-register units without the holder's signature",
                "Umtragung ohne Unterschrift des Inhabers",
            ),
            Self::Reversal => visitor.say(
                "Reverse a wrong entry",
                "Falsche Eintragung rückgängig machen",
            ),
            Self::Restriction => visitor.say(
                "Enter a restriction or right",
                "Beschränkung oder Recht eintragen",
            ),
            Self::Conversion => visitor.say(
                "Change how a holder is entered (§ 8 eWpG)",
                "Art der Eintragung ändern (§ 8 eWpG)",
            ),
        }
    }
}

pub(super) async fn reregistration(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let about = (What::Reregistration, ProductId::from_uuid(id));
    render(&console, &who, about, (&Fields::default(), None)).await
}

pub(super) async fn reversal(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let about = (What::Reversal, ProductId::from_uuid(id));
    render(&console, &who, about, (&Fields::default(), None)).await
}

pub(super) async fn restriction(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let about = (What::Restriction, ProductId::from_uuid(id));
    render(&console, &who, about, (&Fields::default(), None)).await
}

pub(super) async fn conversion(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let about = (What::Conversion, ProductId::from_uuid(id));
    render(&console, &who, about, (&Fields::default(), None)).await
}

pub(super) async fn propose_conversion(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    propose(
        &console,
        (What::Conversion, ProductId::from_uuid(id)),
        uploaded,
    )
    .await
}

pub(super) async fn propose_reregistration(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    propose(
        &console,
        (What::Reregistration, ProductId::from_uuid(id)),
        uploaded,
    )
    .await
}

pub(super) async fn propose_reversal(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    propose(
        &console,
        (What::Reversal, ProductId::from_uuid(id)),
        uploaded,
    )
    .await
}

pub(super) async fn propose_restriction(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    propose(
        &console,
        (What::Restriction, ProductId::from_uuid(id)),
        uploaded,
    )
    .await
}

/// Keeps the document that came along, and then proposes.
async fn propose(
    console: &Console,
    about: (What, ProductId),
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    let Uploaded { posted, file } = uploaded;
    posted.who.caller.require(Right::WriteNetwork)?;
    let mut fields = posted.fields.clone();
    if let Some(file) = file {
        match upload::keep(console, &posted, file).await {
            Ok(document) => {
                let kept = [("document_id", document.id.to_string())];
                fields = upload::with(&fields, &kept);
            }
            Err(error) => {
                let problem = refusal(&posted.who, error)?;
                return render(console, &posted.who, about, (&fields, Some(&problem))).await;
            }
        }
    }
    let proposed = match json_form::read(&fields, about.0.shape()) {
        Ok(body) => said(console, &posted.request(), about, &body).await,
        Err(errors) => Err(errors.into()),
    };
    match proposed.and_then(|answer| answer.json::<Decision>()) {
        Ok(decision) => {
            let path = format!("/console/decisions/{}", decision.id);
            Ok(layout::done(&path, "proposed"))
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(console, &posted.who, about, (&fields, Some(&problem))).await
        }
    }
}

async fn said(
    console: &Console,
    request: &Request,
    (what, product): (What, ProductId),
    body: &Value,
) -> registry::Result<Answer> {
    let registry = &console.registry;
    match what {
        What::Reregistration => {
            let body = json_form::body(body)?;
            reregistrations::propose(registry, request, product, body).await
        }
        What::Reversal => {
            let body = json_form::body(body)?;
            reregistrations::propose_reversal(registry, request, product, body).await
        }
        What::Restriction => {
            let body = json_form::body(body)?;
            restrictions::propose(registry, request, product, body).await
        }
        What::Conversion => {
            let body = json_form::body(body)?;
            conversions::propose(registry, request, product, body).await
        }
    }
}

async fn render(
    console: &Console,
    who: &Member,
    (what, product): (What, ProductId),
    (fields, problem): (&Fields, Option<&Problem>),
) -> Result<Response, Refused> {
    who.caller.require(Right::WriteNetwork)?;
    let visitor = &who.visitor;
    let product = products::get_any(&console.registry, &who.caller, product).await?;
    let names = upload::names(console, who, fields).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let path = format!("/console/registers/{}", product.id);
    let title = what.title(visitor);
    let kept = fields.text("document_id");
    let body = html! {
        (parts::back(&format!("{path}/operations"), &product.name))
        h1 { (title) }
        (parts::problem(visitor, problem))
        form method="post" action=(format!("{path}/{}", what.path())) enctype="multipart/form-data" {
            (parts::hidden(visitor))
            @match what {
                What::Reregistration => (reregistration_inputs(&form)),
                What::Reversal => (reversal_inputs(&form)),
                What::Restriction => (restriction_inputs(&form)),
                What::Conversion => (conversion_inputs(&form)),
            }
            @if what != What::Conversion {
                (form.input("legal_basis", visitor.say("Legal basis, with file number", "Rechtsgrund, mit Aktenzeichen"), "text"))
            }
            div class="field" {
                label { (visitor.say("Document (PDF)", "Dokument (PDF)")) input type="file" name="file" accept="application/pdf"; }
                (form.wrong_with("document_id"))
            }
            input type="hidden" name="document_id" value=(kept);
            @if !kept.is_empty() { p { (upload::name(&names, kept)) } }
            (form.area("reason", visitor.say("Reasons, for the one who confirms and for the record", "Gründe, für die zweite Person und die Akten"), 4))
            button type="submit" { (visitor.say("Propose", "Vorschlagen")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn reregistration_inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let grounds = choices(
        visitor,
        GROUNDS,
        &[
            "succession",
            "court_order",
            "administrative_act",
            "lost_key",
        ],
    );
    html! {
        (form.select("ground", visitor.say("Ground", "Grund"), &grounds, "succession"))
        (form.input("wallet_id", visitor.say("ID of the wallet that gives", "ID der Wallet, die gibt"), "text"))
        (form.input("target_wallet_id", visitor.say("ID of the wallet that receives", "ID der Wallet, die empfängt"), "text"))
        (form.input("units", visitor.say("Units; empty for all", "Stück; leer für alle"), "number"))
        (form.input("identified_on", visitor.say("After a lost key: identified anew on", "Nach Schlüsselverlust: neu identifiziert am"), "date"))
    }
}

fn reversal_inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let causes = choices(visitor, CAUSES, &["no_instruction", "mistake"]);
    html! {
        (form.input("entry", visitor.say("Number of the wrong entry", "Nummer der falschen Eintragung"), "number"))
        (form.select("cause", visitor.say("What was wrong", "Was falsch war"), &causes, "no_instruction"))
        (form.input("holder_consent", visitor.say("After a mistake: the holder's consent", "Nach einem Irrtum: Zustimmung des Inhabers"), "text"))
        (form.input("issuer_consent", visitor.say("After a mistaken delivery: the issuer's consent", "Nach einer irrtümlichen Lieferung: Zustimmung des Emittenten"), "text"))
    }
}

fn restriction_inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let kinds: Vec<&str> = RIGHTS.iter().map(|(code, _, _)| *code).collect();
    let kinds = choices(visitor, RIGHTS, &kinds);
    let authorities: Vec<&str> = AUTHORITIES.iter().map(|(code, _, _)| *code).collect();
    let authorities = choices(visitor, AUTHORITIES, &authorities);
    html! {
        (form.select("kind", visitor.say("Right", "Recht"), &kinds, "pledge"))
        (form.select("authority", visitor.say("Instructed by", "Angewiesen von"), &authorities, "holder"))
        (form.input("wallet_id", visitor.say("ID of the wallet", "ID der Wallet"), "text"))
        (form.input("units", visitor.say("Units; empty for all", "Stück; leer für alle"), "number"))
        fieldset {
            legend { (visitor.say("In favour of an organisation, or of a person", "Zugunsten einer Organisation oder einer Person")) }
            (form.input("beneficiary.name", visitor.say("Firm", "Firma"), "text"))
            (form.input("beneficiary.seat", visitor.say("Seat", "Sitz"), "text"))
            (form.input("beneficiary.forename", visitor.say("First names", "Vornamen"), "text"))
            (form.input("beneficiary.surname", visitor.say("Family name", "Familienname"), "text"))
            (form.input("beneficiary.birth_date", visitor.say("Date of birth", "Geburtsdatum"), "date"))
            (form.input("beneficiary.residence", visitor.say("Place of residence", "Wohnort"), "text"))
        }
        (form.input("key_address", visitor.say("Address of the third party's key, if it will sign", "Adresse des Schlüssels des Dritten, falls er unterschreiben wird"), "text"))
        (form.input("valid_until", visitor.say("Agreed until", "Vereinbart bis"), "date"))
    }
}

fn conversion_inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let types = choices(visitor, ENTRY_TYPES, &["collective", "single"]);
    let custodians = with_none(visitor, CUSTODIANS);
    html! {
        (form.input("wallet_id", visitor.say("ID of the holder's wallet", "ID der Wallet des Inhabers"), "text"))
        (form.select("entry_type", visitor.say("Entered from now on", "Eingetragen von nun an"), &types, "collective"))
        fieldset {
            legend { (visitor.say("The holder's licence, for a collective entry", "Erlaubnis des Inhabers, für eine Sammeleintragung")) }
            (form.select("custodian.kind", visitor.say("Kind", "Art"), &custodians, ""))
            (form.input("custodian.authority", visitor.say("Licensed by", "Erteilt von"), "text"))
            (form.input("custodian.number", visitor.say("Number", "Nummer"), "text"))
        }
    }
}

fn choices(visitor: &Visitor, words: &[Word], codes: &[&str]) -> Vec<(String, String)> {
    let each = codes.iter();
    each.map(|code| ((*code).to_owned(), word(visitor, words, code)))
        .collect()
}
