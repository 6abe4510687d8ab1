//! The forms that propose to enter something without the holder's signature.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use maud::html;
use registry::{Answer, Request, Right, conversions, products, reregistrations, restrictions};
use serde_json::Value;
use uuid::Uuid;
use wire::Problem;
use wire::decisions::Decision;

use super::inputs::{
    conversion_inputs, reregistration_inputs, restriction_inputs, reversal_inputs,
};
use crate::Console;
use crate::form::{Fields, Uploaded};
use crate::json_form::{self, Kind, Shape};
use crate::layout;
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::upload;
use crate::visitor::{Member, Visitor};

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
