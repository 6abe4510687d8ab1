//! How a holder comes to its own pages: it signs with its wallet, or opens the link that its platform gave it.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use registry::holder_sessions::{self, HolderSession, SignedMessage};
use wire::Problem;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::sign_in::path_segment;
use crate::visitor::Visitor;

const PATH: &str = "/holder/sign-in";

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get(PATH, Access::Public, show),
        Page::post(PATH, Access::Public, ask),
        Page::post("/holder/sign-in/signature", Access::Public, sign),
        Page::get("/holder/links/{token}", Access::Public, show_link),
        Page::post("/holder/links/{token}", Access::Public, open_link),
        Page::post("/holder/sign-out", Access::Public, out),
    ]
}

/// Whoever asks for a holder's page, signed in or not.
#[derive(Clone)]
pub(crate) struct HolderVisitor {
    pub(crate) visitor: Visitor,
    pub(crate) session: Option<HolderSession>,
}

impl FromRequestParts<Console> for HolderVisitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let visitor = Visitor::from_request_parts(parts, console).await?;
        let session = match visitor.is_new {
            true => None,
            false => holder_sessions::find(&console.registry, &visitor.token).await?,
        };
        Ok(Self { visitor, session })
    }
}

impl AsRef<Visitor> for HolderVisitor {
    fn as_ref(&self) -> &Visitor {
        &self.visitor
    }
}

/// A holder who is signed in.
#[derive(Clone)]
pub(crate) struct SignedInHolder {
    pub(crate) visitor: Visitor,
    pub(crate) session: HolderSession,
}

impl FromRequestParts<Console> for SignedInHolder {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refused> {
        let HolderVisitor { visitor, session } =
            HolderVisitor::from_request_parts(parts, console).await?;
        match session {
            Some(session) => Ok(Self { visitor, session }),
            None => Err(Refused::Elsewhere(PATH)),
        }
    }
}

async fn show(who: HolderVisitor) -> Response {
    match who.session {
        Some(_) => Redirect::to("/holder").into_response(),
        None => address_form(&who.visitor, &Fields::default(), None),
    }
}

async fn ask(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<HolderVisitor>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let address = fields.text("address");
    match holder_sessions::message(&console.registry, &visitor.token, address) {
        Ok(message) => {
            let signed = SignedMessage {
                address: message.address.to_string(),
                nonce: message.nonce.clone(),
                signature: String::new(),
            };
            Ok(signature_form(visitor, &signed, &message.text()))
        }
        Err(error) => {
            let problem = refusal(visitor, error)?;
            Ok(address_form(visitor, &fields, Some(&problem)))
        }
    }
}

async fn sign(
    State(console): State<Console>,
    Posted { who, fields, .. }: Posted<HolderVisitor>,
) -> Result<Response, Refused> {
    let signed = SignedMessage {
        address: fields.text("address").to_owned(),
        nonce: fields.text("nonce").to_owned(),
        signature: fields.text("signature").to_owned(),
    };
    let visitor = &who.visitor;
    let tried = holder_sessions::with_signature(&console.registry, &visitor.token, &signed).await;
    match tried {
        Ok(token) => Ok(layout::done_with_token(visitor, "/holder", &token)),
        // A text is signed once: the next attempt begins with a new one.
        Err(error) => {
            let problem = refusal(visitor, error)?;
            Ok(address_form(visitor, &fields, Some(&problem)))
        }
    }
}

fn address_form(visitor: &Visitor, fields: &Fields, problem: Option<&Problem>) -> Response {
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let body = html! {
        (parts::problem(visitor, problem))
        p { (visitor.say(
            "See what the register says about your holdings. Name your wallet; you then sign a text with it. That costs nothing and moves nothing.",
            "Sehen Sie, was das Register über Ihre Bestände sagt. Nennen Sie Ihre Wallet; damit unterschreiben Sie dann einen Text. Das kostet nichts und bewegt nichts.",
        )) }
        form method="post" action=(PATH) data-wallet="address" {
            (parts::hidden(visitor))
            (form.input("address", visitor.say("Address of your wallet", "Adresse Ihrer Wallet"), "text"))
            button type="submit" { (visitor.say("Go on", "Weiter")) }
        }
        p { (visitor.say(
            "No wallet of your own? Your platform gives you a link to this page.",
            "Keine eigene Wallet? Ihre Plattform gibt Ihnen einen Link zu dieser Seite.",
        )) }
        (script())
    };
    let title = visitor.say("Your holdings", "Ihre Bestände");
    layout::narrow(
        visitor,
        problem.map_or(StatusCode::OK, status),
        title,
        &body,
    )
}

fn signature_form(visitor: &Visitor, signed: &SignedMessage, text: &str) -> Response {
    let fields = Fields::default();
    let form = Form {
        visitor,
        fields: &fields,
        problem: None,
    };
    let body = html! {
        p { (visitor.say(
            "Sign this text with your wallet, as a personal message (EIP-191). It is good for ten minutes, once.",
            "Unterschreiben Sie diesen Text mit Ihrer Wallet als persönliche Nachricht (EIP-191). Er gilt zehn Minuten, einmal.",
        )) }
        (parts::copyable("message", text))
        form method="post" action="/holder/sign-in/signature" data-wallet="signature" {
            (parts::hidden(visitor))
            input type="hidden" name="address" value=(signed.address);
            input type="hidden" name="nonce" value=(signed.nonce);
            (form.input("signature", visitor.say("Signature (0x…)", "Unterschrift (0x…)"), "text"))
            button type="submit" { (visitor.say("Show my holdings", "Meine Bestände zeigen")) }
        }
        p { a href=(PATH) { (visitor.say("Another wallet", "Andere Wallet")) } }
        (script())
    };
    let title = visitor.say("Sign the text", "Text unterschreiben");
    layout::narrow(visitor, StatusCode::OK, title, &body)
}

fn script() -> Markup {
    html! { script src="/console/assets/wallet.js" defer {} }
}

/// The link is used by a button, because programs that look through mails follow links.
async fn show_link(who: HolderVisitor, Path(token): Path<String>) -> Response {
    let visitor = &who.visitor;
    let action = format!("/holder/links/{}", path_segment(&token));
    let body = html! {
        p { (visitor.say(
            "Behind this button is what the register says about your holdings. The link is good once; pass it on to nobody.",
            "Hinter diesem Knopf steht, was das Register über Ihre Bestände sagt. Der Link gilt einmal; geben Sie ihn nicht weiter.",
        )) }
        (parts::button(visitor, &action, visitor.say("Show my holdings", "Meine Bestände zeigen"), ""))
    };
    let title = visitor.say("Your holdings", "Ihre Bestände");
    layout::narrow(visitor, StatusCode::OK, title, &body)
}

async fn open_link(
    State(console): State<Console>,
    Path(token): Path<String>,
    Posted { who, .. }: Posted<HolderVisitor>,
) -> Result<Response, Refused> {
    let opened = holder_sessions::with_link(&console.registry, &token).await?;
    Ok(layout::done_with_token(&who.visitor, "/holder", &opened))
}

async fn out(
    State(console): State<Console>,
    Posted { who, .. }: Posted<HolderVisitor>,
) -> Result<Response, Refused> {
    holder_sessions::end(&console.registry, &who.visitor.token).await?;
    Ok(Redirect::to(PATH).into_response())
}
