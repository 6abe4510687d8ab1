//! What a statement says of itself, in both languages and for both kinds. A holding confirmation has no word of the eWpG in it.

use domain::Language::{self, English, German};
use domain::restriction::{Entered, Extent, RestrictionKind};
use domain::{Address, BeneficiaryId, StatementKind as Kind, StatementReason as Reason};

use crate::content::Statement;

/// The words of one statement.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    language: Language,
    kind: Kind,
    reason: Reason,
}

impl Words {
    pub(crate) const fn of(statement: &Statement) -> Self {
        Self {
            language: statement.language,
            kind: statement.kind,
            reason: statement.reason,
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match (self.kind, self.language) {
            (Kind::RegisterStatement, German) => "Registerauszug",
            (Kind::RegisterStatement, English) => "Register statement",
            (Kind::HoldingConfirmation, German) => "Bestandsbestätigung",
            (Kind::HoldingConfirmation, English) => "Holding confirmation",
        }
    }

    pub(crate) const fn subtitle(self) -> &'static str {
        match (self.kind, self.language) {
            (Kind::RegisterStatement, German) => {
                "aus dem Kryptowertpapierregister nach § 19 des Gesetzes über elektronische Wertpapiere (eWpG)"
            }
            (Kind::RegisterStatement, English) => {
                "from the crypto securities register under section 19 of the German Electronic Securities Act (eWpG)"
            }
            (Kind::HoldingConfirmation, German) => {
                "über den Bestand in den Büchern der bestätigenden Stelle, ohne die Wirkungen eines Wertpapierregisters"
            }
            (Kind::HoldingConfirmation, English) => {
                "of what the confirming party's books show, without the effects of a securities register"
            }
        }
    }

    pub(crate) const fn reason(self) -> &'static str {
        match (self.kind, self.reason, self.language) {
            (Kind::RegisterStatement, Reason::Entry, German) => {
                "Eintragung zugunsten des Inhabers (§ 19 Abs. 2 Nr. 1 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Entry, English) => {
                "Entry in the holder's favour (section 19(2) no. 1 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Change, German) => {
                "Veränderung des Registerinhalts (§ 19 Abs. 2 Nr. 2 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Change, English) => {
                "Change of the register's content (section 19(2) no. 2 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Annual, German) => {
                "Jährlicher Auszug (§ 19 Abs. 2 Nr. 3 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Annual, English) => {
                "Yearly statement (section 19(2) no. 3 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Request, German) => {
                "Auf Verlangen (§ 19 Abs. 1 eWpG)"
            }
            (Kind::RegisterStatement, Reason::Request, English) => {
                "On request (section 19(1) eWpG)"
            }
            (Kind::HoldingConfirmation, Reason::Request, German) => "Auf Verlangen",
            (Kind::HoldingConfirmation, Reason::Request, English) => "On request",
            (Kind::HoldingConfirmation, Reason::Annual, German) => "Jährlich",
            (Kind::HoldingConfirmation, Reason::Annual, English) => "Yearly",
            (Kind::HoldingConfirmation, Reason::Entry | Reason::Change, German) => {
                "Veränderung des Bestands"
            }
            (Kind::HoldingConfirmation, Reason::Entry | Reason::Change, English) => {
                "Change of the holding"
            }
        }
    }

    pub(crate) const fn sample(self) -> &'static str {
        match self.language {
            German => {
                "Muster: Das Netzwerk dient dem Ausprobieren. Aus diesem Dokument folgen keine Rechte."
            }
            English => {
                "Sample: the network is for trying things out. No rights follow from this document."
            }
        }
    }

    pub(crate) const fn none_entered(self) -> &'static str {
        match self.language {
            German => "keine eingetragen",
            English => "none entered",
        }
    }

    /// Of a checkpoint whose root is on no DLT network.
    pub(crate) const fn not_anchored(self) -> &'static str {
        match self.language {
            German => "nicht verankert: der Token-Vertrag hält keine Stände fest",
            English => "not anchored: the token contract keeps no checkpoints",
        }
    }

    pub(crate) const fn units(self, units: u64) -> &'static str {
        match (self.language, units) {
            (German, _) => "Stück",
            (English, 1) => "unit",
            (English, _) => "units",
        }
    }

    pub(crate) const fn holding_now(self) -> &'static str {
        match (self.reason.is_of_an_entry(), self.language) {
            (true, German) => "Bestand nachher",
            (true, English) => "Holding after",
            (false, German) => "Bestand",
            (false, English) => "Holding",
        }
    }

    pub(crate) const fn change(self) -> &'static str {
        match self.language {
            German => "Veränderung",
            English => "Change",
        }
    }

    /// Under the headings of the sections.
    pub(crate) const fn heading(self, section: Section) -> &'static str {
        match (section, self.language, self.kind) {
            (Section::Statement, German, _) => "Angaben zu diesem Dokument",
            (Section::Statement, English, _) => "This document",
            (Section::Holder, German, _) => "Inhaber und Bestand",
            (Section::Holder, English, _) => "Holder and holding",
            (Section::Security, German, Kind::RegisterStatement) => "Wertpapier",
            (Section::Security, English, Kind::RegisterStatement) => "Security",
            (Section::Security, German, Kind::HoldingConfirmation) => "Anlage",
            (Section::Security, English, Kind::HoldingConfirmation) => "Asset",
            (Section::Issuer, German, _) => "Emittent",
            (Section::Issuer, English, _) => "Issuer",
            (Section::Notes, German, _) => "Beschränkungen und Rechte",
            (Section::Notes, English, _) => "Restraints and rights",
            (Section::Ledger, German, Kind::RegisterStatement) => "Aufzeichnungssystem",
            (Section::Ledger, English, Kind::RegisterStatement) => "Recording system",
            (Section::Ledger, German, Kind::HoldingConfirmation) => "Netzwerk",
            (Section::Ledger, English, Kind::HoldingConfirmation) => "Network",
            (Section::Registrar, German, Kind::RegisterStatement) => "Registerführende Stelle",
            (Section::Registrar, English, Kind::RegisterStatement) => "Registrar",
            (Section::Registrar, German, Kind::HoldingConfirmation) => "Bestätigende Stelle",
            (Section::Registrar, English, Kind::HoldingConfirmation) => "Confirmed by",
            (Section::Proof, German, _) => "Siegel und Nachweis",
            (Section::Proof, English, _) => "Seal and proof",
        }
    }

    /// How the proof is used.
    pub(crate) const fn proof(self) -> &'static str {
        match self.language {
            German => {
                "Dieses Dokument ist in Textform ohne Unterschrift gültig. Es trägt als Anlage seine Daten (statement.json) mit dem Nachweis, dass die Eintragung im Protokoll enthalten ist, und ein Siegel (seal.txt), das jedes Byte der Datei umfasst. „cashlink register verify-statement“ prüft beides ohne Verbindung zum Aussteller. Der QR-Code führt zum öffentlichen Nachweis; der Teil hinter dem # ist der Hash der Eintragung."
            }
            English => {
                "This document is valid in text form without a signature. It has its data attached (statement.json) with the proof that the entry is in the log, and a seal (seal.txt) over every byte of the file. \u{201c}cashlink register verify-statement\u{201d} checks both without a connection to the issuer of this document. The QR code leads to the public proof; what follows the # is the hash of the entry."
            }
        }
    }

    /// What somebody hears who cannot see the QR code.
    pub(crate) const fn qr(self) -> &'static str {
        match self.language {
            German => {
                "QR-Code mit der Adresse des öffentlichen Nachweises und dem Hash der Eintragung"
            }
            English => "QR code with the address of the public proof and the hash of the entry",
        }
    }

    pub(crate) const fn qr_caption(self) -> &'static str {
        match self.language {
            German => "Nachweis prüfen",
            English => "Check the proof",
        }
    }

    /// Before the number in the title and at the foot.
    pub(crate) const fn number(self) -> &'static str {
        match self.language {
            German => "Nr.",
            English => "No.",
        }
    }
}

/// The parts of a statement, in their order on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Statement,
    Holder,
    Security,
    Issuer,
    Notes,
    Ledger,
    Registrar,
    Proof,
}

/// § 8 eWpG, in words.
pub(crate) fn entry_type(kind: &str, language: Language) -> String {
    match (kind, language) {
        ("single", German) => "Einzeleintragung".to_owned(),
        ("single", English) => "single entry (Einzeleintragung)".to_owned(),
        ("collective", German) => "Sammeleintragung".to_owned(),
        ("collective", English) => "collective entry (Sammeleintragung)".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// The note about a wallet that was stopped.
#[must_use]
pub fn frozen_wallet(wallet: &Address, language: Language) -> String {
    match language {
        German => format!("Die Wallet {wallet} ist gesperrt."),
        English => format!("The wallet {wallet} is frozen."),
    }
}

/// The note about a restriction or right, with the entry that made it.
#[must_use]
pub fn restriction(
    entered: &Entered,
    (wallet, beneficiary): (&Address, BeneficiaryId),
    language: Language,
) -> String {
    let kind = match (entered.kind, language) {
        (RestrictionKind::Pledge, German) => "Pfandrecht",
        (RestrictionKind::Pledge, English) => "Pledge",
        (RestrictionKind::Usufruct, German) => "Nießbrauch",
        (RestrictionKind::Usufruct, English) => "Usufruct",
        (RestrictionKind::Attachment, German) => "Pfändung",
        (RestrictionKind::Attachment, English) => "Attachment",
        (RestrictionKind::Lock, German) => "Verfügungsbeschränkung",
        (RestrictionKind::Lock, English) => "Restriction of disposal",
        (RestrictionKind::Freeze, German) => "Verfügungsverbot",
        (RestrictionKind::Freeze, English) => "Ban on disposal",
        (RestrictionKind::Disentitlement, German) => "Fehlende Verfügungsbefugnis",
        (RestrictionKind::Disentitlement, English) => "No power of disposal",
    };
    let entry = entered.entry;
    match (language, entered.extent) {
        (German, Extent::All) => format!(
            "{kind} an allen Einheiten in der Wallet {wallet}, zugunsten {beneficiary} (Eintragung {entry})."
        ),
        (German, Extent::Units(units)) => format!(
            "{kind} an {units} Einheiten in der Wallet {wallet}, zugunsten {beneficiary} (Eintragung {entry})."
        ),
        (English, Extent::All) => format!(
            "{kind} of all units in the wallet {wallet}, in favour of {beneficiary} (entry {entry})."
        ),
        (English, Extent::Units(units)) => format!(
            "{kind} of {units} units in the wallet {wallet}, in favour of {beneficiary} (entry {entry})."
        ),
    }
}
