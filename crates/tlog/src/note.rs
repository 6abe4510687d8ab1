//! Signed notes (C2SP `signed-note`): a text, and the signatures of those who stand by it.
//!
//! ```text
//! the text, one or more lines
//! <empty line>
//! — name base64(key id, signature)
//! ```

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

/// What every line of a signature begins with.
const DASH: &str = "\u{2014} ";
/// A note is short: a reader stops here.
const MOST_BYTES: usize = 64 * 1024;
/// More signatures than any log has witnesses.
const MOST_SIGNATURES: usize = 64;

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 over the note's text: a log signs its checkpoint.
    Ed25519,
    /// Ed25519 over a time and the note's text: a witness has seen that the log only grew (C2SP `tlog-cosignature`, version 1).
    Cosignature,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// The public half of a key, under the name of who signs with it. As text: `name+id+base64(algorithm, key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: String,
    algorithm: Algorithm,
    key: [u8; 32],
}

/// A text and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed; it ends with a line feed.
    pub text: String,
    /// By whom.
    pub signatures: Vec<Signature>,
}

/// One line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who says to have signed.
    pub name: String,
    /// The first bytes of a hash over name and key; finds the key, proves nothing.
    pub key_id: [u8; 4],
    /// What the algorithm of the key makes of it.
    pub bytes: Vec<u8>,
}

/// Why a note, a key or a signature is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not text, an empty line, a signature or a line feed is missing, or it is too long.
    #[error("this is not a signed note (C2SP signed-note)")]
    Format,
    /// Not `name+id+base64`, another algorithm, or an id that is not the key's.
    #[error("this is not a public key as name+id+key")]
    Key,
    /// A name is empty, or holds a space or a plus sign.
    #[error("a key's name has at least one character and neither spaces nor plus signs")]
    Name,
    /// Nobody with this key has signed.
    #[error("the note bears no signature of this key")]
    Unsigned,
    /// There is a signature under the key's name, and it is not the key's.
    #[error("the signature under this key's name is not the key's")]
    Forged,
}

/// Signs under a name.
pub struct Signer {
    key: Ed25519KeyPair,
    public: Key,
}

impl Key {
    /// # Errors
    /// The name cannot stand in a note.
    pub fn new(name: &str, algorithm: Algorithm, key: [u8; 32]) -> Result<Self, NoteError> {
        let is_name = !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+');
        if !is_name {
            return Err(NoteError::Name);
        }
        let name = name.to_owned();
        Ok(Self {
            name,
            algorithm,
            key,
        })
    }

    /// Who signs with it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is signed.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The raw key.
    #[must_use]
    pub const fn bytes(&self) -> [u8; 32] {
        self.key
    }

    /// The first four bytes of SHA-256 over name, line feed, algorithm and key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.algorithm.byte()])
            .chain_update(self.key)
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The signature of this key over the note's text, if the key's is the plain algorithm.
    ///
    /// # Errors
    /// Nobody signed with it, or somebody only says so.
    pub fn verify(&self, note: &Note) -> Result<(), NoteError> {
        let signature = self.find(note)?;
        self.check(note.text.as_bytes(), &signature.bytes)
    }

    /// The line of this key.
    pub(crate) fn find<'a>(&self, note: &'a Note) -> Result<&'a Signature, NoteError> {
        let id = self.id();
        let is_ours = |one: &&Signature| one.name == self.name && one.key_id == id;
        note.signatures
            .iter()
            .find(is_ours)
            .ok_or(NoteError::Unsigned)
    }

    pub(crate) fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), NoteError> {
        UnparsedPublicKey::new(&ED25519, self.key)
            .verify(message, signature)
            .map_err(|_| NoteError::Forged)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm.byte()];
        bytes.extend_from_slice(&self.key);
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for Key {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (name, id, bytes) = match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(id), Some(bytes)) => (name, id, bytes),
            _ => return Err(NoteError::Key),
        };
        let bytes = STANDARD.decode(bytes).map_err(|_| NoteError::Key)?;
        let (algorithm, key) = match bytes.split_first() {
            Some((0x01, key)) => (Algorithm::Ed25519, key),
            Some((0x04, key)) => (Algorithm::Cosignature, key),
            _ => return Err(NoteError::Key),
        };
        let key = key.try_into().map_err(|_| NoteError::Key)?;
        let key = Self::new(name, algorithm, key)?;
        let is_its_id = u32::from_str_radix(id, 16).is_ok_and(|id| id.to_be_bytes() == key.id());
        if is_its_id && id.len() == 8 {
            Ok(key)
        } else {
            Err(NoteError::Key)
        }
    }
}

impl Signer {
    /// A signer with the secret half of a key.
    ///
    /// # Errors
    /// The name cannot stand in a note.
    pub fn new(name: &str, algorithm: Algorithm, secret: &[u8; 32]) -> Result<Self, NoteError> {
        let key = Ed25519KeyPair::from_seed_unchecked(secret).map_err(|_| NoteError::Key)?;
        let bytes = key.public_key().as_ref().try_into();
        let public = Key::new(name, algorithm, bytes.map_err(|_| NoteError::Key)?)?;
        Ok(Self { key, public })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &Key {
        &self.public
    }

    /// The text with this signature; for keys of the plain algorithm.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        self.signature(self.raw(text.as_bytes()))
    }

    pub(crate) fn raw(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).as_ref().to_vec()
    }

    pub(crate) fn signature(&self, bytes: Vec<u8>) -> Signature {
        Signature {
            name: self.public.name.clone(),
            key_id: self.public.id(),
            bytes,
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.bytes].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for Signature {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix(DASH).ok_or(NoteError::Format)?;
        let (name, bytes) = rest.split_once(' ').ok_or(NoteError::Format)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| NoteError::Format)?;
        let (key_id, bytes) = bytes.split_first_chunk::<4>().ok_or(NoteError::Format)?;
        if name.is_empty() || name.contains('+') || bytes.is_empty() {
            return Err(NoteError::Format);
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: *key_id,
            bytes: bytes.to_vec(),
        })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    /// The text ends at the last empty line, so that a text may have empty lines itself.
    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > MOST_BYTES || note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Format);
        }
        let end = note.rfind("\n\n").ok_or(NoteError::Format)?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Format)?;
        let signatures: Vec<Signature> = lines
            .split('\n')
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(NoteError::Format);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of the Go project's documentation of its package for notes.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn signer(name: &str) -> Signer {
        Signer::new(name, Algorithm::Ed25519, &[7; 32]).unwrap()
    }

    #[test]
    fn a_foreign_note_is_read_verified_and_written_as_it_was() {
        let key: Key = KEY.parse().unwrap();
        let note: Note = NOTE.parse().unwrap();
        assert_eq!(key.verify(&note), Ok(()));
        assert_eq!(key.to_string(), KEY);
        assert_eq!(note.to_string(), NOTE);
    }

    #[test]
    fn a_changed_text_another_key_and_a_claim_are_told_apart() {
        let (ours, other) = (signer("ours"), signer("other"));
        let text = "one\n\ntwo\n";
        let mut note = Note {
            text: text.to_owned(),
            signatures: vec![other.sign(text), ours.sign(text)],
        };
        assert_eq!(note.to_string().parse(), Ok(note.clone()));
        assert_eq!(ours.public().verify(&note), Ok(()));
        note.text = "one\n\nthree\n".to_owned();
        assert_eq!(ours.public().verify(&note), Err(NoteError::Forged));
        note.signatures.pop();
        assert_eq!(ours.public().verify(&note), Err(NoteError::Unsigned));
        // The same secret under another name is another key.
        assert_ne!(ours.public().id(), other.public().id());
    }

    #[test]
    fn what_is_no_note_is_refused() {
        for text in [
            "",
            "text\n",
            "text\n\n",
            "text\n\nnobody AAAAAAAA\n",
            "text\n\n\u{2014} nobody AAAA\n",
            "text\n\n\u{2014} no+body AAAAAAAA\n",
            "text\n\n\u{2014} nobody AAAAAAAA",
            "te\u{7}xt\n\n\u{2014} nobody AAAAAAAA\n",
        ] {
            assert_eq!(text.parse::<Note>(), Err(NoteError::Format), "{text:?}");
        }
        for text in [
            "name",
            "name+00000000+AAAA",
            &KEY.replace("c74f20a3", "c74f20a4"),
            &KEY.replace("c74f20a3", "+c74f20a"),
            &KEY.replace("+ARpc", "+BBpc"),
        ] {
            assert_eq!(text.parse::<Key>(), Err(NoteError::Key), "{text}");
        }
        let named = Signer::new("a name", Algorithm::Ed25519, &[7; 32]);
        assert_eq!(named.err(), Some(NoteError::Name));
    }
}
