//! What a DLT network is in law: an electronic security needs a recording system whose control is spread over those who operate it by a
//! pattern fixed in advance (§ 4(11) eWpG), so who they are and what the pattern is has to be stated.

use crate::LegalForm;

/// Who operates the network, and how control is spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkProfile {
    /// A chain with one operator, for demonstrations and for trying things out: nothing on it is a security.
    Demonstration,
    /// Several operators, and the pattern by which they control it.
    Stated {
        /// At least two.
        operators: Vec<String>,
        /// Such as a consensus among them, or that of a public network.
        control: String,
    },
    /// Nobody has said it.
    Unstated,
}

impl NetworkProfile {
    /// The profile that these words state; one operator is no association, and a pattern that says nothing is none.
    #[must_use]
    pub fn stated(operators: &[String], control: Option<&str>) -> Self {
        let mut named: Vec<String> = Vec::new();
        for operator in operators.iter().map(|name| name.trim()) {
            if !operator.is_empty() && !named.iter().any(|known| known == operator) {
                named.push(operator.to_owned());
            }
        }
        match control.map(str::trim) {
            Some(control) if named.len() > 1 && !control.is_empty() => Self::Stated {
                operators: named,
                control: control.to_owned(),
            },
            _ => Self::Unstated,
        }
    }

    /// Whether a product of this form may be entered on it. Whether a stated pattern is enough is a question of law that nobody here decides.
    #[must_use]
    pub const fn admits(&self, form: LegalForm) -> bool {
        !form.is_registered() || !matches!(self, Self::Unstated)
    }

    /// Whether nothing on it is meant.
    #[must_use]
    pub const fn is_demonstration(&self) -> bool {
        matches!(self, Self::Demonstration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(operators: &[&str], control: Option<&str>) -> NetworkProfile {
        let operators: Vec<String> = operators.iter().map(|name| (*name).to_owned()).collect();
        NetworkProfile::stated(&operators, control)
    }

    #[test]
    fn an_electronic_security_needs_several_operators_and_a_pattern() {
        let pattern = Some("Each operates one of the validators; two of three confirm a block.");
        let whole = stated(&["Betreiber A GmbH", "Betreiber B GmbH"], pattern);
        assert!(whole.admits(LegalForm::EwpgBearerBond));
        for lacking in [
            stated(&["Betreiber A GmbH", "Betreiber B GmbH"], None),
            stated(&["Betreiber A GmbH", "Betreiber B GmbH"], Some(" ")),
            stated(&["Betreiber A GmbH"], pattern),
            stated(&["Betreiber A GmbH", " Betreiber A GmbH"], pattern),
            stated(&[], pattern),
        ] {
            assert_eq!(lacking, NetworkProfile::Unstated);
            assert!(!lacking.admits(LegalForm::EwpgBearerBond));
            // What is no electronic security needs no recording system.
            assert!(lacking.admits(LegalForm::SecurityToken));
        }
    }

    #[test]
    fn for_demonstration_everything_is_admitted() {
        assert!(NetworkProfile::Demonstration.admits(LegalForm::EwpgBearerBond));
        assert!(NetworkProfile::Demonstration.is_demonstration());
    }
}
