//! Files that come with a form: kept as documents before the form is looked at, so that they need not be chosen twice.

use std::collections::BTreeMap;

use domain::DocumentId;
use http::MultipartFile;
use registry::documents::{self, Upload};
use wire::documents::Document;

use crate::Console;
use crate::form::{Fields, Posted};
use crate::refused::Refused;
use crate::visitor::Member;

/// Keeps the file as a document of the sender's.
pub(crate) async fn keep(
    console: &Console,
    posted: &Posted<Member>,
    file: MultipartFile,
) -> registry::Result<Document> {
    let mut request = posted.request();
    // The form's key stands for what the form does; the upload is a request of its own.
    request.operation.push_str(" document");
    let upload = Upload {
        name: file.file_name,
        content_type: Some(file.content_type),
        bytes: file.bytes,
        sha256: file.sha256,
    };
    documents::upload(&console.registry, &request, upload)
        .await?
        .json()
}

/// File names of the documents that a form carries, by their IDs; what is none of the reader's has no name.
pub(crate) async fn names(
    console: &Console,
    who: &Member,
    fields: &Fields,
) -> Result<BTreeMap<String, String>, Refused> {
    let mut names = BTreeMap::new();
    let carried = fields.pairs().iter().filter(|(name, _)| {
        ["document_id", "proof_id"]
            .iter()
            .any(|end| name.ends_with(end))
    });
    for (_, text) in carried {
        let Ok(id) = text.parse::<DocumentId>() else {
            continue;
        };
        match documents::get(&console.registry, &who.caller, id).await {
            Ok(document) => _ = names.insert(text.clone(), document.name),
            Err(
                registry::Error::NotFound(_)
                | registry::Error::NotPermitted
                | registry::Error::InsufficientScope(_),
            ) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(names)
}

/// What a document is called, or its ID.
pub(crate) fn name<'a>(names: &'a BTreeMap<String, String>, id: &'a str) -> &'a str {
    names.get(id).map_or(id, String::as_str)
}

/// The fields with other values for these names.
pub(crate) fn with(fields: &Fields, changed: &[(&str, String)]) -> Fields {
    let is_changed = |name: &str| changed.iter().any(|(other, _)| *other == name);
    let mut all: Vec<(String, String)> = fields
        .pairs()
        .iter()
        .filter(|(name, _)| !is_changed(name))
        .cloned()
        .collect();
    let changed = changed.iter();
    all.extend(changed.map(|(name, value)| ((*name).to_owned(), value.clone())));
    Fields::known(all)
}
