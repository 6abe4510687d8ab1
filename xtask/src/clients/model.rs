//! The operations of the document, grouped as the clients offer them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::shape::{Schema, Type, text};

/// What the clients offer: each prefix of operation IDs becomes a class. Tokens and pages for people are not among them.
const CLASSES: [(&str, &str, &str, &str); 3] = [
    (
        "distributor_",
        "Distributor",
        "/environments/{environment}/api/external/distributor/v2/",
        "The Distributor API of one environment: what a platform does for its investors.",
    ),
    (
        "issuer_",
        "Issuer",
        "/api/external/issuer/v2/",
        "The Issuer API: the issuer's products, and its decisions about the investments in them.",
    ),
    (
        "network_",
        "Network",
        "/api/network/v1/",
        "The network API below `{network}/api/network/v1`: the registrar's own view, and what concerns a party as a whole.",
    ),
];

pub struct Api {
    pub classes: Vec<Class>,
    /// Those that the operations need, by name.
    pub schemas: Vec<Schema>,
}

pub struct Class {
    pub name: &'static str,
    pub about: &'static str,
    pub operations: Vec<Operation>,
}

pub struct Operation {
    /// Such as `create_investor`.
    pub name: String,
    pub about: String,
    pub method: String,
    /// Below the version, with its parameters in braces.
    pub path: String,
    pub in_path: Vec<String>,
    pub in_query: Vec<Parameter>,
    pub body: Body,
    pub answer: Answer,
}

pub struct Parameter {
    pub name: String,
    pub kind: Type,
}

#[derive(PartialEq)]
pub enum Body {
    None,
    Json(Type),
    /// Where nothing needs to be said, an empty object is sent.
    OptionalJson(Type),
    File,
}

pub enum Answer {
    Nothing,
    /// Of this media type.
    File(String),
    Page(String),
    One(Type),
}

impl Class {
    /// As the connections of the clients know it.
    pub fn api(&self) -> String {
        self.name.to_lowercase()
    }
}

impl Api {
    pub fn read(document: &Value) -> Result<Self> {
        let mut classes = Vec::new();
        for (prefix, name, base, about) in CLASSES {
            let operations = operations(document, prefix, base)?;
            classes.push(Class {
                name,
                about,
                operations,
            });
        }
        let schemas = schemas(document, &classes)?;
        Ok(Self { classes, schemas })
    }
}

fn operations(document: &Value, prefix: &str, base: &str) -> Result<Vec<Operation>> {
    let paths = document["paths"].as_object().context("no paths")?;
    let mut found = Vec::new();
    for (path, item) in paths {
        let Some(path) = path.strip_prefix(base) else {
            continue;
        };
        for (method, operation) in item.as_object().into_iter().flatten() {
            let id = operation["operationId"].as_str().unwrap_or_default();
            if let Some(name) = id.strip_prefix(prefix)
                && needs_token(operation)
            {
                let operation = Operation::read(name, path, method, operation);
                found.push(operation.with_context(|| format!("{method} {path}"))?);
            }
        }
    }
    Ok(found)
}

/// Whoever has no token is no partner yet.
fn needs_token(operation: &Value) -> bool {
    operation["security"]
        .as_array()
        .is_some_and(|ways| !ways.is_empty())
}

impl Operation {
    fn read(name: &str, path: &str, method: &str, operation: &Value) -> Result<Self> {
        let (mut in_path, mut in_query) = (Vec::new(), Vec::new());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = text(parameter, "name");
            match parameter["in"].as_str() {
                Some("path") => in_path.push(name),
                // Lists follow their pages by themselves.
                Some("query") if name != "page" => in_query.push(Parameter {
                    name,
                    kind: Type::read(&parameter["schema"]),
                }),
                // References name headers, which the connection sends.
                _ => {}
            }
        }
        Ok(Self {
            name: name.to_owned(),
            about: format!(
                "{}\n\n{}",
                text(operation, "summary"),
                text(operation, "description")
            )
            .trim()
            .to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            in_path,
            in_query,
            body: body(&operation["requestBody"])?,
            answer: answer(method, &operation["responses"])?,
        })
    }
}

fn body(request: &Value) -> Result<Body> {
    let Some(contents) = request["content"].as_object() else {
        return Ok(Body::None);
    };
    if contents.contains_key("multipart/form-data") {
        return Ok(Body::File);
    }
    let Some(json) = contents.get("application/json") else {
        bail!("a body that is neither JSON nor a file");
    };
    let kind = Type::read(&json["schema"]);
    Ok(match (request["required"] == true, kind) {
        (true, kind) => Body::Json(kind),
        (false, Type::Nullable(kind)) => Body::OptionalJson(*kind),
        (false, kind) => Body::OptionalJson(kind),
    })
}

fn answer(method: &str, responses: &Value) -> Result<Answer> {
    let good = responses.as_object().into_iter().flatten();
    let mut good = good.filter(|(status, _)| status.starts_with('2'));
    let Some(contents) = good.find_map(|(_, response)| response["content"].as_object()) else {
        return Ok(Answer::Nothing);
    };
    if let Some(json) = contents.get("application/json") {
        return Ok(match Type::read(&json["schema"]) {
            Type::Page(entry) => Answer::Page(entry),
            kind => Answer::One(kind),
        });
    }
    match contents.keys().next() {
        Some(media_type) if method == "get" => Ok(Answer::File(media_type.clone())),
        _ => bail!("an answer to a write that is not JSON"),
    }
}

/// The schemas that the operations name, those that these name, and the event of the webhooks.
fn schemas(document: &Value, classes: &[Class]) -> Result<Vec<Schema>> {
    let mut wanted: Vec<String> = vec!["Event".to_owned(), "ProblemCode".to_owned()];
    for operation in classes.iter().flat_map(|class| &class.operations) {
        let body = match &operation.body {
            Body::Json(kind) | Body::OptionalJson(kind) => kind.name(),
            Body::None | Body::File => None,
        };
        let answer = match &operation.answer {
            Answer::Page(entry) => Some(entry.as_str()),
            Answer::One(kind) => kind.name(),
            Answer::Nothing | Answer::File(_) => None,
        };
        let query = operation
            .in_query
            .iter()
            .filter_map(|parameter| parameter.kind.name());
        wanted.extend(
            body.into_iter()
                .chain(answer)
                .chain(query)
                .map(str::to_owned),
        );
    }
    let mut found: BTreeMap<String, Schema> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let schema = &document["components"]["schemas"][&name];
        if !schema.is_object() {
            bail!("there is no schema {name}");
        }
        let schema = Schema::read(&name, schema);
        wanted.extend(schema.references().into_iter().map(str::to_owned));
        found.insert(name, schema);
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn document() -> Value {
        let text = std::fs::read_to_string(crate::openapi::file()).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_operation_of_the_three_apis_becomes_a_method() {
        let document = document();
        let api = Api::read(&document).unwrap();
        let made: usize = api.classes.iter().map(|class| class.operations.len()).sum();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(_, operation)| (path, operation))
        });
        let wanted = operations.filter(|(path, operation)| {
            needs_token(operation) && CLASSES.iter().any(|(_, _, base, _)| path.starts_with(base))
        });
        assert_eq!(made, wanted.count());
        assert!(made > 50, "{made}");
    }

    #[test]
    fn the_main_operation_is_read_whole() {
        let document = document();
        let api = Api::read(&document).unwrap();
        let create = api.classes[0]
            .operations
            .iter()
            .find(|op| op.name == "create_investment")
            .unwrap();
        assert_eq!(
            (create.method.as_str(), create.path.as_str()),
            ("POST", "investments/")
        );
        assert!(create.body == Body::Json(Type::Named("InvestmentCreate".to_owned())));
        assert!(matches!(&create.answer, Answer::One(Type::Named(name)) if name == "Investment"));
        let download = api.classes[0]
            .operations
            .iter()
            .find(|op| op.name == "get_registry_statement_document")
            .unwrap();
        assert!(matches!(&download.answer, Answer::File(kind) if kind == "application/pdf"));
        assert!(api.schemas.iter().any(|schema| schema.name == "Money"));
    }
}
