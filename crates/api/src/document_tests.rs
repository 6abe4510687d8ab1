//! What must hold for every operation of the document, whoever adds the next one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn json() -> Value {
    serde_json::to_value(crate::openapi()).unwrap()
}

/// Every `$ref` of the document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name == "$ref" => {
                        found.insert(target.clone());
                    }
                    other => references(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn it_is_openapi_3_1() {
    assert_eq!(json()["openapi"], "3.1.0");
}

#[test]
fn every_reference_leads_somewhere() {
    let json = json();
    let mut found = BTreeSet::new();
    references(&json, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(json.pointer(pointer).is_some(), "{reference} is dangling");
    }
}

#[test]
fn operations_are_named_once_and_explained() {
    let openapi = crate::openapi();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&openapi) {
        let id = operation.operation_id.clone().unwrap();
        assert!(ids.insert(id.clone()), "{id} is there twice");
        assert!(operation.summary.is_some(), "{method} {path}");
        assert!(access(&id).is_some(), "{id} has no authorisation case");
        assert_eq!(operation.tags.as_ref().map(Vec::len), Some(1), "{id}");
    }
    assert!(ids.contains("distributor_create_investor"), "{ids:?}");
}

#[test]
fn every_response_has_a_description_and_the_request_id() {
    let openapi = crate::openapi();
    for (_, _, operation) in operations(&openapi) {
        let id = operation.operation_id.as_deref().unwrap_or_default();
        for (status, response) in &operation.responses.responses {
            if let RefOr::T(response) = response {
                assert!(!response.description.is_empty(), "{id} {status}");
                assert!(
                    response.headers.contains_key("X-Request-Id"),
                    "{id} {status}"
                );
            }
        }
    }
}

#[test]
fn every_parameter_of_a_path_is_documented() {
    let json = json();
    for (path, item) in json["paths"].as_object().unwrap() {
        let named: BTreeSet<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        for (method, operation) in item.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            let own = operation["parameters"].as_array();
            let documented: BTreeSet<&str> = own
                .into_iter()
                .flatten()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .chain(item.get("parameters").map(|_| ENVIRONMENT))
                .collect();
            assert_eq!(named, documented, "{method} {path}");
        }
    }
}

#[test]
fn operations_demand_one_of_the_scopes_that_grant_their_right() {
    let json = json();
    let path = "/environments/{environment}/api/external/distributor/v2/products/";
    assert_eq!(
        json["paths"][path]["get"]["security"],
        serde_json::json!([
            {"environment": ["investors:read"]}, {"bearer": ["investors:read"]},
            {"environment": ["investments:read"]}, {"bearer": ["investments:read"]},
        ])
    );
    assert_eq!(
        json["paths"]["/healthz"]["get"]["security"],
        serde_json::json!([])
    );
}

#[test]
fn writes_document_the_idempotency_key_and_the_repeat() {
    let json = json();
    let path = "/environments/{environment}/api/external/distributor/v2/investors/";
    let operation = &json["paths"][path]["post"];
    let parameters = operation["parameters"].to_string();
    assert!(parameters.contains("#/components/parameters/X-Idempotency-Key"));
    let created = &operation["responses"]["201"];
    assert!(created["headers"].get("Idempotent-Replayed").is_some());
}

#[test]
fn a_body_that_may_be_absent_is_not_documented_as_null() {
    let json = json();
    let path = "/api/external/issuer/v2/investments/{investment_id}/accept/";
    let body = &json["paths"][path]["post"]["requestBody"];
    assert_eq!(body["required"], false);
    let schema = &body["content"]["application/json"]["schema"];
    assert_eq!(schema["$ref"], "#/components/schemas/Accept");
}
