//! How a letter looks: plain text first, and the same as simple HTML that loads nothing.

use domain::Language;
use maud::{DOCTYPE, html};

use super::letter::{Letter, Paragraph};

/// The letter as text, each paragraph a line, which mail programs break as they like.
pub fn plain_text(letter: &Letter, sender: &str) -> String {
    let mut blocks = vec![salutation(letter.language).to_owned()];
    for paragraph in &letter.paragraphs {
        blocks.push(match paragraph {
            Paragraph::Text(text) => text.clone(),
            Paragraph::List(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
                lines.join("\n")
            }
            Paragraph::Link { label, url } => format!("{label}:\n{url}"),
        });
    }
    blocks.push(format!("{}\n{sender}", closing(letter.language)));
    blocks.join("\n\n") + "\n"
}

/// The letter as a page of its own.
pub fn html(letter: &Letter, sender: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(letter.language.code()) {
            head {
                meta charset="utf-8";
                title { (letter.subject) }
            }
            body {
                p { (salutation(letter.language)) }
                @for paragraph in &letter.paragraphs {
                    @match paragraph {
                        Paragraph::Text(text) => p { (text) },
                        Paragraph::List(lines) => ul { @for line in lines { li { (line) } } },
                        Paragraph::Link { label, url } => p { a href=(url) { (label) } br; (url) },
                    }
                }
                p { (closing(letter.language)) br; (sender) }
            }
        }
    };
    page.into_string()
}

/// People are not addressed by name: a name is more than a mail needs.
fn salutation(language: Language) -> &'static str {
    match language {
        Language::German => "Guten Tag,",
        Language::English => "Hello,",
    }
}

fn closing(language: Language) -> &'static str {
    match language {
        Language::German => "Freundliche Grüße",
        Language::English => "Kind regards",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter::new("example", Language::English, "One\r\nBcc: two")
            .text("A & B <c>")
            .list(vec!["x".to_owned(), "y".to_owned()])
            .link("Open", "https://network.example/?a=1&b=2")
    }

    #[test]
    fn text_is_what_was_said() {
        let expected = "Hello,\n\nA & B <c>\n\n- x\n- y\n\nOpen:\nhttps://network.example/?a=1&b=2\n\nKind regards\nMusterregister\n";
        assert_eq!(plain_text(&letter(), "Musterregister"), expected);
    }

    #[test]
    fn html_escapes_what_was_said() {
        let page = html(&letter(), "Musterregister");
        assert!(page.contains("A &amp; B &lt;c&gt;"), "{page}");
        assert!(
            page.contains(r#"href="https://network.example/?a=1&amp;b=2""#),
            "{page}"
        );
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(letter().subject, "One Bcc: two");
    }
}
