//! A letter: subject and paragraphs, in one language. How it looks is decided elsewhere.

use domain::Language;
use serde::{Deserialize, Serialize};

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    template: String,
    /// In which it is written.
    pub language: Language,
    /// One line.
    pub subject: String,
    /// The text, without salutation and signature.
    pub paragraphs: Vec<Paragraph>,
}

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paragraph {
    /// Sentences.
    Text(String),
    /// Lines that stand under one another.
    List(Vec<String>),
    /// The one thing to do.
    Link {
        /// What it does.
        label: String,
        /// Where it leads.
        url: String,
    },
}

impl Letter {
    /// A letter of this name; the text follows. What came from outside cannot begin another header with a line break.
    pub(super) fn new(template: &str, language: Language, subject: &str) -> Self {
        Self {
            template: template.to_owned(),
            language,
            subject: one_line(subject),
            paragraphs: Vec::new(),
        }
    }

    /// Goes on with sentences.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(Paragraph::Text(text.into()));
        self
    }

    /// Goes on with lines.
    pub(super) fn list(mut self, lines: Vec<String>) -> Self {
        self.paragraphs.push(Paragraph::List(lines));
        self
    }

    /// Goes on with the one thing to do.
    pub(super) fn link(mut self, label: &str, url: &str) -> Self {
        self.paragraphs.push(Paragraph::Link {
            label: label.to_owned(),
            url: url.to_owned(),
        });
        self
    }

    /// Which letter it is.
    pub fn template(&self) -> &str {
        &self.template
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
