//! Documents of an offer: numbered without gaps by type, and known by their hash (eWpRV § 4).

use serde::{Deserialize, Serialize};

use super::codes;
use crate::DocumentId;

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDocument {
    /// What it is.
    pub document_type: DocumentType,
    /// Consecutive among the product's documents of its type, from 1.
    pub version: u32,
    /// The upload.
    pub document: DocumentId,
    /// Shown to partners.
    pub title: Option<String>,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Media type of the bytes.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

codes! {
    /// What a document of an offer is.
    DocumentType = "TERMS, ISSUANCE, WIB, VIB, KID, PROSPECTUS, COSTS, OTHER" {
        /// The terms of the issue, deposited with the registrar (§ 5 eWpG).
        Terms = "TERMS",
        /// The issuer's paper contract or resolution on which the issue rests.
        Issuance = "ISSUANCE",
        /// Information sheet of a security (§ 4 WpPG).
        Wib = "WIB",
        /// Information sheet of an asset investment (§ 13 VermAnlG).
        Vib = "VIB",
        /// Key information document (Reg. 1286/2014), in German Basisinformationsblatt.
        Kid = "KID",
        /// Prospectus.
        Prospectus = "PROSPECTUS",
        /// Costs and inducements (§§ 63(7), 70 WpHG).
        Costs = "COSTS",
        Other = "OTHER",
    }
}
