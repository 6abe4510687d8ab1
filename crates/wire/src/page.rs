//! One page of a list, in the shape that existing clients follow: `count`, `next`, `previous`, `results`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{OpenApi, Ref, RefOr};

/// One page of a list, oldest entry first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// Number of entries on all pages together.
    pub count: u64,
    /// Address of the next page, null on the last.
    #[schema(required)]
    pub next: Option<String>,
    /// Address of the page before, null on the first.
    #[schema(required)]
    pub previous: Option<String>,
    /// The entries of this page.
    pub results: Vec<T>,
}

/// Lets each page of a document refer to its entry. The derived schema of a generic type repeats its argument instead, which
/// would give every generated client two types for one resource.
pub fn share_entries(document: &mut OpenApi) {
    let Some(components) = &mut document.components else {
        return;
    };
    let mut entries = BTreeMap::new();
    for (name, schema) in &mut components.schemas {
        if let Some(entry) = name.strip_prefix("Page_")
            && let Some(item) = items(schema)
        {
            let reference = RefOr::Ref(Ref::from_schema_name(entry));
            entries.insert(entry.to_owned(), std::mem::replace(item, reference));
        }
    }
    for (name, schema) in entries {
        // The entry's own schema wins: it has the description.
        components.schemas.entry(name).or_insert(schema);
    }
}

/// The schema of a page's entries.
fn items(page: &mut RefOr<Schema>) -> Option<&mut RefOr<Schema>> {
    let RefOr::T(Schema::Object(page)) = page else {
        return None;
    };
    let RefOr::T(Schema::Array(results)) = page.properties.get_mut("results")? else {
        return None;
    };
    match &mut results.items {
        ArrayItems::RefOrSchema(item) => Some(item),
        ArrayItems::False => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Problem;
    use serde_json::{Value, json};
    use utoipa::OpenApi as _;

    #[derive(Serialize, ToSchema)]
    struct Entry {
        inner: Inner,
    }

    #[derive(Serialize, ToSchema)]
    struct Inner {
        units: u64,
    }

    #[derive(utoipa::OpenApi)]
    #[openapi(components(schemas(Page<Entry>, Problem)))]
    struct Document;

    fn schemas() -> Value {
        let mut document = Document::openapi();
        share_entries(&mut document);
        serde_json::to_value(document).unwrap()["components"]["schemas"].take()
    }

    #[test]
    fn the_schema_requires_the_links_and_allows_null() {
        let page = &schemas()["Page_Entry"];

        let required = json!(["count", "next", "previous", "results"]);
        assert_eq!(page["required"], required);
        let link = &page["properties"]["next"]["type"];
        assert_eq!(*link, json!(["string", "null"]));
        let item = &page["properties"]["results"]["items"];
        assert_eq!(*item, json!({"$ref": "#/components/schemas/Entry"}));
    }

    #[test]
    fn every_reference_of_page_and_problem_leads_somewhere() {
        let schemas = schemas();
        let text = schemas.to_string();

        let names: Vec<&str> = text
            .split("\"#/components/schemas/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();

        for expected in ["Entry", "Inner", "ProblemCode", "FieldCode", "FieldError"] {
            assert!(names.contains(&expected), "{expected} is not referred to");
        }
        for name in names {
            assert!(schemas[name].is_object(), "{name}");
        }
    }
}
