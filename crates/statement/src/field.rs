//! Every field that is printed: its name in the file's data, and what stands on paper.

use domain::Language;

use crate::content::Statement;
use crate::text::{date_and_time, decimal, grouped};
use crate::words::{self, Words};

macro_rules! fields {
    ($($variant:ident = $path:literal, $german:literal, $english:literal;)*) => {
        /// A printed field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Field { $($variant),* }

        impl Field {
            /// Every one, in the order of the data.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in the data.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self { $(Self::$variant => $path),* }
            }

            /// What it is called on paper.
            #[must_use]
            pub const fn label(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::German) => $german,
                    (Self::$variant, Language::English) => $english,)*
                }
            }
        }
    };
}

fields! {
    Kind = "kind", "Art", "Kind";
    Number = "number", "Nummer", "Number";
    Reason = "reason", "Anlass", "Occasion";
    IssuedAt = "issued_at", "Ausgestellt", "Issued";
    IsSample = "is_sample", "Hinweis", "Note";
    RegisterSequence = "register.sequence", "Stand: Eintragung Nr.", "As of entry no.";
    RegisterAt = "register.at", "Stand vom", "As of";
    RegistrarName = "registrar.name", "Firma", "Firm";
    RegistrarAddress = "registrar.address", "Anschrift", "Address";
    RegistrarLei = "registrar.lei", "LEI", "LEI";
    RegistrarRegisterId = "registrar.register_id", "Kennung", "Identifier";
    IssuerName = "issuer.name", "Firma", "Firm";
    IssuerSeat = "issuer.seat", "Sitz", "Seat";
    IssuerCommercialRegister = "issuer.commercial_register", "Handelsregister", "Commercial register";
    IssuerLei = "issuer.lei", "LEI", "LEI";
    SecurityName = "security.name", "Bezeichnung", "Name";
    SecurityIsin = "security.isin", "ISIN", "ISIN";
    SecurityWkn = "security.wkn", "WKN", "WKN";
    SecurityDesignation = "security.designation", "Kennzeichnung", "Designation";
    SecurityTermsVersion = "security.terms_version", "Fassung der Bedingungen", "Version of the terms";
    SecurityTermsHash = "security.terms_hash", "Bedingungen (SHA-256)", "Terms (SHA-256)";
    SecurityTermsUrl = "security.terms_url", "Bedingungen im Internet", "Terms on the internet";
    SecurityIssueUnits = "security.issue_units", "Emissionsvolumen", "Issue volume";
    SecurityNominalValue = "security.nominal_value", "Nennbetrag je Stück", "Nominal value per unit";
    SecurityEntryType = "security.entry_type", "Art der Eintragung", "Type of entry";
    SecurityMixedStock = "security.mixed_stock", "Mischbestand", "Mixed stock";
    HolderId = "holder.id", "Kennung des Inhabers", "Holder identifier";
    HolderName = "holder.name", "Inhaber", "Holder";
    HolderAddress = "holder.address", "Anschrift", "Address";
    HoldingUnitsBefore = "holding.units_before", "Bestand vorher", "Holding before";
    HoldingUnits = "holding.units", "Bestand", "Holding";
    HoldingNominal = "holding.nominal", "Nennbetrag", "Nominal value";
    HoldingInvestmentId = "holding.investment_id", "Zeichnung", "Investment";
    HoldingInvestmentUnits = "holding.investment_units", "davon aus dieser Zeichnung", "of which from this investment";
    Restrictions = "restrictions", "Verfügungsbeschränkungen", "Restraints on disposal";
    ThirdPartyRights = "third_party_rights", "Rechte Dritter", "Rights of third parties";
    LegalCapacity = "legal_capacity", "Geschäftsfähigkeit", "Legal capacity";
    LedgerNetwork = "ledger.network", "Netzwerk", "Network";
    LedgerChainId = "ledger.chain_id", "Chain-ID", "Chain ID";
    LedgerContract = "ledger.contract", "Token-Vertrag", "Token contract";
    TransactionHash = "transaction.hash", "Transaktion", "Transaction";
    TransactionBlock = "transaction.block", "Block", "Block";
    ProofEntry = "proof.entry", "Eintrag im Wortlaut", "Wording of the entry";
    ProofSequence = "proof.sequence", "Eintragung Nr.", "Entry no.";
    ProofHashes = "proof.hashes", "Nachweis der Aufnahme", "Proof of inclusion";
    ProofCheckpoint = "proof.checkpoint", "Signierter Stand", "Signed checkpoint";
    ProofAnchorHash = "proof.anchor.hash", "Verankert in Transaktion", "Anchored in transaction";
    ProofAnchorBlock = "proof.anchor.block", "Block der Verankerung", "Block of the anchor";
    ProofUrl = "proof.url", "Öffentlicher Nachweis", "Public proof";
}

impl Field {
    /// The lines that stand on paper; none if there is nothing to say.
    #[must_use]
    pub fn lines(self, of: &Statement) -> Vec<String> {
        let language = of.language;
        let words = Words::of(of);
        let units = |units: u64| format!("{} {}", grouped(units, language), words.units(units));
        let some = |text: &Option<String>| text.iter().cloned().collect();
        let money = |amount: &Option<crate::Amount>| {
            amount
                .iter()
                .map(|one| format!("{} {}", decimal(&one.amount, language), one.currency))
                .collect()
        };
        let noted = |notes: &[String]| match notes {
            [] => vec![words.none_entered().to_owned()],
            notes => notes.to_vec(),
        };
        match self {
            Self::Kind => vec![words.title().to_owned()],
            Self::Number => vec![of.number.to_string()],
            Self::Reason => vec![words.reason().to_owned()],
            Self::IssuedAt => vec![date_and_time(&of.issued_at, language)],
            Self::IsSample if of.is_sample => vec![words.sample().to_owned()],
            Self::IsSample => Vec::new(),
            Self::RegisterSequence => vec![grouped(of.register.sequence, language)],
            Self::RegisterAt => vec![date_and_time(&of.register.at, language)],
            Self::RegistrarName => vec![of.registrar.name.clone()],
            Self::RegistrarAddress => some(&of.registrar.address),
            Self::RegistrarLei => some(&of.registrar.lei),
            Self::RegistrarRegisterId => some(&of.registrar.register_id),
            Self::IssuerName => vec![of.issuer.name.clone()],
            Self::IssuerSeat => some(&of.issuer.seat),
            Self::IssuerCommercialRegister => some(&of.issuer.commercial_register),
            Self::IssuerLei => some(&of.issuer.lei),
            Self::SecurityName => vec![of.security.name.clone()],
            Self::SecurityIsin => vec![of.security.isin.clone()],
            Self::SecurityWkn => some(&of.security.wkn),
            Self::SecurityDesignation => some(&of.security.designation),
            Self::SecurityTermsVersion => {
                let version = of.security.terms_version.iter();
                version.map(ToString::to_string).collect()
            }
            Self::SecurityTermsHash => vec![of.security.terms_hash.clone()],
            Self::SecurityTermsUrl => some(&of.security.terms_url),
            Self::SecurityIssueUnits => vec![units(of.security.issue_units)],
            Self::SecurityNominalValue => money(&of.security.nominal_value),
            Self::SecurityEntryType => {
                let kind = of.security.entry_type.as_deref();
                kind.map(|kind| words::entry_type(kind, language))
                    .into_iter()
                    .collect()
            }
            Self::SecurityMixedStock => some(&of.security.mixed_stock),
            Self::HolderId => vec![of.holder.id.clone()],
            Self::HolderName => vec![of.holder.name.clone()],
            Self::HolderAddress => of.holder.address.clone(),
            Self::HoldingUnitsBefore => of.holding.units_before.map(units).into_iter().collect(),
            Self::HoldingUnits => vec![units(of.holding.units)],
            Self::HoldingNominal => money(&of.holding.nominal),
            Self::HoldingInvestmentId => vec![of.holding.investment_id.clone()],
            Self::HoldingInvestmentUnits => vec![units(of.holding.investment_units)],
            Self::Restrictions => noted(&of.restrictions),
            Self::ThirdPartyRights => noted(&of.third_party_rights),
            Self::LegalCapacity => noted(&of.legal_capacity),
            Self::LedgerNetwork => vec![of.ledger.network.clone()],
            Self::LedgerChainId => vec![of.ledger.chain_id.to_string()],
            Self::LedgerContract => vec![of.ledger.contract.clone()],
            Self::TransactionHash => of.transaction.iter().map(|one| one.hash.clone()).collect(),
            Self::TransactionBlock => {
                let block = of.transaction.iter();
                block.map(|one| grouped(one.block, language)).collect()
            }
            Self::ProofEntry => of.proof.entry.lines().map(str::to_owned).collect(),
            Self::ProofSequence => vec![grouped(of.proof.sequence, language)],
            Self::ProofHashes => of.proof.hashes.clone(),
            Self::ProofCheckpoint => of.proof.checkpoint.lines().map(str::to_owned).collect(),
            Self::ProofAnchorHash => vec![match &of.proof.anchor {
                Some(one) => one.hash.clone(),
                None => words.not_anchored().to_owned(),
            }],
            Self::ProofAnchorBlock => {
                let block = of.proof.anchor.iter();
                block.map(|one| grouped(one.block, language)).collect()
            }
            Self::ProofUrl => vec![of.proof.url.clone()],
        }
    }

    /// Whether the value is read letter by letter, so that it is set in a face of one width.
    pub(crate) const fn is_code(self) -> bool {
        matches!(
            self,
            Self::SecurityTermsHash
                | Self::HolderId
                | Self::HoldingInvestmentId
                | Self::LedgerContract
                | Self::TransactionHash
                | Self::ProofEntry
                | Self::ProofHashes
                | Self::ProofCheckpoint
                | Self::ProofAnchorHash
        )
    }
}
