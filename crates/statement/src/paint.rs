//! Draws the pages and says what each piece is, so that a screen reader reads the statement as a person does.

use std::num::NonZeroU16;

use krilla::Document;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};

use crate::content::Statement;
use crate::fonts::{Faces, Run, Style};
use crate::layout::{
    BODY, Block, CODE, Figure, LEFT, LINE, PAGE, Page, QR_SIDE, RIGHT, VALUES, WIDTH,
};
use crate::qr;
use crate::words::Words;

/// Red, green and blue.
type Ink = (u8, u8, u8);

const BLACK: Ink = (0, 0, 0);
const INK: Ink = (24, 28, 35);
const GREY: Ink = (92, 100, 112);
const ACCENT: Ink = (15, 76, 92);
const RULE: Ink = (206, 213, 220);
const TINT: Ink = (240, 245, 246);
const WARNING: Ink = (253, 243, 219);

const TITLE: f32 = 22.0;
const HEADING: f32 = 11.5;
const SMALL: f32 = 8.0;
const NUMBER: f32 = 15.0;

/// Draws all pages into the document, with tags and outline.
pub(crate) fn draw(
    document: &mut Document,
    faces: &Faces,
    statement: &Statement,
    pages: &[Page],
) -> Option<()> {
    let mut structure = Structure::default();
    for (index, blocks) in pages.iter().enumerate() {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1)?);
        let mut brush = Brush {
            surface: page.surface(),
            faces,
            statement,
        };
        brush.head_and_foot(index + 1, pages.len())?;
        for (y, block) in blocks {
            brush.block((index, *y), block, &mut structure)?;
        }
        brush.surface.finish();
    }
    structure.close_table();
    document.set_tag_tree(
        structure
            .tree
            .with_lang(Some(statement.language.code().to_owned())),
    );
    document.set_outline(structure.outline);
    Some(())
}

/// What the pages mean, as it grows.
struct Structure {
    tree: TagTree,
    outline: Outline,
    /// The fields of the section that is being drawn.
    rows: Option<TagGroup>,
}

impl Default for Structure {
    fn default() -> Self {
        Self {
            tree: TagTree::new(),
            outline: Outline::new(),
            rows: None,
        }
    }
}

impl Structure {
    fn push(&mut self, group: TagGroup) {
        self.close_table();
        self.tree.push(group);
    }

    fn row(&mut self, label: Identifier, value: Identifier) {
        let mut row = TagGroup::new(Tag::TR);
        row.push(group(Tag::TH(TableHeaderScope::Row), label));
        row.push(group(Tag::TD, value));
        let table = self.rows.get_or_insert_with(|| TagGroup::new(Tag::Table));
        table.push(row);
    }

    fn close_table(&mut self) {
        if let Some(table) = self.rows.take() {
            self.tree.push(table);
        }
    }

    fn heading(&mut self, level: u16, text: &str, of: Identifier, (page, y): (usize, f32)) {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        self.push(group(Tag::Hn(level, Some(text.to_owned())), of));
        let place = XyzDestination::new(page, Point::from_xy(LEFT, y));
        let node = OutlineNode::new(text.to_owned(), place);
        self.outline.push_child(node);
    }
}

fn group(tag: impl Into<krilla::tagging::TagKind>, of: Identifier) -> TagGroup {
    let mut group = TagGroup::new(tag);
    group.push(of);
    group
}

struct Brush<'a> {
    surface: Surface<'a>,
    faces: &'a Faces,
    statement: &'a Statement,
}

impl Brush<'_> {
    fn block(&mut self, at: (usize, f32), block: &Block, into: &mut Structure) -> Option<()> {
        let y = at.1;
        match block {
            Block::Address(lines) => {
                let of = self.content(|brush| brush.lines(LEFT, y, lines, BODY));
                into.push(group(Tag::P, of));
                self.code(y, into)?;
            }
            Block::Title { title, subtitle } => {
                let of = self.content(|brush| {
                    brush.text(LEFT, y + 24.0, title, (TITLE, INK));
                });
                into.heading(1, &title.text, of, at);
                let of = self.content(|brush| {
                    brush.colored(LEFT, y + 34.0, subtitle, (BODY, GREY));
                });
                into.push(group(Tag::P, of));
            }
            Block::Notice(lines) => {
                let height = lines.len() as f32 * LINE + 10.0;
                self.box_of(y, height, WARNING)?;
                let of = self.content(|brush| {
                    brush.lines(LEFT + 12.0, y + 5.0, lines, BODY);
                });
                into.push(group(Tag::P, of));
            }
            Block::Figures(figures) => self.figures(y, figures, into)?,
            Block::Heading { text, run } => {
                self.rule(y + 29.0, 0.8, ACCENT)?;
                let of = self.content(|brush| {
                    brush.text(LEFT, y + 24.0, run, (HEADING, ACCENT));
                });
                into.heading(2, text, of, at);
            }
            Block::Row { label, lines } => {
                let is_code = lines.iter().any(|line| line.style == Style::Mono);
                let size = if is_code { CODE } else { BODY };
                let named = self.content(|brush| {
                    brush.colored(LEFT, y, label, (BODY, GREY));
                });
                let value = self.content(|brush| brush.lines(VALUES, y, lines, size));
                into.row(named, value);
            }
            Block::Paragraph(lines) => {
                let of = self.content(|brush| {
                    brush.lines(LEFT, y + 4.0, lines, BODY);
                });
                into.push(group(Tag::P, of));
            }
        }
        Some(())
    }

    /// The code, with what it says for those who cannot see it.
    fn code(&mut self, y: f32, into: &mut Structure) -> Option<()> {
        let words = Words::of(self.statement);
        let left = RIGHT - QR_SIDE;
        let path = qr::path(&self.statement.proof.code(), (left, y), QR_SIDE)?;
        let of = self.content(|brush| {
            brush.surface.set_fill(Some(fill(BLACK)));
            brush.surface.draw_path(&path);
        });
        into.push(group(Tag::Figure(Some(words.qr().to_owned())), of));
        let caption = self.faces.set(Style::Regular, words.qr_caption());
        let x = RIGHT - caption.width(SMALL);
        let of = self.content(|brush| {
            let below = y + QR_SIDE + 11.0;
            brush.text(x, below, &caption, (SMALL, GREY));
        });
        into.push(group(Tag::P, of));
        Some(())
    }

    /// A table of one column each: what it is, and how much.
    fn figures(&mut self, y: f32, figures: &[Figure], into: &mut Structure) -> Option<()> {
        self.box_of(y, 52.0, TINT)?;
        let width = (WIDTH - 24.0) / figures.len().max(1) as f32;
        let (mut head, mut body) = (TagGroup::new(Tag::TR), TagGroup::new(Tag::TR));
        for (column, Figure { label, value }) in figures.iter().enumerate() {
            let x = LEFT + 12.0 + column as f32 * width;
            let named = self.content(|brush| {
                brush.text(x, y + 18.0, label, (SMALL, GREY));
            });
            head.push(group(Tag::TH(TableHeaderScope::Column), named));
            // A large holding stays within its column.
            let size = NUMBER.min((width - 8.0) / value.width(1.0));
            let shown = self.content(|brush| {
                brush.text(x, y + 39.0, value, (size, INK));
            });
            body.push(group(Tag::TD, shown));
        }
        let mut table = TagGroup::new(Tag::Table);
        table.push(head);
        table.push(body);
        into.push(table);
        Some(())
    }

    /// On every page: who declares, and which page of which statement it is.
    fn head_and_foot(&mut self, number: usize, of: usize) -> Option<()> {
        let words = Words::of(self.statement);
        let faces = self.faces;
        let firm = faces.set(Style::SemiBold, &self.statement.registrar.name);
        let address = self.statement.registrar.address.as_deref();
        let address = faces.set(Style::Regular, address.unwrap_or_default());
        self.artifact(ArtifactType::Header, |brush| {
            brush.text(LEFT, 46.0, &firm, (BODY, ACCENT));
            let x = RIGHT - address.width(SMALL);
            brush.text(x, 46.0, &address, (SMALL, GREY));
            brush.rectangle((LEFT, 56.0), (WIDTH, 1.6), ACCENT)
        })?;
        let (title, isin) = (words.title(), &self.statement.security.isin);
        let named = format!(
            "{title} {} {} · {isin}",
            words.number(),
            self.statement.number
        );
        let named = faces.set(Style::Regular, &named);
        let page = faces.set(Style::Regular, &format!("{number} / {of}"));
        self.artifact(ArtifactType::Footer, |brush| {
            let y = PAGE.1 - 38.0;
            brush.text(LEFT, y, &named, (SMALL, GREY));
            let x = RIGHT - page.width(SMALL);
            brush.text(x, y, &page, (SMALL, GREY));
            brush.rectangle((LEFT, y - 14.0), (WIDTH, 0.5), RULE)
        })
    }

    fn box_of(&mut self, y: f32, height: f32, color: Ink) -> Option<()> {
        self.artifact(ArtifactType::Layout, |brush| {
            brush.rectangle((LEFT, y), (WIDTH, height), color)
        })
    }

    fn rule(&mut self, y: f32, height: f32, color: Ink) -> Option<()> {
        self.box_of(y, height, color)
    }

    /// Draws something that belongs to the text.
    fn content(&mut self, draw: impl FnOnce(&mut Self)) -> Identifier {
        let tag = ContentTag::Span(SpanTag::empty());
        let of = self.surface.start_tagged(tag);
        draw(self);
        self.surface.end_tagged();
        of
    }

    /// Draws something that does not.
    fn artifact<T>(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self) -> T) -> T {
        let tag = ContentTag::Artifact(Artifact::with_kind(kind));
        self.surface.start_tagged(tag);
        let drawn = draw(self);
        self.surface.end_tagged();
        drawn
    }

    fn lines(&mut self, x: f32, y: f32, lines: &[Run], size: f32) {
        self.colored(x, y, lines, (size, INK));
    }

    fn colored(&mut self, x: f32, y: f32, lines: &[Run], (size, color): (f32, Ink)) {
        for (index, line) in lines.iter().enumerate() {
            let y = y + index as f32 * LINE + 10.0;
            self.text(x, y, line, (size, color));
        }
    }

    /// One line with its base at `y`.
    fn text(&mut self, x: f32, y: f32, run: &Run, (size, color): (f32, Ink)) {
        self.surface.set_fill(Some(fill(color)));
        let font = self.faces.font(run.style);
        let start = Point::from_xy(x, y);
        self.surface
            .draw_glyphs(start, &run.glyphs, font, &run.text, size, false);
    }

    fn rectangle(
        &mut self,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        color: Ink,
    ) -> Option<()> {
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(x, y, width, height)?);
        self.surface.set_fill(Some(fill(color)));
        self.surface.draw_path(&path.finish()?);
        Some(())
    }
}

fn fill((red, green, blue): Ink) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    }
}
