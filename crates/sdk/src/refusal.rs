//! The server's no in every shape in which servers say it: RFC 9457, the shapes of Django REST Framework, or only a status.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};
use uuid::Uuid;
use wire::{FieldError, ProblemCode};

use crate::Open;

/// Fields that are reported at most; a server that says more says it to nobody.
const MOST_FIELDS: usize = 200;
/// Code of a field error where the server has only words.
const WORDS_ONLY: &str = "invalid";

/// The server's no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Stable code to branch on; None if the server has none.
    pub code: Option<Open<ProblemCode>>,
    /// Short text, the same for each refusal of a kind.
    pub title: Option<String>,
    /// What is wrong with this very request.
    pub detail: Option<String>,
    /// The fields concerned.
    pub errors: Vec<FieldError>,
    /// Identity of the request, to name to support.
    pub request_id: Option<String>,
    /// The resource that stands in the way, such as the one made earlier with the same key.
    pub resource_id: Option<Uuid>,
    /// The pause that the server asks for before a repeat.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Reads what a server says with a status of 400 and more.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let mut refusal = Self {
            status,
            ..Self::default()
        };
        if let Ok(Value::Object(said)) = serde_json::from_slice(body) {
            refusal.take(said);
        }
        refusal
    }

    fn take(&mut self, mut said: Map<String, Value>) {
        self.code = text(&mut said, "code").map(|code| Open::read(&code));
        self.title = text(&mut said, "title");
        self.detail = text(&mut said, "detail").or_else(|| text(&mut said, "message"));
        self.request_id = text(&mut said, "request_id");
        self.resource_id = text(&mut said, "resource_id").and_then(|id| id.parse().ok());
        let pause = said
            .remove("retry_after_s")
            .and_then(|pause| pause.as_u64());
        self.retry_after = pause.map(Duration::from_secs);
        match said.remove("errors") {
            Some(errors @ Value::Array(_)) => {
                self.errors = serde_json::from_value(errors).unwrap_or_default();
            }
            Some(fields) => self.collect("", &fields),
            // Without a code this is not a problem but, as Django REST Framework does it, a map from fields to complaints.
            None if self.code.is_none() && self.title.is_none() => {
                self.collect("", &Value::Object(said));
            }
            None => {}
        }
        self.errors.truncate(MOST_FIELDS);
    }

    /// `{"natural_person": {"forename": ["This field is required."]}}`
    fn collect(&mut self, path: &str, value: &Value) {
        if self.errors.len() >= MOST_FIELDS {
            return;
        }
        match value {
            Value::String(message) => self.errors.push(FieldError {
                field: if path.is_empty() { "body" } else { path }.to_owned(),
                code: WORDS_ONLY.to_owned(),
                message: message.clone(),
            }),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect(&format!("{path}[{index}]"), item);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(path, item)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let below = match (path, name.as_str()) {
                        (_, "non_field_errors") => path.to_owned(),
                        ("", name) => name.to_owned(),
                        (path, name) => format!("{path}.{name}"),
                    };
                    self.collect(&below, value);
                }
            }
            _ => {}
        }
    }

    /// Whether it has this code.
    pub fn is(&self, code: ProblemCode) -> bool {
        self.code.as_ref().is_some_and(|own| *own == code)
    }

    /// Whether the same request may be taken later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
            || self.is(ProblemCode::IdempotencyInFlight)
    }
}

fn text(said: &mut Map<String, Value>, name: &str) -> Option<String> {
    match said.get(name) {
        Some(Value::String(_)) => match said.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(said) = self.detail.as_ref().or(self.title.as_ref()) {
            write!(f, ": {said}")?;
        }
        for error in &self.errors {
            write!(f, "; {} {}", error.field, error.message)?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(status: u16, body: Value) -> Refusal {
        Refusal::read(status, body.to_string().as_bytes())
    }

    fn fields(refusal: &Refusal) -> Vec<(&str, &str)> {
        let pairs = refusal.errors.iter();
        pairs
            .map(|error| (error.field.as_str(), error.message.as_str()))
            .collect()
    }

    #[test]
    fn a_problem_keeps_everything_it_says() {
        let refusal = read(
            422,
            json!({"type": "/problems/units_off_step", "title": "Off", "status": 422, "detail": "Units are a multiple of 5.",
                "code": "units_off_step", "request_id": "r-1", "retry_after_s": 3,
                "resource_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
                "errors": [{"field": "units", "code": "out_of_range", "message": "is 7"}]}),
        );
        assert!(refusal.is(ProblemCode::UnitsOffStep));
        assert_eq!(fields(&refusal), [("units", "is 7")]);
        assert_eq!(refusal.retry_after, Some(Duration::from_secs(3)));
        assert!(refusal.resource_id.is_some());
        assert_eq!(
            refusal.to_string(),
            "refused with 422 units_off_step: Units are a multiple of 5.; units is 7 (request r-1)"
        );
        let newer = read(422, json!({"code": "of_tomorrow", "title": "t"}));
        assert_eq!(newer.code, Some(Open::Other("of_tomorrow".to_owned())));
    }

    #[test]
    fn the_complaints_of_django_become_fields() {
        let refusal = read(
            400,
            json!({"natural_person": {"forename": ["This field is required."]},
                "wallets": [{}, {"address": ["Not an address.", "Too long."]}], "non_field_errors": ["No."]}),
        );
        assert_eq!(
            fields(&refusal),
            [
                ("natural_person.forename", "This field is required."),
                ("body", "No."),
                ("wallets[1].address", "Not an address."),
                ("wallets[1].address", "Too long."),
            ]
        );
        let only_words = read(404, json!({"detail": "Not found."}));
        assert_eq!(only_words.detail.as_deref(), Some("Not found."));
        assert!(only_words.errors.is_empty());
        assert_eq!(only_words.code, None);
    }

    #[test]
    fn what_is_no_json_is_still_a_refusal() {
        let refusal = Refusal::read(502, b"<html><h1>Bad Gateway</h1>");
        assert_eq!((refusal.status, refusal.detail.clone()), (502, None));
        assert!(refusal.is_temporary());
        assert!(!read(404, json!([1])).is_temporary());
    }
}
