//! Dated law on registers.

use domain::register_rules::RegisterRule;
use wire::register_rules as out;

/// A rule as the network answers it.
pub fn show(rule: &RegisterRule) -> out::RegisterRule {
    out::RegisterRule {
        rule: rule.rule.clone(),
        valid_from: rule.valid_from.to_string(),
        valid_to: rule.valid_to.map(|day| day.to_string()),
        value: rule.value.clone(),
        source: rule.source.clone(),
    }
}
