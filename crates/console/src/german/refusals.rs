//! Refusals of the rules whose sentence names something of the case. Of the others the code says enough.

use domain::{Refusal, Timestamp};

/// The sentence, if it says more than the code does.
pub(super) fn sentence(refusal: &Refusal) -> Option<String> {
    Some(match refusal {
        Refusal::UnitsBelowMinimum { units, minimum } => {
            format!("Die Kampagne nimmt Bestellungen ab {minimum} Stück an, nicht über {units}.")
        }
        Refusal::UnitsAboveMaximum { units, maximum } => {
            format!("Die Kampagne nimmt Bestellungen bis {maximum} Stück an, nicht über {units}.")
        }
        Refusal::UnitsOffStep { units, step_size } => {
            format!("Bestellt werden Vielfache von {step_size} Stück; {units} ist keines.")
        }
        Refusal::AllocationExceeded { units, available } => {
            format!("Es sind noch {available} Stück frei, nicht {units}.")
        }
        Refusal::PersonsExceeded { maximum } => {
            format!(
                "Das Angebot richtet sich an höchstens {maximum} Personen, und so viele haben gezeichnet."
            )
        }
        Refusal::CampaignNotOpen { opens_at } => {
            format!(
                "Die Kampagne nimmt Bestellungen ab dem {} an.",
                day(*opens_at)
            )
        }
        Refusal::CampaignClosed { closes_at } => {
            format!(
                "Die Kampagne nahm Bestellungen bis zum {} an.",
                day(closes_at.minus_seconds(1))
            )
        }
        Refusal::RequiredDocumentMissing { document_type } => {
            format!("Die Kampagne verlangt ein unterschriebenes Dokument der Art {document_type}.")
        }
        Refusal::CancellationPeriodOver { until } => {
            format!(
                "Der Anleger konnte bis zum {} zurücktreten.",
                day(until.minus_seconds(1))
            )
        }
        Refusal::InvestmentState { status, .. } => {
            format!("Das Investment hat den Status {status}; darin ist das nicht möglich.")
        }
        Refusal::CancellationRefused { status } => {
            format!(
                "Von einem Investment mit dem Status {status} kann der Anleger bei diesem Produkt nicht zurücktreten."
            )
        }
        Refusal::DateAlreadyRecorded { field, recorded } => {
            format!("{field} ist als {recorded} festgehalten und kann kein anderes Datum werden.")
        }
        Refusal::DecisionClosed { state } => {
            let state = if *state == "confirmed" {
                "bestätigt"
            } else {
                "zurückgezogen"
            };
            format!("Die Entscheidung ist schon {state}.")
        }
        Refusal::ParticipationState { standing, .. } => {
            format!(
                "Die Teilnahme der Plattform hat den Stand {standing}; darin ist das nicht möglich."
            )
        }
        Refusal::ApplicationState { status, .. } => {
            format!("Der Antrag hat den Status {status}; darin ist das nicht möglich.")
        }
        Refusal::AssetRequestState { status, .. } => {
            format!("Die Anfrage hat den Status {status}; darin ist das nicht möglich.")
        }
        Refusal::LicenceExpired { valid_to } => {
            format!(
                "Die Erlaubnis der Plattform endete am {valid_to}; geben Sie dem Registerführer die neue."
            )
        }
        Refusal::LicenceDoesNotCover { legal_form } => {
            format!(
                "Die Plattform hat keine geltende Erlaubnis für Produkte der Form {legal_form}."
            )
        }
        _ => return None,
    })
}

fn day(at: Timestamp) -> String {
    at.berlin_date().to_string()
}
