//! Ids of the gateway in bodies that go to an environment: documents and wallets have another id in each.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

/// Fields that hold the id of a document. An identification's own `document_id` is the number on the card.
const PROOFS: [&str; 3] = [
    "company_identity_proof_id",
    "company_structure_proof_id",
    "legitimation_protocol_id",
];

/// Every document that a body names, once.
pub(crate) fn documents(body: &Value) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut copy = body.clone();
    each_document(&mut copy, &mut |place| {
        if let Some(id) = place.as_str().and_then(|text| Uuid::try_parse(text).ok())
            && !found.contains(&id)
        {
            found.push(id);
        }
    });
    found
}

/// The body with the ids that the documents have elsewhere.
pub(crate) fn with_documents(mut body: Value, ids: &HashMap<Uuid, Uuid>) -> Value {
    each_document(&mut body, &mut |place| {
        let known = place
            .as_str()
            .and_then(|text| Uuid::try_parse(text).ok())
            .and_then(|id| ids.get(&id));
        if let Some(id) = known {
            *place = Value::String(id.to_string());
        }
    });
    body
}

fn each_document(body: &mut Value, act: &mut impl FnMut(&mut Value)) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                if PROOFS.contains(&name.as_str()) {
                    act(value);
                } else if name == "signed_documents" {
                    let signed = value.as_array_mut().into_iter().flatten();
                    signed
                        .filter_map(|one| one.get_mut("document_id"))
                        .for_each(&mut *act);
                } else {
                    each_document(value, act);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_document(item, act)),
        _ => {}
    }
}

/// The id in a text field.
pub(crate) fn id_in(body: &Value, field: &str) -> Option<Uuid> {
    body.get(field)?
        .as_str()
        .and_then(|text| Uuid::try_parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_found_where_documents_are_named() {
        let [one, two, three, four] = [1, 2, 3, 4].map(Uuid::from_u128);
        let body = json!({
            "legal_person": {"company_identity_proof_id": one, "company_structure_proof_id": two},
            "legitimation_protocol_id": one,
            "document_id": four,
            "signed_documents": [{"document_id": three, "document_type": "x"}],
        });
        assert_eq!(documents(&body), [one, two, three]);

        let there: HashMap<_, _> = [(one, two), (two, three), (three, four)].into();
        let mapped = with_documents(body, &there);

        assert_eq!(
            mapped["legal_person"]["company_identity_proof_id"],
            json!(two)
        );
        assert_eq!(
            mapped["legal_person"]["company_structure_proof_id"],
            json!(three)
        );
        assert_eq!(mapped["signed_documents"][0]["document_id"], json!(four));
        assert_eq!(mapped["document_id"], json!(four));
    }
}
