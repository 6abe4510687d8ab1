//! What stands where: a statement as blocks of known height, put on pages.

use crate::content::Statement;
use crate::field::Field;
use crate::fonts::{Faces, Run, Style};
use crate::words::{Section, Words};

/// A4 in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
pub(crate) const LEFT: f32 = 62.0;
pub(crate) const RIGHT: f32 = PAGE.0 - 62.0;
pub(crate) const WIDTH: f32 = RIGHT - LEFT;
/// Below the running head.
const TOP: f32 = 84.0;
/// Above the foot.
const BOTTOM: f32 = PAGE.1 - 66.0;
/// Where values start.
pub(crate) const VALUES: f32 = LEFT + 142.0;

pub(crate) const BODY: f32 = 9.5;
pub(crate) const CODE: f32 = 8.0;
pub(crate) const LINE: f32 = 13.0;
pub(crate) const QR_SIDE: f32 = 86.0;

/// A piece of a statement that stays on one page.
pub(crate) enum Block {
    /// Whom the statement is for, beside the QR code.
    Address(Vec<Run>),
    Title {
        title: Run,
        subtitle: Vec<Run>,
    },
    /// What the reader must not overlook.
    Notice(Vec<Run>),
    /// The holding, large.
    Figures(Vec<Figure>),
    Heading {
        text: String,
        run: Run,
    },
    /// A field.
    Row {
        label: Vec<Run>,
        lines: Vec<Run>,
    },
    Paragraph(Vec<Run>),
}

/// One of the large numbers.
pub(crate) struct Figure {
    pub(crate) label: Run,
    pub(crate) value: Run,
}

impl Block {
    pub(crate) fn height(&self) -> f32 {
        match self {
            Self::Address(address) => lines(address).max(QR_SIDE + 14.0) + 16.0,
            Self::Title { subtitle, .. } => 34.0 + lines(subtitle) + 10.0,
            Self::Notice(text) => lines(text) + 20.0,
            Self::Figures(_) => 64.0,
            Self::Heading { .. } => 34.0,
            Self::Row {
                label, lines: of, ..
            } => lines(label).max(lines(of)) + 4.0,
            Self::Paragraph(text) => lines(text) + 8.0,
        }
    }

    /// A heading does not stand alone at the end of a page.
    const fn is_alone(&self) -> bool {
        !matches!(self, Self::Heading { .. })
    }
}

fn lines(of: &[Run]) -> f32 {
    of.len() as f32 * LINE
}

/// The blocks of a page, each with its upper edge.
pub(crate) type Page = Vec<(f32, Block)>;

/// Puts a statement on pages.
pub(crate) fn pages(faces: &Faces, statement: &Statement) -> Vec<Page> {
    let mut pages = vec![Page::new()];
    let mut y = TOP;
    let mut blocks = blocks(faces, statement).into_iter().peekable();
    while let Some(block) = blocks.next() {
        let follower = match block.is_alone() {
            true => 0.0,
            false => blocks.peek().map_or(0.0, Block::height),
        };
        if y + block.height() + follower > BOTTOM {
            pages.push(Page::new());
            y = TOP;
        }
        let height = block.height();
        if let Some(page) = pages.last_mut() {
            page.push((y, block));
        }
        y += height;
    }
    pages
}

fn blocks(faces: &Faces, statement: &Statement) -> Vec<Block> {
    let words = Words::of(statement);
    let set = |style, text: &str| faces.set(style, text);
    let beside_code = WIDTH - QR_SIDE - 24.0;
    let mut address = faces.broken(Style::SemiBold, BODY, beside_code, &statement.holder.name);
    for line in &statement.holder.address {
        address.extend(faces.broken(Style::Regular, BODY, beside_code, line));
    }
    let mut blocks = vec![
        Block::Address(address),
        Block::Title {
            title: set(Style::SemiBold, words.title()),
            subtitle: faces.broken(Style::Regular, BODY, WIDTH, words.subtitle()),
        },
    ];
    if let [sample] = Field::IsSample.lines(statement).as_slice() {
        let text = faces.broken(Style::SemiBold, BODY, WIDTH - 24.0, sample);
        blocks.push(Block::Notice(text));
    }
    blocks.push(Block::Figures(figures(faces, statement)));
    for (section, fields) in SECTIONS {
        let rows = rows(faces, statement, fields);
        if rows.is_empty() {
            continue;
        }
        let text = words.heading(*section).to_owned();
        let run = set(Style::SemiBold, &text);
        blocks.push(Block::Heading { text, run });
        if *section == Section::Proof {
            let text = faces.broken(Style::Regular, BODY, WIDTH, words.proof());
            blocks.push(Block::Paragraph(text));
        }
        blocks.extend(rows);
    }
    blocks
}

fn rows(faces: &Faces, statement: &Statement, fields: &[Field]) -> Vec<Block> {
    let mut rows = Vec::new();
    for field in fields {
        let shown = field.lines(statement);
        if shown.is_empty() {
            continue;
        }
        let (style, size) = match field.is_code() {
            true => (Style::Mono, CODE),
            false => (Style::Regular, BODY),
        };
        let label = field.label(statement.language);
        let broken = |line: &String| faces.broken(style, size, RIGHT - VALUES, line);
        rows.push(Block::Row {
            label: faces.broken(Style::Regular, BODY, VALUES - LEFT - 10.0, label),
            lines: shown.iter().flat_map(broken).collect(),
        });
    }
    rows
}

/// Before, change and after of an entry; else what is held.
fn figures(faces: &Faces, statement: &Statement) -> Vec<Figure> {
    let words = Words::of(statement);
    let language = statement.language;
    let figure = |label: &str, value: &str| Figure {
        label: faces.set(Style::Regular, label),
        value: faces.set(Style::SemiBold, value),
    };
    let holding = &statement.holding;
    let mut figures = Vec::new();
    if let Some(before) = holding.units_before {
        let shown = Field::HoldingUnitsBefore.lines(statement).concat();
        figures.push(figure(Field::HoldingUnitsBefore.label(language), &shown));
        let (sign, change) = match holding.units >= before {
            true => ('+', holding.units - before),
            false => ('\u{2212}', before - holding.units),
        };
        let change = format!("{sign}{}", crate::text::grouped(change, language));
        figures.push(figure(words.change(), &change));
    }
    let shown = Field::HoldingUnits.lines(statement).concat();
    figures.push(figure(words.holding_now(), &shown));
    if let [nominal] = Field::HoldingNominal.lines(statement).as_slice() {
        figures.push(figure(Field::HoldingNominal.label(language), nominal));
    }
    figures
}

/// Which field stands in which part; a test compares them with all that there are.
pub(crate) const SECTIONS: &[(Section, &[Field])] = &[
    (
        Section::Statement,
        &[
            Field::Number,
            Field::Reason,
            Field::IssuedAt,
            Field::RegisterAt,
            Field::RegisterSequence,
        ],
    ),
    (
        Section::Holder,
        &[
            Field::HolderId,
            Field::HoldingInvestmentId,
            Field::HoldingInvestmentUnits,
        ],
    ),
    (
        Section::Security,
        &[
            Field::SecurityName,
            Field::SecurityDesignation,
            Field::SecurityIsin,
            Field::SecurityWkn,
            Field::SecurityIssueUnits,
            Field::SecurityNominalValue,
            Field::SecurityEntryType,
            Field::SecurityMixedStock,
            Field::SecurityTermsVersion,
            Field::SecurityTermsHash,
            Field::SecurityTermsUrl,
        ],
    ),
    (
        Section::Issuer,
        &[
            Field::IssuerName,
            Field::IssuerSeat,
            Field::IssuerCommercialRegister,
            Field::IssuerLei,
        ],
    ),
    (
        Section::Notes,
        &[
            Field::Restrictions,
            Field::ThirdPartyRights,
            Field::LegalCapacity,
        ],
    ),
    (
        Section::Ledger,
        &[
            Field::LedgerNetwork,
            Field::LedgerChainId,
            Field::LedgerContract,
            Field::TransactionHash,
            Field::TransactionBlock,
        ],
    ),
    (
        Section::Registrar,
        &[
            Field::RegistrarName,
            Field::RegistrarAddress,
            Field::RegistrarLei,
            Field::RegistrarRegisterId,
        ],
    ),
    (
        Section::Proof,
        &[
            Field::ProofSequence,
            Field::ProofEntry,
            Field::ProofHashes,
            Field::ProofCheckpoint,
            Field::ProofAnchorHash,
            Field::ProofAnchorBlock,
            Field::ProofUrl,
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_in_exactly_one_place() {
        // The title, the address, the notice and the figures show these.
        let elsewhere = [
            Field::Kind,
            Field::IsSample,
            Field::HolderName,
            Field::HolderAddress,
            Field::HoldingUnitsBefore,
            Field::HoldingUnits,
            Field::HoldingNominal,
        ];
        let placed: Vec<Field> = SECTIONS
            .iter()
            .flat_map(|(_, fields)| fields.iter().copied())
            .chain(elsewhere)
            .collect();
        for field in Field::ALL {
            let times = placed.iter().filter(|placed| *placed == field).count();
            assert_eq!(times, 1, "{}", field.path());
        }
        assert_eq!(placed.len(), Field::ALL.len());
    }
}
