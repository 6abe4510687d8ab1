//! The languages of the pages. Each text stands where it is used, in both, so that neither can be forgotten.

use axum::http::{HeaderMap, header};
use domain::Language;

/// The text in the language of the page.
pub(crate) fn say(language: Language, english: &'static str, german: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::German => german,
    }
}

/// The first language that the browser asks for and that we write; English if there is none.
pub(crate) fn asked_for(headers: &HeaderMap) -> Language {
    let list = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    list.split(',')
        .filter_map(|item| item.trim().get(..2))
        .find_map(|code| code.to_ascii_lowercase().parse().ok())
        .unwrap_or(Language::English)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_says_which_language() {
        for (asked, language) in [
            ("de-DE,de;q=0.9,en;q=0.8", Language::German),
            ("fr, EN-gb;q=0.5, de;q=0.3", Language::English),
            ("fr", Language::English),
            ("", Language::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, asked.parse().unwrap());
            assert_eq!(asked_for(&headers), language, "{asked}");
        }
        assert_eq!(asked_for(&HeaderMap::new()), Language::English);
    }
}
