//! From content to bytes: a tagged PDF/A-3a and PDF/UA-1 with its data and seal attached. The library refuses to write what is neither.

use domain::Timestamp;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::{DateTime, Metadata};
use krilla::{Document, SerializeSettings};
use tlog::Signer;

use crate::content::Statement;
use crate::fonts::Faces;
use crate::words::Words;
use crate::{file, layout, paint};

/// Why a statement cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The faces that the program carries cannot be read.
    #[error("the faces that the program carries cannot be read")]
    Faces,
    /// A field is not what its name says.
    #[error("the field {0} of the statement cannot be printed")]
    Field(&'static str),
    /// The result would be no PDF/A.
    #[error("the statement would be no PDF/A: {0}")]
    Archival(String),
}

/// Prints statements. Cheap to clone, and good for any number of them.
#[derive(Clone)]
pub struct Press {
    faces: Faces,
}

impl Press {
    /// A press with its faces read.
    ///
    /// # Errors
    /// [`PrintError::Faces`].
    pub fn new() -> Result<Self, PrintError> {
        let faces = Faces::open().ok_or(PrintError::Faces)?;
        Ok(Self { faces })
    }

    /// The file of a statement, sealed by the keeper of the log. The same statement and key give the same bytes.
    ///
    /// # Errors
    /// A field that makes no sense, or a document that would be no PDF/A.
    pub fn print(&self, statement: &Statement, signer: &Signer) -> Result<Vec<u8>, PrintError> {
        let issued = Timestamp::parse(&statement.issued_at);
        let issued = date(issued.map_err(|_| PrintError::Field("issued_at"))?);
        let mut document = Document::new_with(settings()?);
        document.set_metadata(metadata(statement, issued));
        let pages = layout::pages(&self.faces, statement);
        paint::draw(&mut document, &self.faces, statement, &pages)
            .ok_or(PrintError::Field("proof.url"))?;
        let data = file::data(statement).map_err(|_| PrintError::Field("statement"))?;
        attach(
            &mut document,
            ("statement.json", "application/json"),
            issued,
            data,
        );
        let seal = file::open_seal(signer);
        attach(&mut document, ("seal.txt", "text/plain"), issued, seal);
        let written = document
            .finish()
            .map_err(|error| PrintError::Archival(format!("{error:?}")))?;
        file::seal(written, signer).ok_or(PrintError::Field("seal"))
    }
}

fn settings() -> Result<SerializeSettings, PrintError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PrintError::Archival(format!("{error:?}")))?;
    Ok(SerializeSettings {
        configuration,
        enable_tagging: true,
        ..SerializeSettings::default()
    })
}

fn metadata(statement: &Statement, issued: DateTime) -> Metadata {
    let words = Words::of(statement);
    let title = format!("{} {} {}", words.title(), words.number(), statement.number);
    Metadata::new()
        .title(title)
        .language(statement.language.code().to_owned())
        .authors(vec![statement.registrar.name.clone()])
        .creator("Cashlink Distribution Network".to_owned())
        .document_id(format!("statement {}", statement.number))
        .creation_date(issued)
}

fn attach(document: &mut Document, (name, kind): (&str, &str), issued: DateTime, content: String) {
    let attached = document.embed_file(EmbeddedFile {
        path: name.to_owned(),
        mime_type: MimeType::new(kind),
        description: Some(format!("cashlink {name}")),
        association_kind: AssociationKind::Data,
        data: content.into_bytes().into(),
        modification_date: Some(issued),
        // It is found again without reading PDF.
        compress: Some(false),
        location: None,
    });
    debug_assert!(attached.is_some(), "each name is attached once");
}

fn date(moment: Timestamp) -> DateTime {
    let utc = jiff::Timestamp::from_microsecond(moment.micros()).unwrap_or_default();
    let at = utc.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
