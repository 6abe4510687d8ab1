//! A licence as facts and as fields of a form; the fields have the names of the API.

use domain::{LicenceType, LicensedService};
use maud::{Markup, html};
use wire::applications::Licence;

use crate::form::Fields;
use crate::parts::{self, Form};
use crate::visitor::Visitor;

/// A licence, name by name.
pub(crate) fn facts(visitor: &Visitor, licence: &Licence) -> Markup {
    let services = licence.services.as_deref().unwrap_or_default();
    let named: Vec<_> = services
        .iter()
        .map(|service| service_name(visitor, service))
        .collect();
    let kind = licence.licence_type.as_deref();
    // A text, not a link: what somebody typed leads nobody anywhere.
    let register = licence.register_url.as_deref();
    let register = register.map(|url| url.trim_start_matches("https://"));
    parts::facts(&[
        (
            visitor.say("Licence", "Erlaubnis"),
            parts::optional(kind.map(|kind| type_name(visitor, kind))),
        ),
        (
            visitor.say("Services", "Dienstleistungen"),
            parts::text(named.join(", ")),
        ),
        (
            visitor.say("Authority", "Behörde"),
            parts::optional(licence.authority.as_deref()),
        ),
        (
            visitor.say("Number", "Nummer"),
            parts::optional(licence.number.as_deref()),
        ),
        (
            visitor.say("Register", "Register"),
            parts::optional(register),
        ),
        (
            visitor.say("Valid from", "Gültig ab"),
            parts::optional(licence.valid_from.as_deref()),
        ),
        (
            visitor.say("Valid to", "Gültig bis"),
            parts::optional(licence.valid_to.as_deref()),
        ),
        (
            visitor.say("Liable firm", "Haftendes Unternehmen"),
            parts::optional(licence.liable_firm.as_deref()),
        ),
    ])
}

/// The fields of a licence.
pub(crate) fn inputs(form: &Form<'_>) -> Markup {
    let visitor = form.visitor;
    let mut types = vec![(String::new(), "–".to_owned())];
    types.extend(LicenceType::ALL.map(|one| {
        let code = one.as_str();
        (code.to_owned(), type_name(visitor, code))
    }));
    let services = LicensedService::ALL.map(|one| {
        let code = one.as_str();
        (code.to_owned(), service_name(visitor, code))
    });
    let ticked: Vec<String> = form.fields.all(SERVICES).map(str::to_owned).collect();
    html! {
        (form.select("licence.type", visitor.say("Licence", "Erlaubnis"), &types, ""))
        (form.boxes(SERVICES, visitor.say("Services", "Dienstleistungen"), &services, &ticked))
        div class="two" {
            (form.input("licence.authority", visitor.say("Authority", "Behörde"), "text"))
            (form.input("licence.number", visitor.say("Number in its register", "Nummer in ihrem Register"), "text"))
            (form.input("licence.valid_from", visitor.say("Valid from", "Gültig ab"), "date"))
            (form.input("licence.valid_to", visitor.say("Valid to (empty if no end is known)", "Gültig bis (leer, wenn kein Ende bekannt ist)"), "date"))
            (form.input("licence.register_url", visitor.say("Address of the register entry", "Adresse des Registereintrags"), "url"))
            (form.input("licence.liable_firm", visitor.say("Liable firm (tied agents)", "Haftendes Unternehmen (gebundene Vermittler)"), "text"))
        }
        (form.wrong_with("licence"))
    }
}

/// What a form says of a licence.
pub(crate) fn read(fields: &Fields) -> Licence {
    Licence {
        licence_type: fields.optional("licence.type"),
        services: Some(fields.all(SERVICES).map(str::to_owned).collect()),
        authority: fields.optional("licence.authority"),
        number: fields.optional("licence.number"),
        register_url: fields.optional("licence.register_url"),
        valid_from: fields.optional("licence.valid_from"),
        valid_to: fields.optional("licence.valid_to"),
        liable_firm: fields.optional("licence.liable_firm"),
    }
}

/// A licence as the fields of a form.
pub(crate) fn known(licence: &Licence) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = [
        ("type", &licence.licence_type),
        ("authority", &licence.authority),
        ("number", &licence.number),
        ("register_url", &licence.register_url),
        ("valid_from", &licence.valid_from),
        ("valid_to", &licence.valid_to),
        ("liable_firm", &licence.liable_firm),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((format!("licence.{name}"), value.clone()?)))
    .collect();
    let services = licence.services.iter().flatten();
    fields.extend(services.map(|service| (SERVICES.to_owned(), service.clone())));
    fields
}

/// The type of a licence in words.
pub(crate) fn type_name(visitor: &Visitor, code: &str) -> String {
    let name = match code {
        "wpig_15" => visitor.say(
            "Securities institution, § 15 WpIG",
            "Wertpapierinstitut, § 15 WpIG",
        ),
        "kwg_32" => visitor.say("Bank, § 32 KWG", "Institut, § 32 KWG"),
        "tied_agent" => visitor.say(
            "Tied agent, § 3(2) WpIG",
            "Gebundener Vermittler, § 3 Abs. 2 WpIG",
        ),
        "gewo_34f" => visitor.say("Broker, § 34f GewO", "Finanzanlagenvermittler, § 34f GewO"),
        "ecsp" => visitor.say(
            "Crowdfunding service provider",
            "Schwarmfinanzierungsdienstleister",
        ),
        other => return other.to_owned(),
    };
    name.to_owned()
}

fn service_name(visitor: &Visitor, code: &str) -> String {
    let name = match code {
        "investment_brokerage" => visitor.say("Investment brokerage", "Anlagevermittlung"),
        "investment_advice" => visitor.say("Investment advice", "Anlageberatung"),
        "contract_brokerage" => visitor.say("Contract brokerage", "Abschlussvermittlung"),
        "placement" => visitor.say("Placement", "Platzierungsgeschäft"),
        "open_funds" => visitor.say("Open funds", "Offene Investmentvermögen"),
        "closed_funds" => visitor.say("Closed funds", "Geschlossene Investmentvermögen"),
        "asset_investments" => visitor.say("Asset investments", "Vermögensanlagen"),
        "crowdfunding" => visitor.say("Crowdfunding", "Schwarmfinanzierung"),
        other => return other.to_owned(),
    };
    name.to_owned()
}

const SERVICES: &str = "licence.services";
