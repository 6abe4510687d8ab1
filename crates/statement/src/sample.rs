//! A statement with a real proof, for tests and for looking at.

use domain::{Entry, HolderId, Language, StatementKind, StatementReason, TransactionHash, Units};
use tlog::merkle::{inclusion_path, root};
use tlog::note::Algorithm;
use tlog::{Checkpoint, Digest, NoteError, Signer};
use uuid::Uuid;

use crate::content::{
    Amount, Holder, Holding, Issuer, Ledger, Proof, Register, Registrar, Security, Statement,
    Transaction,
};

const ORIGIN: &str = "register.example/api/network/v1/registers/DE000A3MQX15";
const SIZE: u64 = 300;
const SEQUENCE: u64 = 42;

/// The key of the sample's log.
///
/// # Errors
/// The name cannot stand in a note, which it can.
pub fn signer() -> Result<Signer, NoteError> {
    Signer::new(ORIGIN, Algorithm::Ed25519, &[7; 32])
}

/// A statement with every field filled.
#[must_use]
pub fn statement(kind: StatementKind, language: Language) -> Statement {
    let holder = HolderId::from_uuid(Uuid::from_u128(0x8f14_e45f_ceea_4670_9a0b_2c3d_4e5f_6071));
    let is_registered = kind == StatementKind::RegisterStatement;
    let entry = entry(holder);
    let Entry::Delivery {
        transaction_hash,
        block,
        ..
    } = entry
    else {
        unreachable!("the sample is a delivery");
    };
    let only = |text: &str| is_registered.then(|| text.to_owned());
    let some = |text: &str| Some(text.to_owned());
    Statement {
        kind,
        language,
        number: 1_234,
        reason: StatementReason::Entry,
        issued_at: "2026-11-23T09:15:00.000000Z".to_owned(),
        is_sample: true,
        register: Register {
            sequence: SEQUENCE,
            at: "2026-11-23T09:14:58.000000Z".to_owned(),
        },
        registrar: Registrar {
            name: "Musterregister Kryptowertpapiere GmbH".to_owned(),
            address: some("Musterstraße 1, 10117 Berlin"),
            lei: some("5493001KJTIIGC8Y1R12"),
            register_id: some("Musterregister"),
        },
        issuer: Issuer {
            name: "Havelkontor Projektgesellschaft mbH".to_owned(),
            seat: some("Potsdam"),
            commercial_register: some("Amtsgericht Potsdam, HRB 99871"),
            lei: some("5493001KJTIIGC8Y1R12"),
        },
        security: Security {
            name: "Havelkontor Anleihe 2026/2031".to_owned(),
            isin: "DE000A3MQX15".to_owned(),
            wkn: some("A3MQX1"),
            designation: only("Kryptowertpapier"),
            terms_version: Some(1),
            terms_hash: "4f".repeat(32),
            terms_url: some("https://register.example/terms/DE000A3MQX15/1"),
            issue_units: 12_000,
            nominal_value: Some(euros("1000.00")),
            entry_type: only("single"),
            mixed_stock: only("—"),
        },
        holder: Holder {
            id: holder.to_string(),
            name: "Erika Mustermann".to_owned(),
            address: vec![
                "Heidestraße 17".to_owned(),
                "51147 Köln".to_owned(),
                "DEU".to_owned(),
            ],
        },
        holding: Holding {
            units_before: Some(1_000),
            units: 1_025,
            nominal: Some(euros("1025000.00")),
            investment_id: "0198c5a2-7a43-7e11-b8f3-0d6c1f2a9b70".to_owned(),
            investment_units: 25,
        },
        restrictions: vec!["Pfandrecht zugunsten der Mustermann & Söhne GmbH".to_owned()],
        third_party_rights: Vec::new(),
        legal_capacity: Vec::new(),
        ledger: Ledger {
            network: "Cashlink embedded chain".to_owned(),
            chain_id: 31_337,
            contract: "0x52908400098527886E0F7030069857D2E4169EE7".to_owned(),
        },
        transaction: Some(Transaction {
            hash: transaction_hash.to_string(),
            block,
        }),
        proof: proof(&entry),
    }
}

fn euros(amount: &str) -> Amount {
    Amount {
        amount: amount.to_owned(),
        currency: "EUR".to_owned(),
    }
}

fn entry(holder: HolderId) -> Entry {
    Entry::Delivery {
        from: HolderId::from_uuid(Uuid::from_u128(1)),
        to: holder,
        units: Units::new(25).unwrap_or_default(),
        investment: [0x1a; 32],
        transaction_hash: TransactionHash::from_bytes([0xb7; 32]),
        block: 1_207,
    }
}

/// The entry in a log whose other entries are nobody's.
fn proof(entry: &Entry) -> Proof {
    let leaf = |index: u64| match index + 1 {
        SEQUENCE => entry.leaf_hash(),
        other => tlog::merkle::leaf_hash(&other.to_be_bytes()),
    };
    let leaves: Vec<Digest> = (0..SIZE).map(leaf).collect();
    let path = inclusion_path(SEQUENCE - 1, SIZE).unwrap_or_default();
    let hash = |range: std::ops::Range<u64>| {
        let range = range.start as usize..range.end as usize;
        hex::encode(root(&leaves[range]))
    };
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: SIZE,
        root: root(&leaves),
        extensions: Vec::new(),
    };
    let checkpoint = signer().map(|signer| checkpoint.signed(&signer).to_string());
    Proof {
        entry: String::from_utf8_lossy(&entry.canonical_bytes()).into_owned(),
        sequence: SEQUENCE,
        hashes: path.into_iter().map(hash).collect(),
        checkpoint: checkpoint.unwrap_or_default(),
        anchor: Some(Transaction {
            hash: TransactionHash::from_bytes([0xc3; 32]).to_string(),
            block: 1_208,
        }),
        url: format!("https://{ORIGIN}/inclusion-proofs/{SEQUENCE}/?size={SIZE}"),
    }
}
