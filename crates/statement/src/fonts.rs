//! The three faces, carried by the program and embedded as far as a statement uses them; text is set letter by letter.
//!
//! Without ligatures and kerning what is measured is what is drawn, and what is copied out of the file is what was written.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

const REGULAR: &[u8] = include_bytes!("../fonts/IBMPlexSans-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../fonts/IBMPlexSans-SemiBold.ttf");
const MONO: &[u8] = include_bytes!("../fonts/IBMPlexMono-Regular.ttf");

/// What stands for a letter that no face has, so that a name in another script does not keep a holder from its statement.
const UNKNOWN: char = '?';

/// The faces of a statement.
#[derive(Clone)]
pub(crate) struct Faces {
    regular: Face,
    semi_bold: Face,
    mono: Face,
}

/// Which face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Regular,
    SemiBold,
    Mono,
}

/// One face.
#[derive(Clone)]
struct Face {
    font: Font,
    /// Of each letter that the face has. Text is measured many times to break it into lines, and the font's own tables are slow to ask.
    letters: Arc<HashMap<char, Letter>>,
}

/// How a letter is drawn.
#[derive(Clone, Copy)]
struct Letter {
    glyph: GlyphId,
    /// In em.
    advance: f32,
}

/// A line of text, ready to be drawn.
pub(crate) struct Run {
    pub(crate) style: Style,
    pub(crate) text: String,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// In em.
    width: f32,
}

impl Run {
    /// In points.
    pub(crate) fn width(&self, size: f32) -> f32 {
        self.width * size
    }
}

impl Faces {
    /// None if the files that the program was built with are no fonts.
    pub(crate) fn open() -> Option<Self> {
        Some(Self {
            regular: Face::open(REGULAR)?,
            semi_bold: Face::open(SEMI_BOLD)?,
            mono: Face::open(MONO)?,
        })
    }

    pub(crate) fn font(&self, style: Style) -> Font {
        self.face(style).font.clone()
    }

    /// Sets a line.
    pub(crate) fn set(&self, style: Style, text: &str) -> Run {
        self.face(style).set(style, text)
    }

    /// Breaks a text into lines of at most this width in points: between words, and within what has no blank.
    pub(crate) fn broken(&self, style: Style, size: f32, width: f32, text: &str) -> Vec<Run> {
        let face = self.face(style);
        let fits = |range: &Range<usize>| face.width(&text[range.clone()]) * size <= width;
        let mut lines: Vec<Range<usize>> = Vec::new();
        for word in words(text) {
            let joined = lines.last().map(|line| line.start..word.end);
            match joined.filter(fits) {
                Some(joined) => {
                    lines.pop();
                    lines.push(joined);
                }
                None => lines.extend(pieces(text, word, fits)),
            }
        }
        // The blank that a line ends at belongs to it: whoever reads the file aloud or copies it needs it.
        let with_blank = |line: Range<usize>| match text[line.end..].starts_with(' ') {
            true => line.start..line.end + 1,
            false => line,
        };
        let lines = lines.into_iter().map(with_blank);
        lines.map(|line| face.set(style, &text[line])).collect()
    }

    const fn face(&self, style: Style) -> &Face {
        match style {
            Style::Regular => &self.regular,
            Style::SemiBold => &self.semi_bold,
            Style::Mono => &self.mono,
        }
    }
}

impl Face {
    fn open(bytes: &'static [u8]) -> Option<Self> {
        let font = Font::new(Data::from(bytes), 0)?;
        let read = FontRef::new(bytes).ok()?;
        let metrics = read.glyph_metrics(Size::unscaled(), LocationRef::default());
        let em = font.units_per_em();
        let letters = read.charmap().mappings().filter_map(|(letter, glyph)| {
            let advance = metrics.advance_width(glyph).unwrap_or_default() / em;
            let glyph = GlyphId::new(glyph.to_u32());
            Some((char::from_u32(letter)?, Letter { glyph, advance }))
        });
        Some(Self {
            font,
            letters: Arc::new(letters.collect()),
        })
    }

    fn set(&self, style: Style, text: &str) -> Run {
        let shown = |letter| match self.letters.contains_key(&letter) {
            true => letter,
            false => UNKNOWN,
        };
        let text: String = text.chars().map(shown).collect();
        let mut glyphs = Vec::with_capacity(text.len());
        let mut width = 0.0;
        for (at, letter) in text.char_indices() {
            let Some(&Letter { glyph, advance }) = self.letters.get(&letter) else {
                continue;
            };
            width += advance;
            let range = at..at + letter.len_utf8();
            glyphs.push(KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, range, None));
        }
        Run {
            style,
            text,
            glyphs,
            width,
        }
    }

    /// In em.
    fn width(&self, text: &str) -> f32 {
        let known = |letter| self.letters.get(&letter);
        text.chars()
            .filter_map(|letter| known(letter).or_else(|| known(UNKNOWN)))
            .map(|letter| letter.advance)
            .sum()
    }
}

/// The words of a text, each without the blanks around it.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split(' ').scan(0, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some(start..start + word.len())
    })
}

/// A word, cut where it is too long for a line.
fn pieces(
    text: &str,
    word: Range<usize>,
    fits: impl Fn(&Range<usize>) -> bool,
) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = word.start;
    for (at, letter) in text[word.clone()].char_indices() {
        let end = word.start + at + letter.len_utf8();
        if !fits(&(start..end)) && word.start + at > start {
            pieces.push(start..word.start + at);
            start = word.start + at;
        }
    }
    pieces.push(start..word.end);
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let faces = Faces::open().unwrap();
        let runs = faces.broken(Style::Regular, 10.0, width, text);
        let blank = faces.set(Style::Regular, " ").width(10.0);
        assert!(runs.iter().all(|run| run.width(10.0) <= width + blank));
        runs.into_iter().map(|run| run.text).collect()
    }

    #[test]
    fn lines_break_between_words_and_within_what_has_no_blank() {
        assert_eq!(lines("one two", 500.0), ["one two"]);
        assert_eq!(lines("one two", 20.0), ["one ", "two"]);
        assert_eq!(lines("", 20.0), [""]);
        let long = lines(&"ab".repeat(40), 50.0);
        assert!(long.len() > 3);
        assert_eq!(long.concat(), "ab".repeat(40));
    }

    #[test]
    fn a_letter_that_no_face_has_is_shown_as_one() {
        assert_eq!(lines("Ødegård \u{65e5}", 500.0), ["Ødegård ?"]);
    }
}
