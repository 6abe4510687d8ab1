//! A product as the fields of its form, in sections; they have the names of the Issuer API.

use maud::{Markup, html};
use serde_json::Value;
use wire::issuing::IssuedProduct;

use crate::form::Fields;
use crate::json_form::{self, Kind, Shape, rows_shown};
use crate::parts::Form;
use crate::visitor::Visitor;
use crate::words;

/// What may change as long as the product is not issued.
pub(crate) const PROPOSED: Shape = &[
    ("issuer_id", Kind::Text),
    ("name", Kind::Text),
    ("product_type", Kind::Text),
    ("ewpg", Kind::Yes),
    ("legal_form", Kind::Optional),
    ("isin", Kind::Text),
    ("asset_code", Kind::Optional),
    ("sector", Kind::Optional),
    ("nominal_value", Kind::Amount),
    ("issuance_price", Kind::Amount),
    ("max_issuable_amount", Kind::Number),
    ("step_size", Kind::Number),
    ("minimum_units", Kind::OptionalNumber),
    ("agio_percent", Kind::Optional),
    ("payment_deadline", Kind::Number),
    ("cancellation_deadline", Kind::Number),
    ("lock_in_time", Kind::OptionalNumber),
    ("matures_on", Kind::Optional),
    ("network", Kind::Text),
    ("backup_wallet_address", Kind::Optional),
    ("payment_account.account_holder", Kind::Optional),
    ("payment_account.iban", Kind::Optional),
    ("payment_account.bic", Kind::Optional),
    ("coupon.kind", Kind::Optional),
    ("coupon.rate_percent", Kind::Optional),
    ("coupon.description", Kind::Optional),
    ("terms[].name", Kind::Text),
    ("terms[].value", Kind::Text),
    ("share.share_class", Kind::Optional),
    ("share.paid_in_percent", Kind::Optional),
    ("share.votes_per_share", Kind::OptionalNumber),
    ("share.company_consent_required", Kind::OptionalYes),
    ("mixed_stock", Kind::Optional),
    ("collective_entry_excluded", Kind::Yes),
    ("denomination_units", Kind::OptionalNumber),
    ("publication_restricted", Kind::Yes),
    ("issuance_document_id", Kind::Optional),
];

/// What partners are told, which may change as long as the product is sold.
pub(crate) const TOLD: Shape = &[
    ("description", Kind::Optional),
    ("documents[].document_type", Kind::Text),
    ("documents[].document_id", Kind::Text),
    ("documents[].title", Kind::Optional),
    ("required_document_types", Kind::Words),
    ("questions[].key", Kind::Text),
    ("questions[].text", Kind::Text),
    ("questions[].kind", Kind::Text),
    ("questions[].choices", Kind::Words),
    ("questions[].required", Kind::Yes),
    ("target_market.client_categories", Kind::Boxes),
    ("target_market.knowledge", Kind::Optional),
    ("target_market.loss_capacity", Kind::Optional),
    ("target_market.horizon_years", Kind::OptionalNumber),
    ("target_market.objectives", Kind::Optional),
    ("target_market.negative", Kind::Optional),
    ("fees.entry_percent", Kind::Optional),
    ("fees.ongoing_percent", Kind::Optional),
    ("fees.exit_percent", Kind::Optional),
    ("fees.commission_percent", Kind::Optional),
    ("offering_opens_at", Kind::Optional),
    ("offering_closes_at", Kind::Optional),
    ("circle", Kind::Boxes),
];

/// What can be chosen in a product's form.
pub(crate) struct Choices {
    /// The issuers of the account: id and firm.
    pub(crate) issuers: Vec<(String, String)>,
    /// Platforms for a circle: id and firm.
    pub(crate) platforms: Vec<(String, String)>,
}

/// What the form says of a product that is not issued.
pub(crate) fn proposed(fields: &Fields) -> registry::Result<Value> {
    let mut body = json_form::read(fields, PROPOSED)?;
    let told = told(fields)?;
    let is_nominal = !body["nominal_value"].is_null();
    if let (Some(body), Value::Object(told)) = (body.as_object_mut(), told) {
        body.extend(told);
        body.insert("provide_nominal_value".to_owned(), is_nominal.into());
    }
    Ok(body)
}

/// What the form says of a product that is sold.
pub(crate) fn told(fields: &Fields) -> registry::Result<Value> {
    let mut body = json_form::read(fields, TOLD)?;
    // Boxes are a list even when none is ticked; alone they make no target market.
    let market = &mut body["target_market"];
    if market.as_object().is_some_and(|market| market.len() == 1)
        && market["client_categories"] == serde_json::json!([])
    {
        *market = Value::Null;
    }
    Ok(body)
}

/// A product as the fields of its form.
pub(crate) fn known(product: &IssuedProduct) -> registry::Result<Fields> {
    let mut body = serde_json::to_value(product).map_err(registry::Error::fault)?;
    if let Some(terms) = body["terms"].as_array_mut() {
        // Those that follow from documents or from what is entered nobody names.
        terms.retain(|term| {
            let name = term["name"].as_str().unwrap_or_default();
            !translate::issuing::is_derived(name)
        });
    }
    if let Some(documents) = body["documents"].as_array_mut() {
        documents.retain(|document| document["document_type"] != "ISSUANCE");
    }
    let mut fields = json_form::known(&body, PROPOSED);
    fields.extend(json_form::known(&body, TOLD));
    Ok(Fields::known(fields))
}

/// A new product's form before anything is said.
pub(crate) fn empty(network: &str) -> Fields {
    let fields = [
        ("ewpg", "false"),
        ("collective_entry_excluded", "false"),
        ("publication_restricted", "false"),
        ("currency", "EUR"),
        ("step_size", "1"),
        ("payment_deadline", "14"),
        ("cancellation_deadline", "14"),
        ("network", network),
    ];
    let owned = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Fields::known(owned.to_vec())
}

/// The sections of what can only be said before the issue.
pub(crate) fn proposed_inputs(form: &Form<'_>, choices: &Choices) -> Markup {
    let visitor = form.visitor;
    let chosen = |name: &str| form.fields.text(name).to_owned();
    let input = |name: &str, label: &str| form.input(name, label, "text");
    html! {
        h2 { (visitor.say("Issuer and product", "Emittent und Produkt")) }
        div class="two" {
            (form.select("issuer_id", visitor.say("Issuer", "Emittent"), &choices.issuers, &chosen("issuer_id")))
            (input("name", "Name"))
            (form.select("product_type", visitor.say("Kind of product", "Art des Produkts"), &words::options(visitor, words::PRODUCT_TYPES), &chosen("product_type")))
            (form.select("ewpg", visitor.say("Crypto security (eWpG)", "Kryptowertpapier (eWpG)"), &words::yes_no(visitor), &chosen("ewpg")))
            (form.select("legal_form", visitor.say("Legal form", "Rechtsform"), &words::with_none(visitor, words::LEGAL_FORMS), &chosen("legal_form")))
            (input("isin", "ISIN"))
            (input("asset_code", visitor.say("Symbol of the token (optional)", "Symbol des Tokens (optional)")))
            (input("sector", visitor.say("Sector, such as real_estate", "Sektor, etwa real_estate")))
        }
        h2 { (visitor.say("Price and volume", "Preis und Volumen")) }
        div class="two" {
            (input("nominal_value", visitor.say("Nominal value of a unit", "Nennwert je Stück")))
            (input("issuance_price", visitor.say("or, without one, the issue price", "oder, ohne Nennwert, der Ausgabepreis")))
            (input("currency", visitor.say("Currency", "Währung")))
            (input("max_issuable_amount", visitor.say("Units for sale", "Stück zum Verkauf")))
            (input("step_size", visitor.say("Step in units", "Schritt in Stück")))
            (input("minimum_units", visitor.say("Smallest investment in units", "Mindestanlage in Stück")))
            (input("agio_percent", "Agio %"))
        }
        (form.wrong_with("provide_nominal_value"))
        h2 { (visitor.say("Deadlines and maturity", "Fristen und Laufzeit")) }
        div class="two" {
            (input("payment_deadline", visitor.say("Days to pay", "Zahlungsfrist in Tagen")))
            (input("cancellation_deadline", visitor.say("Days to cancel", "Widerrufsfrist in Tagen")))
            (input("lock_in_time", visitor.say("Days of lock-in", "Haltefrist in Tagen")))
            (form.input("matures_on", visitor.say("Repaid on", "Rückzahlung am"), "date"))
        }
        h2 { "Coupon" }
        div class="two" {
            (form.select("coupon.kind", visitor.say("Kind", "Art"), &words::with_none(visitor, words::COUPONS), &chosen("coupon.kind")))
            (input("coupon.rate_percent", visitor.say("Per year in %", "Pro Jahr in %")))
            (input("coupon.description", visitor.say("Calculation and dates", "Berechnung und Termine")))
        }
        (terms(form))
        h2 { (visitor.say("What is entered (§ 17(1) eWpG)", "Was eingetragen wird (§ 17 Abs. 1 eWpG)")) }
        div class="two" {
            (input("share.share_class", visitor.say("Class of share (shares only)", "Aktiengattung (nur Aktien)")))
            (input("share.paid_in_percent", visitor.say("Paid of the issue price in %", "Eingezahlt vom Ausgabebetrag in %")))
            (input("share.votes_per_share", visitor.say("Votes of a share, 0 without a right to vote", "Stimmen je Aktie, 0 ohne Stimmrecht")))
            (form.select("share.company_consent_required", visitor.say("Transferred with the company's consent only", "Übertragung nur mit Zustimmung der Gesellschaft"), &words::yes_no_or_none(visitor), &chosen("share.company_consent_required")))
            (input("mixed_stock", visitor.say("Mixed stock, in the words of the entry (optional)", "Mischbestand, im Wortlaut der Eintragung (optional)")))
            (input("denomination_units", visitor.say("Passed on in multiples of so many units (optional)", "Übertragbar in Vielfachen von so viel Stück (optional)")))
            (form.select("collective_entry_excluded", visitor.say("Collective entry excluded by the terms", "Sammeleintragung nach den Bedingungen ausgeschlossen"), &words::yes_no(visitor), &chosen("collective_entry_excluded")))
        }
        (form.wrong_with("share"))
        h2 { (visitor.say("Network and account", "Netzwerk und Konto")) }
        div class="two" {
            (input("network", visitor.say("DLT network", "DLT-Netzwerk")))
            (input("backup_wallet_address", visitor.say("Wallet for lost keys (optional)", "Wallet für verlorene Schlüssel (optional)")))
            (input("payment_account.account_holder", visitor.say("Account holder (empty: the issuer's account)", "Kontoinhaber (leer: Konto des Emittenten)")))
            (input("payment_account.iban", "IBAN"))
            (input("payment_account.bic", "BIC"))
        }
        (form.wrong_with("payment_account"))
        h2 { (visitor.say("Who sees the offer", "Wer das Angebot sieht")) }
        (form.select("publication_restricted", visitor.say("Only a circle of platforms", "Nur ein Kreis von Plattformen"), &words::yes_no(visitor), &chosen("publication_restricted")))
    }
}

/// The sections of what partners are told.
pub(crate) fn told_inputs(form: &Form<'_>, choices: &Choices) -> Markup {
    let visitor = form.visitor;
    let chosen = |name: &str| form.fields.text(name).to_owned();
    let input = |name: &str, label: &str| form.input(name, label, "text");
    let ticked = |name: &str| form.fields.all(name).map(str::to_owned).collect::<Vec<_>>();
    let select = |name: &str, label: &str, words: &[words::Word]| {
        form.select(
            name,
            label,
            &words::with_none(visitor, words),
            &chosen(name),
        )
    };
    html! {
        (form.boxes("circle", visitor.say("The circle (none: open to all)", "Der Kreis (keiner: offen für alle)"), &choices.platforms, &ticked("circle")))
        h2 { (visitor.say("Offer", "Angebot")) }
        (form.area("description", visitor.say("What an investor should know, in a paragraph", "Was ein Anleger wissen sollte, in einem Absatz"), 4))
        div class="two" {
            (input("offering_opens_at", visitor.say("Begins (such as 2026-12-01T08:00:00Z)", "Beginn (etwa 2026-12-01T08:00:00Z)")))
            (input("offering_closes_at", visitor.say("Ends", "Ende")))
            (input("required_document_types", visitor.say("Documents that an investor signs, with commas", "Dokumente, die ein Anleger unterschreibt, mit Kommas")))
        }
        h2 { (visitor.say("Target market", "Zielmarkt")) }
        (form.boxes("target_market.client_categories", visitor.say("Clients", "Kunden"), &words::options(visitor, words::CLIENTS), &ticked("target_market.client_categories")))
        div class="two" {
            (select("target_market.knowledge", visitor.say("Knowledge", "Kenntnisse"), words::KNOWLEDGE))
            (select("target_market.loss_capacity", visitor.say("Can afford to lose", "Verlusttragfähigkeit"), words::LOSSES))
            (input("target_market.horizon_years", visitor.say("Horizon in years", "Anlagehorizont in Jahren")))
            (input("target_market.objectives", visitor.say("Objectives", "Ziele")))
            (input("target_market.negative", visitor.say("Not for", "Nicht geeignet für")))
        }
        (form.wrong_with("target_market"))
        h2 { (visitor.say("Costs in % of the investment", "Kosten in % der Anlage")) }
        div class="two" {
            (input("fees.entry_percent", visitor.say("Once", "Einmalig")))
            (input("fees.ongoing_percent", visitor.say("Per year", "Pro Jahr")))
            (input("fees.exit_percent", visitor.say("At repayment", "Bei Rückzahlung")))
            (input("fees.commission_percent", visitor.say("Commission of the platform", "Vergütung der Plattform")))
        }
        (questions(form))
    }
}

fn terms(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Essential terms", "Wesentliche Bedingungen")) }
        (form.wrong_with("terms"))
        @for index in 0..rows_shown(form.fields, "terms", "name") {
            div class="two" {
                (form.input(&format!("terms[{index}].name"), "Name", "text"))
                (form.input(&format!("terms[{index}].value"), visitor.say("Value", "Wert"), "text"))
            }
        }
    }
}

fn questions(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    html! {
        h2 { (visitor.say("Questions to the investor", "Fragen an den Anleger")) }
        (form.wrong_with("questions"))
        @for index in 0..rows_shown(form.fields, "questions", "key") {
            @let name = |member: &str| format!("questions[{index}].{member}");
            div class="two" {
                (form.input(&name("key"), visitor.say("Key of the answer", "Schlüssel der Antwort"), "text"))
                (form.input(&name("text"), visitor.say("Question", "Frage"), "text"))
                (form.select(&name("kind"), visitor.say("Answer", "Antwort"), &question_kinds(visitor), form.fields.text(&name("kind"))))
                (form.input(&name("choices"), visitor.say("Choices, with commas", "Auswahl, mit Kommas"), "text"))
                (form.select(&name("required"), visitor.say("Must be answered", "Pflicht"), &words::yes_no(visitor), form.fields.text(&name("required"))))
            }
        }
    }
}

fn question_kinds(visitor: &Visitor) -> Vec<(String, String)> {
    words::with_none(visitor, words::ANSWERS)
}
