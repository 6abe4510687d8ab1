//! What is told of an asset, for whoever reads it: the catalogue, its issuer, and the registrar.

use maud::{Markup, html};
use uuid::Uuid;
use wire::issuing::{Coupon, Fees, OfferDocument, Question, TargetMarket};
use wire::products::Term;

use crate::parts;
use crate::registers::shown;
use crate::visitor::Visitor;
use crate::words;

/// What the product pays, in a line.
pub(crate) fn coupon(visitor: &Visitor, coupon: Option<&Coupon>) -> Markup {
    let Some(coupon) = coupon else {
        return parts::optional(None::<&str>);
    };
    let mut said = vec![words::word(visitor, words::COUPONS, &shown(&coupon.kind))];
    said.extend(coupon.rate_percent.as_ref().map(|rate| format!("{rate} %")));
    said.extend(coupon.description.clone());
    parts::text(said.join(", "))
}

/// What the investor pays and the partner gets.
pub(crate) fn fees(visitor: &Visitor, fees: &Fees) -> Markup {
    let rows: Vec<Vec<Markup>> = [
        (visitor.say("Once", "Einmalig"), &fees.entry_percent),
        (visitor.say("Per year", "Pro Jahr"), &fees.ongoing_percent),
        (
            visitor.say("At repayment", "Bei Rückzahlung"),
            &fees.exit_percent,
        ),
        (
            visitor.say("Commission of the platform", "Vergütung der Plattform"),
            &fees.commission_percent,
        ),
    ]
    .into_iter()
    .map(|(name, percent)| vec![parts::text(name), parts::optional(percent.as_ref())])
    .collect();
    let head = [visitor.say("Costs", "Kosten"), "%"];
    parts::table(visitor, &head, &rows)
}

/// Whom the product is for.
pub(crate) fn target_market(visitor: &Visitor, market: Option<&TargetMarket>) -> Markup {
    let Some(market) = market else {
        return html! { p { em { (visitor.say("The issuer has not named a target market.", "Der Emittent hat keinen Zielmarkt genannt.")) } } };
    };
    let clients = market.client_categories.iter();
    let clients: Vec<_> = clients
        .map(|one| words::word(visitor, words::CLIENTS, &shown(one)))
        .collect();
    let word =
        |words: &[words::Word], code: String| parts::text(words::word(visitor, words, &code));
    parts::facts(&[
        (
            visitor.say("Clients", "Kunden"),
            parts::text(clients.join(", ")),
        ),
        (
            visitor.say("Knowledge", "Kenntnisse"),
            word(words::KNOWLEDGE, shown(&market.knowledge)),
        ),
        (
            visitor.say("Can afford to lose", "Verlusttragfähigkeit"),
            word(words::LOSSES, shown(&market.loss_capacity)),
        ),
        (
            visitor.say("Horizon in years", "Anlagehorizont in Jahren"),
            parts::text(market.horizon_years),
        ),
        (
            visitor.say("Objectives", "Ziele"),
            parts::optional(market.objectives.as_deref()),
        ),
        (
            visitor.say("Not for", "Nicht geeignet für"),
            parts::optional(market.negative.as_deref()),
        ),
    ])
}

/// The present version of each document, to be downloaded.
pub(crate) fn documents(visitor: &Visitor, product: Uuid, documents: &[OfferDocument]) -> Markup {
    let rows: Vec<Vec<Markup>> = documents
        .iter()
        .map(|one| {
            let path = format!("/console/catalogue/{product}/documents/{}", one.sha256);
            let kind = words::word(visitor, words::DOCUMENTS, &shown(&one.document_type));
            vec![
                html! { a href=(path) { (kind) } },
                parts::optional(one.title.as_deref()),
                parts::text(one.version),
                parts::text(format!("{} kB", one.size.div_ceil(1_000))),
                parts::long_code(&one.sha256),
            ]
        })
        .collect();
    let head = [
        visitor.say("Document", "Dokument"),
        visitor.say("Title", "Titel"),
        "Version",
        visitor.say("Size", "Größe"),
        "SHA-256",
    ];
    parts::table(visitor, &head, &rows)
}

/// The types of documents that an investor signs.
pub(crate) fn signed(visitor: &Visitor, types: &[String]) -> Markup {
    parts::text(match types {
        [] => visitor.say("none", "keine").to_owned(),
        types => types.join(", "),
    })
}

/// Essential terms.
pub(crate) fn terms(visitor: &Visitor, terms: &[Term]) -> Markup {
    let rows: Vec<Vec<Markup>> = terms
        .iter()
        .map(|term| vec![parts::text(&term.name), parts::text(&term.value)])
        .collect();
    let head = [
        visitor.say("Term", "Bedingung"),
        visitor.say("Value", "Wert"),
    ];
    parts::table(visitor, &head, &rows)
}

/// What a partner has to ask.
pub(crate) fn questions(visitor: &Visitor, questions: &[Question]) -> Markup {
    let rows: Vec<Vec<Markup>> = questions
        .iter()
        .map(|one| {
            let answer = words::word(visitor, words::ANSWERS, &shown(&one.kind));
            vec![
                parts::code(&one.key),
                parts::text(&one.text),
                parts::text(answer),
                parts::text(one.choices.join(", ")),
                parts::text(match one.required {
                    true => visitor.say("yes", "ja"),
                    false => visitor.say("no", "nein"),
                }),
            ]
        })
        .collect();
    let head = [
        visitor.say("Key", "Schlüssel"),
        visitor.say("Question", "Frage"),
        visitor.say("Answer", "Antwort"),
        visitor.say("Choices", "Auswahl"),
        visitor.say("Must be answered", "Pflicht"),
    ];
    parts::table(visitor, &head, &rows)
}
