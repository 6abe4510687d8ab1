//! What is attached to the file: its data as one line of JSON, and a seal over every byte.
//!
//! Both are attached as they are, without compression, so that they can be found again without reading PDF. The seal is a signature over the
//! hash of the whole file in which the signature's own place is filled with `A`, and is written there last.

use sha2::{Digest as _, Sha256};
use tlog::{Key, Note, Signer};

use crate::content::Statement;

/// Starts the data. The quotes inside a text are escaped, so that no text can start it a second time.
const DATA: &str = "{\"format\":\"cashlink statement 1\",\"statement\":";
/// Starts the seal. A line feed is escaped in the data too.
const SEAL: &str = "cashlink statement seal 1\n";
/// A signature line's bytes in base64: four of the key's id and 64 of the signature.
const PLACE: usize = 92;

/// The data as it is attached.
pub(crate) fn data(statement: &Statement) -> Result<String, serde_json::Error> {
    Ok(format!("{DATA}{}}}\n", serde_json::to_string(statement)?))
}

/// The seal as it is attached before the file is sealed.
pub(crate) fn open_seal(signer: &Signer) -> String {
    let name = signer.public().name();
    format!("{SEAL}\u{2014} {name} {}\n", "A".repeat(PLACE))
}

/// Seals a file. None if it has no place for that.
pub(crate) fn seal(mut file: Vec<u8>, signer: &Signer) -> Option<Vec<u8>> {
    let place = place(&file, signer.public().name())?;
    let text = sealed_text(&file, &place);
    let line = signer.sign(&text).to_string();
    let signature = line.rsplit(' ').next()?.as_bytes();
    let space = file.get_mut(place)?;
    if space.len() != signature.len() {
        return None;
    }
    space.copy_from_slice(signature);
    Some(file)
}

/// The data of a file, wherever it comes from.
pub(crate) fn read(file: &[u8]) -> Option<Statement> {
    let start = only(file, DATA.as_bytes())?;
    let rest = &file[start + DATA.len()..];
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    serde_json::from_slice(rest[..end].strip_suffix(b"}")?).ok()
}

/// What was signed and by whom, as a note that can be verified; none if the file has no seal that names this key. A seal that cannot be read is
/// one that nobody signed.
pub(crate) fn seal_of(file: &[u8], key: &Key) -> Option<Note> {
    let place = place(file, key.name())?;
    let written = String::from_utf8_lossy(file.get(place.clone())?).into_owned();
    let line = format!("\u{2014} {} {written}", key.name());
    Some(Note {
        text: sealed_text(file, &place),
        signatures: line.parse().into_iter().collect(),
    })
}

/// What the seal signs.
fn sealed_text(file: &[u8], place: &std::ops::Range<usize>) -> String {
    let hash = Sha256::new()
        .chain_update(&file[..place.start])
        .chain_update([b'A'; PLACE])
        .chain_update(&file[place.end..])
        .finalize();
    format!("{SEAL}{}\n", hex::encode(hash))
}

/// Where the signature stands.
fn place(file: &[u8], name: &str) -> Option<std::ops::Range<usize>> {
    let head = format!("{SEAL}\u{2014} {name} ");
    let start = only(file, head.as_bytes())? + head.len();
    let place = start..start + PLACE;
    (file.get(place.end) == Some(&b'\n')).then_some(place)
}

/// Where this stands, if it stands in one place only.
fn only(file: &[u8], what: &[u8]) -> Option<usize> {
    let mut places = file.windows(what.len()).enumerate();
    let mut next = || places.find(|(_, window)| *window == what);
    let (at, _) = next()?;
    next().is_none().then_some(at)
}
