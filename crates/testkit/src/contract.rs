//! Checks every answer against the OpenAPI document, so that no test passes with an answer that is not documented.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::Validator;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};

/// Headers that an answer may have only where the document says so.
const DOCUMENTED: [&str; 6] = [
    "x-ignored-fields",
    "preference-applied",
    "idempotent-replayed",
    "www-authenticate",
    "allow",
    "retry-after",
];

/// The document and what was made of it so far.
pub struct Contract {
    document: Value,
    /// By the schema's text: many operations share one.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// What is looked at.
pub struct Answered<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Without host and query.
    pub path: &'a str,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

impl Contract {
    /// The one of this program; made once per process.
    pub fn of_this_program() -> &'static Contract {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Contract {
            document: serde_json::to_value(api::openapi()).expect("the document is JSON"),
            validators: Mutex::default(),
        })
    }

    /// The document.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Whether the answer is one that the document promises; if not, what is wrong with it.
    pub fn check(&self, answered: &Answered<'_>) -> Result<(), String> {
        let response = self.response(answered)?;
        self.check_headers(answered, response)?;
        let Some(content) = response["content"].as_object() else {
            return match answered.body {
                [] => Ok(()),
                _ => Err("a body is not documented".to_owned()),
            };
        };
        let media_type = answered
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or("nothing");
        let documented = content
            .get(media_type)
            .ok_or_else(|| format!("the media type {media_type} is not documented"))?;
        if !media_type.ends_with("json") {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(answered.body)
            .map_err(|error| format!("the body is not JSON: {error}"))?;
        let validator = self.validator(&documented["schema"])?;
        let errors: Vec<String> = validator
            .iter_errors(&body)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors.join("\n"))
        }
    }

    /// Whether a value is what a named schema of the document says.
    pub fn check_value(&self, schema: &str, value: &Value) -> Result<(), String> {
        let reference = json!({"$ref": format!("#/components/schemas/{schema}")});
        let validator = self.validator(&reference)?;
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors.join("\n"))
        }
    }

    /// The documented response. A path or method that the document lacks may only be refused as such.
    fn response(&self, answered: &Answered<'_>) -> Result<&Value, String> {
        let components = &self.document["components"]["responses"];
        let Some(item) = self.path_item(answered.path) else {
            return match answered.status {
                404 => Ok(&components["NotFound"]),
                // Before a route is looked for.
                408 => Ok(&components["RequestTimeout"]),
                429 => Ok(&components["TooManyRequests"]),
                _ => Err("the path is not documented".to_owned()),
            };
        };
        let operation = &item[answered.method.to_lowercase()];
        if operation.is_null() {
            return match answered.status {
                405 => Ok(&components["MethodNotAllowed"]),
                _ => Err("the method is not documented".to_owned()),
            };
        }
        let response = &operation["responses"][answered.status.to_string()];
        match response["$ref"].as_str() {
            Some(reference) => Ok(self.resolve(reference)),
            None if response.is_null() => Err("the status is not documented".to_owned()),
            None => Ok(response),
        }
    }

    /// The path of the document that matches; the fewest parameters win, as in the router.
    fn path_item(&self, path: &str) -> Option<&Value> {
        let path = present(path);
        let sent: Vec<&str> = path.trim_matches('/').split('/').collect();
        let paths = self.document["paths"].as_object()?;
        paths
            .iter()
            .filter(|(pattern, _)| matches(pattern, &sent))
            .min_by_key(|(pattern, _)| pattern.matches('{').count())
            .map(|(_, item)| item)
    }

    fn check_headers(&self, answered: &Answered<'_>, response: &Value) -> Result<(), String> {
        if !answered.headers.contains_key("x-request-id") {
            return Err("the header X-Request-Id is missing".to_owned());
        }
        let documented: Vec<String> = response["headers"]
            .as_object()
            .map(|headers| headers.keys().map(|name| name.to_lowercase()).collect())
            .unwrap_or_default();
        let foreign = DOCUMENTED.iter().find(|name| {
            answered.headers.contains_key(**name) && !documented.iter().any(|known| known == *name)
        });
        match foreign {
            Some(name) => Err(format!("the header {name} is not documented")),
            None => Ok(()),
        }
    }

    fn resolve(&self, reference: &str) -> &Value {
        let pointer = reference.trim_start_matches('#');
        self.document.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn validator(&self, schema: &Value) -> Result<Arc<Validator>, String> {
        let key = schema.to_string();
        let mut validators = self
            .validators
            .lock()
            .expect("no check panics while it holds this");
        if let Some(known) = validators.get(&key) {
            return Ok(Arc::clone(known));
        }
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.document["components"],
            "allOf": [schema],
        });
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&whole)
            .map_err(|error| format!("the schema itself is wrong: {error}"))?;
        let validator = Arc::new(validator);
        validators.insert(key, Arc::clone(&validator));
        Ok(validator)
    }
}

/// The path in the spelling of the document: the older generation has no `distributor` in it.
fn present(path: &str) -> String {
    path.replace("//", "/")
        .replace("/api/external/v2/", "/api/external/distributor/v2/")
}

fn matches(pattern: &str, sent: &[&str]) -> bool {
    let pattern: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    pattern.len() == sent.len()
        && pattern
            .iter()
            .zip(sent)
            .all(|(expected, sent)| expected.starts_with('{') || expected == sent)
}
