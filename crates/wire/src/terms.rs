//! Deposited terms: what anybody may read of them, and how the registrar changes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::products::Term;

/// The terms of a security at their public address (§ 5 eWpG; eWpRV § 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecurityTerms {
    /// ISO 6166.
    pub isin: String,
    /// Name of the security.
    pub name: String,
    /// Who issues it.
    pub issuer_name: String,
    /// Whether it is a twin for trying things out, worth nothing.
    pub is_sandbox: bool,
    /// Whether the offer addresses a circle, which alone may read the terms; everybody sees hashes and records.
    pub is_restricted: bool,
    /// The key that signs the records, as `name+id+key` (C2SP `signed-note`).
    pub public_key: String,
    /// The version that was deposited last.
    pub version: u32,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Every version, from 1 without a gap.
    pub versions: Vec<TermsVersion>,
    /// The register's entry that commits to the terms; null before it is made.
    pub entry: Option<TermsEntry>,
}

/// One version of the terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TermsVersion {
    /// Consecutive, from 1.
    pub version: u32,
    /// SHA-256 of the terms' bytes, hexadecimal.
    pub sha256: String,
    /// Where the bytes are; null if they are purged, or for a circle only.
    pub document_url: Option<String>,
    /// Where the files are that the terms name by their hash.
    pub file_urls: Vec<String>,
    /// The record of the deposit, signed (C2SP `signed-note`).
    pub record: String,
    /// SHA-256 of the record's text, without signatures, hexadecimal: what the next version commits to.
    pub record_sha256: String,
    /// The same of the version before; null for the first.
    pub previous_record_sha256: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    pub deposited_at: String,
    /// On what a change rests (§ 5(2) eWpG); null for what was deposited before the entry.
    #[schema(example = "creditors_resolution")]
    pub legal_basis: Option<String>,
    /// Which provision, resolution or decision.
    pub reference: Option<String>,
    /// The entry that commits to this version; null for the others.
    pub entry_sequence: Option<u64>,
    /// When the bytes were deleted because nobody had entered the terms within three months (§ 5(1) s. 3 eWpG).
    #[schema(format = DateTime)]
    pub purged_at: Option<String>,
}

/// The entry that commits to the terms, and the proof that it is in the register (RFC 9162, section 2.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TermsEntry {
    /// Its place, from 1; its index in the tree is one less.
    pub sequence: u64,
    /// The entry, byte by byte: `terms_hash` in it is the SHA-256 of the version that it commits to.
    pub content: String,
    /// Entries of the log that it is proven to be in.
    pub size: u64,
    /// The path from the leaf to the root, hexadecimal.
    pub hashes: Vec<String>,
    /// That log's signed checkpoint (C2SP `tlog-checkpoint`).
    pub checkpoint: String,
    /// The register's log.
    pub register_url: String,
}

/// Proposes a change of terms that were entered. It is in force once another actor has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TermsChangeCreate {
    /// One of `law`, `issuers_right` (in the terms), `agreement` (of issuer and every holder), `creditors_resolution`, `court_decision`,
    /// `administrative_act`, `obvious_error`.
    #[schema(example = "creditors_resolution")]
    pub legal_basis: String,
    /// Which provision, resolution or decision. It is public and names no person.
    #[schema(
        max_length = 255,
        example = "Resolution of the creditors of 3 March 2027, no. 2"
    )]
    pub reference: String,
    /// The document that shows it, uploaded by the issuer.
    pub evidence_document_id: Uuid,
    /// Where the issuer's consent is kept. It is public and names no person.
    /// Without it the change is refused with `r08_issuer_consent` (§ 18(2) eWpG).
    #[serde(default)]
    #[schema(required, max_length = 255, example = "Declaration of 4 March 2027")]
    pub consent_reference: String,
    /// All essential terms as they are from then on.
    #[schema(max_items = 50)]
    pub terms: Vec<Term>,
    /// The new file of the terms, uploaded by the issuer; without it the present one stays.
    #[serde(default)]
    pub document_id: Option<Uuid>,
    /// For the one who confirms and for the record.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}
