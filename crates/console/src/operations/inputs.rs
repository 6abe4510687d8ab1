//! What each of those forms asks for.

use maud::{Markup, html};

use super::{GROUNDS, RIGHTS};
use crate::parts::Form;
use crate::visitor::Visitor;
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

pub(super) fn reregistration_inputs(form: &Form<'_>) -> Markup {
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

pub(super) fn reversal_inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let causes = choices(visitor, CAUSES, &["no_instruction", "mistake"]);
    html! {
        (form.input("entry", visitor.say("Number of the wrong entry", "Nummer der falschen Eintragung"), "number"))
        (form.select("cause", visitor.say("What was wrong", "Was falsch war"), &causes, "no_instruction"))
        (form.input("holder_consent", visitor.say("After a mistake: the holder's consent", "Nach einem Irrtum: Zustimmung des Inhabers"), "text"))
        (form.input("issuer_consent", visitor.say("After a mistaken delivery: the issuer's consent", "Nach einer irrtümlichen Lieferung: Zustimmung des Emittenten"), "text"))
    }
}

pub(super) fn restriction_inputs(form: &Form<'_>) -> Markup {
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

pub(super) fn conversion_inputs(form: &Form<'_>) -> Markup {
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
