//! Names of firms as parts of a URL.

/// Parts of a URL are read aloud and typed.
const LONGEST: usize = 36;

/// A name in lower-case letters, digits and dashes, as it can stand in a URL: `Müller & Söhne GmbH` is `mueller-soehne-gmbh`. A name
/// that has none of these is `partner`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ä' | 'æ' => slug.push_str("ae"),
            'ö' | 'ø' | 'œ' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'à' | 'á' | 'â' | 'ã' | 'å' => slug.push('a'),
            'è' | 'é' | 'ê' | 'ë' => slug.push('e'),
            'ì' | 'í' | 'î' | 'ï' => slug.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' => slug.push('o'),
            'ù' | 'ú' | 'û' => slug.push('u'),
            'ç' => slug.push('c'),
            'ñ' => slug.push('n'),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    // No word is cut, unless the first is too long itself.
    if slug.len() > LONGEST {
        slug.truncate(LONGEST);
        slug.truncate(slug.rfind('-').unwrap_or(LONGEST));
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "partner" } else { slug }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_spoken() {
        for (name, expected) in [
            ("Mustermann & Söhne GmbH", "mustermann-soehne-gmbh"),
            ("Spreeinvest  24", "spreeinvest-24"),
            ("株式会社", "partner"),
            ("-- Été --", "ete"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(
            slug("Spreeinvest Wertpapiervermittlung GmbH"),
            "spreeinvest-wertpapiervermittlung"
        );
        assert_eq!(slug(&"a".repeat(50)).len(), LONGEST);
    }
}
