//! What can be wrong with a field, in German.

/// Where the code of the closed list says too little: field, code, sentence.
const OWN: &[(&str, &str, &str)] = &[
    ("password", "out_of_range", PASSWORD),
    ("new_password", "out_of_range", PASSWORD),
    (
        "current_password",
        "invalid_format",
        "Das ist nicht Ihr jetziges Passwort.",
    ),
    (
        "code",
        "invalid_format",
        "Dieser Code stimmt nicht, oder seine halbe Minute ist vorbei.",
    ),
    (
        "email",
        "duplicate",
        "Mit dieser Adresse gibt es schon ein Konto. Melden Sie sich damit an und öffnen Sie den Link erneut.",
    ),
    (
        "email",
        "not_found",
        "Dieser Link wurde an eine andere Adresse gesendet; melden Sie sich mit jenem Konto an.",
    ),
    ("reason", "missing", "Nennen Sie den Grund."),
];

const PASSWORD: &str =
    "Das Passwort ist zu kurz oder zu leicht zu erraten; nehmen Sie mehrere Wörter.";

/// The sentence for a field and a code of the closed list; none for a code that is not in it.
pub(super) fn sentence(field: &str, code: &str) -> Option<&'static str> {
    let own = OWN
        .iter()
        .find(|(name, known, _)| *name == field && *known == code);
    own.map(|(_, _, sentence)| *sentence)
        .or_else(|| of_code(code))
}

fn of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "missing" => "Diese Angabe fehlt.",
        "invalid_type" => "Diese Angabe hat die falsche Art, etwa Text statt einer Zahl.",
        "unknown_value" => "Dieser Wert gehört nicht zu den möglichen.",
        "invalid_format" => "Diese Angabe hat nicht die verlangte Form.",
        "invalid_checksum" => "Die Prüfziffern stimmen nicht; prüfen Sie auf Tippfehler.",
        "too_long" => "Das ist zu lang.",
        "too_short" => "Das ist zu kurz.",
        "out_of_range" => "Dieser Wert ist hier nicht möglich.",
        "in_future" => "Dieses Datum liegt in der Zukunft.",
        "in_past" => "Dieses Datum liegt in der Vergangenheit.",
        "unknown_field" => "Dieses Feld gibt es nicht.",
        "not_found" => "Das gibt es hier nicht.",
        "duplicate" => "Diesen Wert gibt es schon.",
        "immutable" => "Das kann nicht mehr geändert werden.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_list_has_a_sentence() {
        for code in domain::FieldCode::ALL {
            assert!(of_code(code.as_str()).is_some(), "{}", code.as_str());
        }
        for (field, code, _) in OWN {
            assert!(of_code(code).is_some(), "{field}: {code} is in no list");
        }
        assert_eq!(sentence("units", "of_tomorrow"), None);
    }
}
