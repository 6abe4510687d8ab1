//! Merge patches (RFC 7396): applied to the body that would create the resource, which is then read as a new one.

use domain::{FieldCode, FieldErrors};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// RFC 7396, section 2.
pub(crate) fn apply(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let object = target.as_object_mut().expect("it was made an object above");
    for (name, value) in patch {
        if value.is_null() {
            object.remove(name);
        } else {
            apply(object.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The patched body as its type; a field that the patch took away or never gave is named.
///
/// # Errors
/// The first field that is missing or of another type.
pub fn read<T: DeserializeOwned>(body: &Value) -> Result<T, FieldErrors> {
    serde_path_to_error::deserialize(body).map_err(|error| {
        let mut errors = FieldErrors::new();
        let message = error.inner().to_string();
        // A required field that the patch removed is named in the message only.
        let missing = message
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next());
        match (missing, error.path().to_string().as_str()) {
            (Some(field), ".") => errors.missing(field),
            (Some(field), path) => errors.missing(format!("{path}.{field}")),
            (None, path) => errors.push(path, FieldCode::InvalidFormat, message),
        }
        errors
    })
}
