//! A product with all that its issuer has said, for the issuer and for the registrar who validates it.

use maud::{Markup, html};
use wire::issuing::IssuedProduct;

use crate::registers::shown;
use crate::states;
use crate::visitor::Visitor;
use crate::{offer_facts, parts, words};

/// Everything but the documents.
pub(crate) fn facts(visitor: &Visitor, product: &IssuedProduct) -> Markup {
    html! {
        @if let Some(text) = &product.description { p { (text) } }
        (head(visitor, product))
        h2 { (visitor.say("Terms", "Bedingungen")) }
        (parts::facts(&[(visitor.say("Hash in the token contract", "Hash im Token-Vertrag"), parts::long_code(&product.terms_sha256))]))
        (offer_facts::terms(visitor, &product.terms))
        h2 { (visitor.say("Target market", "Zielmarkt")) }
        (offer_facts::target_market(visitor, product.target_market.as_ref()))
        h2 { (visitor.say("Costs and commission", "Kosten und Vergütung")) }
        (offer_facts::fees(visitor, &product.fees))
        h2 { (visitor.say("Questions to the investor", "Fragen an den Anleger")) }
        (offer_facts::questions(visitor, &product.questions))
    }
}

fn head(visitor: &Visitor, product: &IssuedProduct) -> Markup {
    let kind = words::word(visitor, words::PRODUCT_TYPES, &shown(&product.product_type));
    let form = words::word(visitor, words::LEGAL_FORMS, &shown(&product.legal_form));
    let price = product
        .nominal_value
        .as_ref()
        .or(product.issuance_price.as_ref());
    let account = &product.payment_account;
    let price = match price {
        Some(price) => parts::money(visitor, price),
        None => parts::optional(None::<&str>),
    };
    let time = |at: &Option<String>| match at {
        Some(at) => parts::moment(at),
        None => parts::optional(None::<&str>),
    };
    parts::facts(&[
        (
            visitor.say("Issuer", "Emittent"),
            parts::text(&product.issuer_name),
        ),
        (
            "Status",
            states::state(visitor, states::PRODUCTS, &shown(&product.status)),
        ),
        (
            visitor.say("Kind", "Art"),
            parts::text(format!("{kind}, {form}")),
        ),
        ("ISIN", parts::code(&product.isin)),
        (
            visitor.say("Sector", "Sektor"),
            parts::optional(product.sector.as_deref()),
        ),
        (visitor.say("Price of a unit", "Preis je Stück"), price),
        ("Agio %", parts::text(&product.agio_percent)),
        (
            visitor.say("Units", "Stück"),
            parts::text(product.max_issuable_amount),
        ),
        (
            visitor.say("Step", "Schritt"),
            parts::text(product.step_size),
        ),
        (
            visitor.say("Smallest investment in units", "Mindestanlage in Stück"),
            parts::text(product.minimum_units),
        ),
        (
            "Coupon",
            offer_facts::coupon(visitor, product.coupon.as_ref()),
        ),
        (
            visitor.say("Repaid on", "Rückzahlung am"),
            parts::optional(product.matures_on.as_deref()),
        ),
        (
            visitor.say("Offer begins", "Angebot ab"),
            time(&product.offering_opens_at),
        ),
        (
            visitor.say("Offer ends", "Angebot bis"),
            time(&product.offering_closes_at),
        ),
        (
            visitor.say("Days to pay", "Zahlungsfrist in Tagen"),
            parts::text(product.payment_deadline),
        ),
        (
            visitor.say("Days to cancel", "Widerrufsfrist in Tagen"),
            parts::text(product.cancellation_deadline),
        ),
        (
            visitor.say("Days of lock-in", "Haltefrist in Tagen"),
            parts::text(product.lock_in_time),
        ),
        (
            visitor.say("Documents to be signed", "Zu unterschreibende Dokumente"),
            offer_facts::signed(visitor, &product.required_document_types),
        ),
        (
            visitor.say("Investors pay to", "Anleger zahlen an"),
            html! { (account.account_holder) ", " code { (account.iban) } ", " code { (account.bic) } },
        ),
        (
            visitor.say("Environment", "Umgebung"),
            parts::optional(product.environment.as_deref()),
        ),
        (
            visitor.say("Network", "Netzwerk"),
            html! { (product.network) " (EIP-155: " (product.chain_id) ")" },
        ),
        (
            visitor.say("Token contract", "Token-Vertrag"),
            html! { code { (product.asset_code) } @if let Some(address) = &product.token_address { " " code { (address) } } },
        ),
        (
            visitor.say("Wallet for lost keys", "Wallet für verlorene Schlüssel"),
            parts::optional(product.backup_wallet_address.as_deref()),
        ),
        (
            visitor.say("Who sees it", "Wer es sieht"),
            parts::text(match product.publication_restricted {
                true => visitor.say("only its circle", "nur sein Kreis"),
                false => visitor.say("every platform", "jede Plattform"),
            }),
        ),
    ])
}
