//! Changes: what is named is replaced, and what is to go is named too.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::Result;
use crate::connection::{as_json, drop_nulls};

/// A merge patch (RFC 7396).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergePatch(pub(crate) Value);

impl MergePatch {
    /// What the body names; its empty fields stay as they are.
    ///
    /// # Errors
    /// If the body is none of JSON's.
    pub fn of(body: &impl Serialize) -> Result<Self> {
        let mut value = as_json(body)?;
        drop_nulls(&mut value);
        Ok(Self(value))
    }

    /// As it stands: null removes.
    pub fn exactly(body: Map<String, Value>) -> Self {
        Self(Value::Object(body))
    }

    /// Removes a field; the path has dots, such as `bank_account` or `natural_person.phone`.
    pub fn remove(mut self, path: &str) -> Self {
        let mut place = &mut self.0;
        for name in path.split('.') {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = &mut place[name];
        }
        *place = Value::Null;
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;
    use wire::investor_patches::{InvestorPatch, NaturalPersonPatch};

    #[test]
    fn only_what_is_named_is_sent_and_null_is_said_on_purpose() {
        let moved = InvestorPatch {
            natural_person: Some(NaturalPersonPatch {
                city: Some("Hamburg".to_owned()),
                ..NaturalPersonPatch::default()
            }),
            ..InvestorPatch::default()
        };
        let patch = MergePatch::of(&moved).unwrap();
        assert_eq!(patch.0, json!({"natural_person": {"city": "Hamburg"}}));
        let patch = patch.remove("bank_account").remove("natural_person.phone");
        assert_eq!(
            patch.0,
            json!({"natural_person": {"city": "Hamburg", "phone": null}, "bank_account": null})
        );
    }
}
