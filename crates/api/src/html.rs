//! The frame of the few pages for people that the API itself has. Contents are our own texts and need no escaping.

/// A page with this title, which is also its heading.
pub(crate) fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><h1>{title}</h1>{content}</body></html>"
    )
}
