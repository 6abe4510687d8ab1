//! Letters about becoming a partner and about the assets that a partner asks for.

use domain::Date;
use domain::Language::{self, English, German};

use super::dates::day;
use crate::mail::Letter;

/// How something was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approved,
    /// No; the reasons stand where the link leads, not in the mail.
    Refused,
}

/// The registrar has an application and must answer it by this day.
pub fn application_received(
    language: Language,
    company: &str,
    answer_due: Date,
    link: &str,
) -> Letter {
    let due = day(language, answer_due);
    match language {
        German => Letter::new("application_received", language, &format!("Antrag eingegangen: {company}"))
            .text(format!(
                "Der Antrag von {company} auf Teilnahme ist eingegangen. Die Entscheidung ergeht bis zum {due}. Rückfragen stehen beim Antrag."
            ))
            .link("Zum Antrag", link),
        English => Letter::new("application_received", language, &format!("Application received: {company}"))
            .text(format!(
                "The application of {company} to take part has been received. It will be decided by {due}. Questions are asked at the application itself."
            ))
            .link("Open the application", link),
    }
}

/// There is a new message in an application's thread.
pub fn application_question(language: Language, company: &str, link: &str) -> Letter {
    match language {
        German => Letter::new("application_question", language, &format!("Neue Nachricht zum Antrag: {company}"))
            .text(format!(
                "Zum Antrag von {company} gibt es eine neue Nachricht. Sie steht beim Antrag; bitte antworten Sie dort und nicht auf diese E-Mail."
            ))
            .link("Nachricht lesen", link),
        English => Letter::new("application_question", language, &format!("New message on the application: {company}"))
            .text(format!(
                "There is a new message on the application of {company}. It stands with the application; please answer there and not to this mail."
            ))
            .link("Read the message", link),
    }
}

/// An application is decided.
pub fn application_decided(
    language: Language,
    company: &str,
    decision: Decision,
    link: &str,
) -> Letter {
    let letter = match language {
        German => Letter::new(
            "application_decided",
            language,
            &format!("Entscheidung über den Antrag: {company}"),
        ),
        English => Letter::new(
            "application_decided",
            language,
            &format!("Decision on the application: {company}"),
        ),
    };
    match (language, decision) {
        (German, Decision::Approved) => letter
            .text(format!("{company} ist zum Netzwerk zugelassen. Der nächste Schritt ist der Katalog: Fragen Sie dort die Werte an, die Sie vertreiben möchten."))
            .link("Weiter", link),
        (English, Decision::Approved) => letter
            .text(format!("{company} is admitted to the network. The next step is the catalogue: ask there for the assets that you want to sell."))
            .link("Go on", link),
        (German, Decision::Refused) => letter
            .text(format!("Der Antrag von {company} wurde abgelehnt. Die Gründe und das Schreiben stehen beim Antrag."))
            .link("Gründe lesen", link),
        (English, Decision::Refused) => letter
            .text(format!("The application of {company} was refused. The reasons and the letter stand with the application."))
            .link("Read the reasons", link),
    }
}

/// How a platform takes part from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may take no new investments.
    Suspended,
    /// It may again.
    Readmitted,
    /// It has left.
    Left,
}

/// A platform was suspended, was readmitted, or has left.
pub fn standing_changed(
    language: Language,
    company: &str,
    standing: Standing,
    link: &str,
) -> Letter {
    let (subject, text, label) = match (language, standing) {
        (German, Standing::Suspended) => (
            "Teilnahme ausgesetzt",
            "nimmt bis auf Weiteres keine neuen Investments an; laufende gehen weiter. Die Gründe teilt der Registerführer mit.",
            "Zur Teilnahme",
        ),
        (German, Standing::Readmitted) => (
            "Teilnahme wieder aufgenommen",
            "kann wieder neue Investments annehmen.",
            "Zur Teilnahme",
        ),
        (German, Standing::Left) => (
            "Austritt aus dem Netzwerk",
            "ist aus dem Netzwerk ausgetreten. Neue Investments gibt es nicht mehr; laufende gehen weiter, und die Register bleiben, wie sie sind.",
            "Zur Teilnahme",
        ),
        (English, Standing::Suspended) => (
            "Participation suspended",
            "takes no new investments until further notice; running ones go on. The registrar tells the reasons.",
            "See the participation",
        ),
        (English, Standing::Readmitted) => (
            "Participation resumed",
            "can take new investments again.",
            "See the participation",
        ),
        (English, Standing::Left) => (
            "Exit from the network",
            "has left the network. There are no new investments any more; running ones go on, and the registers stay as they are.",
            "See the participation",
        ),
    };
    Letter::new(
        "standing_changed",
        language,
        &format!("{subject}: {company}"),
    )
    .text(format!("{company} {text}"))
    .link(label, link)
}

/// The registrar has decided about a crypto security.
pub fn product_decided(language: Language, asset: &str, decision: Decision, link: &str) -> Letter {
    match (language, decision) {
        (German, Decision::Approved) => Letter::new("product_decided", language, &format!("Eingetragen: {asset}"))
            .text(format!("Der Registerführer hat {asset} geprüft. Umgebung und Testumgebung sind offen; die Eintragung wird jetzt im DLT-Netzwerk vollzogen."))
            .link("Zum Produkt", link),
        (English, Decision::Approved) => Letter::new("product_decided", language, &format!("Validated: {asset}"))
            .text(format!("The registrar has validated {asset}. Its environment and its sandbox are open; the entry is being made on the DLT network."))
            .link("Open the product", link),
        (German, Decision::Refused) => Letter::new("product_decided", language, &format!("Nicht eingetragen: {asset}"))
            .text(format!("Der Registerführer hat {asset} nicht eingetragen. Der Grund steht beim Produkt; eine Änderung legt es erneut vor."))
            .link("Grund lesen", link),
        (English, Decision::Refused) => Letter::new("product_decided", language, &format!("Not validated: {asset}"))
            .text(format!("The registrar has not validated {asset}. The reason stands with the product; changing it hands it in again."))
            .link("Read the reason", link),
    }
}

/// A platform asks for an asset.
pub fn asset_requested(language: Language, company: &str, asset: &str, link: &str) -> Letter {
    match language {
        German => Letter::new("asset_requested", language, &format!("Anfrage: {asset}"))
            .text(format!("{company} möchte {asset} vertreiben. Wie viele Stücke und eine Nachricht stehen bei der Anfrage; eine Ablehnung braucht einen Grund."))
            .link("Anfrage beantworten", link),
        English => Letter::new("asset_requested", language, &format!("Request for {asset}"))
            .text(format!("{company} wants to sell {asset}. How many units, and a message, stand with the request; a refusal needs a reason."))
            .link("Answer the request", link),
    }
}

/// The issuer agrees to a platform's request; the registrar has yet to see the contract of the two.
pub fn asset_request_accepted(
    language: Language,
    company: &str,
    asset: &str,
    link: &str,
) -> Letter {
    match language {
        German => Letter::new("asset_request_accepted", language, &format!("Der Emittent stimmt zu: {asset}"))
            .text(format!("Der Emittent von {asset} lässt {company} vertreiben. Die Testumgebung ist offen; der Vertrieb beginnt, wenn der Registerführer den Vertrag gesehen hat."))
            .link("Zur Anfrage", link),
        English => Letter::new("asset_request_accepted", language, &format!("The issuer agrees: {asset}"))
            .text(format!("The issuer of {asset} lets {company} sell it. The sandbox is open; the sale begins when the registrar has seen the contract."))
            .link("Open the request", link),
    }
}

/// An asset that a platform has asked for is decided.
pub fn asset_request_decided(
    language: Language,
    asset: &str,
    decision: Decision,
    link: &str,
) -> Letter {
    let letter = match language {
        German => Letter::new(
            "asset_request_decided",
            language,
            &format!("Anfrage entschieden: {asset}"),
        ),
        English => Letter::new(
            "asset_request_decided",
            language,
            &format!("Request decided: {asset}"),
        ),
    };
    match (language, decision) {
        (German, Decision::Approved) => letter
            .text(format!("Sie können {asset} vertreiben. Umgebung, Kampagne und Zugangsdaten stehen bei Ihren Werten; beginnen Sie in der Testumgebung."))
            .link("Zum Wert", link),
        (English, Decision::Approved) => letter
            .text(format!("You can sell {asset}. Environment, campaign and credentials stand with your assets; start in the sandbox."))
            .link("Open the asset", link),
        (German, Decision::Refused) => letter
            .text(format!("Ihre Anfrage zu {asset} wurde abgelehnt. Die Begründung steht bei der Anfrage."))
            .link("Zur Anfrage", link),
        (English, Decision::Refused) => letter
            .text(format!("Your request for {asset} was refused. The reason stands with the request."))
            .link("Open the request", link),
    }
}

/// The statutory time to answer an application ends soon.
pub fn application_due(language: Language, company: &str, answer_due: Date, link: &str) -> Letter {
    let due = day(language, answer_due);
    match language {
        German => Letter::new("application_due", language, &format!("Frist am {due}: Antrag von {company}"))
            .text(format!("Über den Antrag von {company} ist bis zum {due} zu entscheiden. Eine Ablehnung braucht Gründe und zwei Personen."))
            .link("Zum Antrag", link),
        English => Letter::new("application_due", language, &format!("Due on {due}: application of {company}"))
            .text(format!("The application of {company} must be decided by {due}. A refusal needs reasons and two people."))
            .link("Open the application", link),
    }
}
