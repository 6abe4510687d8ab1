//! Which changes between two versions of the API document break a client that was written against the first.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::{Comparison, Direction};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// One sentence for each breaking change, in a stable order.
pub fn breaking_changes(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison::new(old, new);
    for (path, old_item) in object(&old["paths"]) {
        for method in METHODS
            .into_iter()
            .filter(|method| old_item.get(method).is_some())
        {
            let name = format!("{} {path}", method.to_uppercase());
            match new["paths"]
                .get(path)
                .and_then(|item| Some((item, item.get(method)?)))
            {
                None => comparison.found(format!("{name}: removed")),
                Some((new_item, new_operation)) => {
                    let old_side = Operation {
                        item: old_item,
                        operation: &old_item[method],
                    };
                    let new_side = Operation {
                        item: new_item,
                        operation: new_operation,
                    };
                    compare_operation(&mut comparison, &name, &old_side, &new_side);
                }
            }
        }
    }
    compare_webhooks(&mut comparison, &old["webhooks"], &new["webhooks"]);
    comparison.changes.into_iter().collect()
}

/// An operation and the path item around it, which may hold shared parameters.
struct Operation<'a> {
    item: &'a Value,
    operation: &'a Value,
}

fn compare_operation<'a>(
    comparison: &mut Comparison<'a>,
    name: &str,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    compare_parameters(comparison, name, old, new);
    let old_body = comparison.old.resolve(&old.operation["requestBody"]);
    let new_body = comparison.new.resolve(&new.operation["requestBody"]);
    if new_body["required"] == true && old_body["required"] != true {
        comparison.found(format!("{name}: a body is now required"));
    }
    compare_content(
        comparison,
        &format!("{name} body"),
        Direction::Request,
        (old_body, new_body),
    );
    for (status, old_answer) in object(&old.operation["responses"]) {
        let new_answer = &new.operation["responses"][status];
        let place = format!("{name} {status}");
        if !new_answer.is_null() {
            let answers = (
                comparison.old.resolve(old_answer),
                comparison.new.resolve(new_answer),
            );
            compare_content(comparison, &place, Direction::Answer, answers);
        } else if status.starts_with('2') {
            // A refusal that no longer happens breaks nobody; a success that does, does.
            comparison.found(format!("{place}: removed"));
        }
    }
}

fn compare_parameters<'a>(
    comparison: &mut Comparison<'a>,
    name: &str,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let old_parameters = parameters(old, comparison.old);
    let new_parameters = parameters(new, comparison.new);
    for new_one in &new_parameters {
        let before = old_parameters
            .iter()
            .find(|old_one| same_parameter(old_one, new_one));
        if new_one["required"] == true && before.is_none_or(|before| before["required"] != true) {
            comparison.found(format!(
                "{name}: parameter {} is now required",
                text(&new_one["name"])
            ));
        }
    }
    for old_one in &old_parameters {
        let place = format!("{name}: parameter {}", text(&old_one["name"]));
        match new_parameters
            .iter()
            .find(|new_one| same_parameter(old_one, new_one))
        {
            None => comparison.found(format!("{place} removed")),
            Some(new_one) => {
                comparison.schema(
                    &place,
                    Direction::Request,
                    (&old_one["schema"], &new_one["schema"]),
                );
            }
        }
    }
}

fn parameters<'a>(side: &Operation<'a>, document: super::schema::Document<'a>) -> Vec<&'a Value> {
    let shared = side.item["parameters"].as_array().into_iter().flatten();
    let own = side.operation["parameters"]
        .as_array()
        .into_iter()
        .flatten();
    shared
        .chain(own)
        .map(|parameter| document.resolve(parameter))
        .collect()
}

fn same_parameter(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && one["in"] == other["in"]
}

fn compare_content<'a>(
    comparison: &mut Comparison<'a>,
    place: &str,
    direction: Direction,
    (old, new): (&'a Value, &'a Value),
) {
    for (media_type, old_content) in object(&old["content"]) {
        match new["content"].get(media_type) {
            None => comparison.found(format!("{place}: {media_type} removed")),
            Some(content) => comparison.schema(
                place,
                direction,
                (&old_content["schema"], &content["schema"]),
            ),
        }
    }
}

/// What we send to partners is to them what an answer is.
fn compare_webhooks<'a>(comparison: &mut Comparison<'a>, old: &'a Value, new: &'a Value) {
    let names: BTreeSet<&String> = object(old).map(|(name, _)| name).collect();
    for name in names {
        let place = format!("webhook {name}");
        match new.get(name) {
            None => comparison.found(format!("{place}: removed")),
            Some(item) => {
                let bodies = (
                    &old[name]["post"]["requestBody"],
                    &item["post"]["requestBody"],
                );
                compare_content(comparison, &place, Direction::Answer, bodies);
            }
        }
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(schema: Value, required_query: bool) -> Value {
        json!({
            "paths": {"/things/": {"post": {
                "parameters": [{"name": "page", "in": "query", "required": required_query, "schema": {"type": "integer"}}],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
            }}},
            "components": {"schemas": {"Thing": schema}},
        })
    }

    fn thing() -> Value {
        json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"},
            "status": {"type": "string", "enum": ["NEW", "DONE"]},
            "parent": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Thing"}]},
        }})
    }

    #[test]
    fn an_added_optional_field_breaks_nobody() {
        let mut new = thing();
        new["properties"]["note"] = json!({"type": "string"});
        assert_eq!(
            breaking_changes(&document(thing(), false), &document(new, false)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_a_client_relies_on_may_not_go() {
        let mut new = thing();
        new["properties"]["status"]["enum"] = json!(["NEW"]);
        new["properties"]["note"] = json!({"type": "string"});
        new["properties"].as_object_mut().unwrap().remove("parent");
        new["required"] = json!(["note"]);
        let changes = breaking_changes(&document(thing(), false), &document(new, true));
        assert_eq!(
            changes,
            [
                "POST /things/: parameter page is now required",
                "Thing.id is no longer always in an answer",
                "Thing.note is now required in a request",
                "Thing.parent: removed",
                "Thing.status: \"DONE\" removed",
            ]
        );
    }

    #[test]
    fn an_operation_may_not_go() {
        let old = document(thing(), false);
        assert_eq!(
            breaking_changes(&old, &json!({"paths": {}})),
            ["POST /things/: removed"]
        );
    }
}
