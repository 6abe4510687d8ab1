//! The terms at their public address: one per ISIN, for everybody, with what proves that they are the ones that the register is about
//! (eWpRV §§ 4(1), (2), 16(2)).

use database::Tx;
use domain::Isin;
use domain::terms::Digest;
use storage::offers::OfferRecord;
use storage::products::ProductRecord;
use storage::terms::{self as versions, TermsRecord};
use wire::terms::{SecurityTerms, TermsEntry, TermsVersion};

use super::purge::named_files;
use super::{address, signer};
use crate::{Error, Registry, Result, issuing, register_log};

pub use crate::documents::Content;

/// No terms are public under this ISIN.
const MISSING: Error = Error::NotFound("terms");

/// The terms of a security: every version, and the proof that its first entry commits to one of them.
///
/// # Errors
/// Not found unless the registrar has decided to enter a security under this ISIN.
pub async fn get(registry: &Registry, isin: &str) -> Result<SecurityTerms> {
    let own = registry.clone();
    read(registry, isin, move |tx, found| shown(&own, tx, found)).await
}

/// One version.
///
/// # Errors
/// As [`get`]; not found if there is no such version.
pub async fn version(registry: &Registry, isin: &str, number: u32) -> Result<TermsVersion> {
    let own = registry.clone();
    read(registry, isin, move |tx, found| {
        let record = record(tx, found, number)?;
        Ok(shown_version(&own, found, &record))
    })
    .await
}

/// The bytes of a version, and the version's hash, which is their SHA-256.
///
/// # Errors
/// As [`version`]; not found if they are purged, or for a circle only.
pub async fn document(registry: &Registry, isin: &str, number: u32) -> Result<(String, String)> {
    read(registry, isin, move |tx, found| {
        let record = record(tx, found, number)?;
        let content = record.content.filter(|_| !found.1.is_restricted);
        let hash = hex::encode(record.version.document);
        Ok((content.ok_or(MISSING)?, hash))
    })
    .await
}

/// The bytes of a file that a version names by its hash.
///
/// # Errors
/// As [`document`]; not found if the version names no such file.
pub async fn file(registry: &Registry, isin: &str, number: u32, sha256: &str) -> Result<Content> {
    let mut hash: Digest = [0; 32];
    hex::decode_to_slice(sha256, &mut hash).map_err(|_| MISSING)?;
    let found = read(registry, isin, move |tx, found| {
        let record = record(tx, found, number)?;
        let content = record.content.filter(|_| !found.1.is_restricted);
        if !named_files(&content.ok_or(MISSING)?).contains(&hash) {
            return Err(MISSING);
        }
        Ok(storage::offers::document(tx, found.0.product.id, hash)?)
    });
    crate::documents::content(registry, found.await?.ok_or(MISSING)?).await
}

/// What the registrar has decided to enter is public; what an issuer only proposes is its own.
async fn read<T: Send + 'static>(
    registry: &Registry,
    isin: &str,
    work: impl Fn(&mut Tx, &(ProductRecord, OfferRecord)) -> Result<T> + Send + 'static,
) -> Result<T> {
    let isin: Isin = isin.parse().map_err(|_| MISSING)?;
    registry
        .db
        .read(move |tx| {
            let product = storage::products::find_by_isin(tx, &isin)?;
            let product = product.filter(|product| product.status.is_issued());
            let product = product.ok_or(MISSING)?;
            let offer = issuing::offer(tx, product.product.id)?;
            work(tx, &(product, offer))
        })
        .await
}

fn record(
    tx: &mut Tx,
    (product, _): &(ProductRecord, OfferRecord),
    number: u32,
) -> Result<TermsRecord> {
    let records = versions::of_product(tx, product.product.id)?;
    let mut records = records.into_iter();
    records
        .find(|record| record.version.number == number)
        .ok_or(MISSING)
}

fn shown(
    registry: &Registry,
    tx: &mut Tx,
    found: &(ProductRecord, OfferRecord),
) -> Result<SecurityTerms> {
    let (product, offer) = found;
    let isin = product.product.isin.as_str();
    let records = versions::of_product(tx, product.product.id)?;
    let last = records.last().ok_or(MISSING)?;
    let entry = match records.iter().find_map(|record| record.entry_sequence) {
        Some(sequence) => Some(entry(registry, tx, product, sequence)?),
        None => None,
    };
    let signer = signer(registry, isin)?;
    Ok(SecurityTerms {
        isin: isin.to_owned(),
        name: product.product.name.clone(),
        issuer_name: product.issuer_name.clone(),
        is_sandbox: offer.sandbox_of.is_some(),
        is_restricted: offer.is_restricted,
        public_key: signer.public().to_string(),
        version: last.version.number,
        sha256: hex::encode(last.version.document),
        versions: records
            .iter()
            .map(|record| shown_version(registry, found, record))
            .collect(),
        entry,
    })
}

fn shown_version(
    registry: &Registry,
    (product, offer): &(ProductRecord, OfferRecord),
    record: &TermsRecord,
) -> TermsVersion {
    let version = &record.version;
    let here = format!(
        "{}/{}",
        address(registry, product.product.isin.as_str()),
        version.number
    );
    let content = record.content.as_deref().filter(|_| !offer.is_restricted);
    let change = version.change.as_ref();
    let file = |hash: Digest| format!("{here}/files/{}", hex::encode(hash));
    TermsVersion {
        version: version.number,
        sha256: hex::encode(version.document),
        document_url: content.map(|_| format!("{here}/document")),
        file_urls: content.map_or_else(Vec::new, |content| {
            named_files(content).into_iter().map(file).collect()
        }),
        record: record.note.clone(),
        record_sha256: hex::encode(version.record_hash()),
        previous_record_sha256: version.previous.map(hex::encode),
        deposited_at: version.deposited_at.to_string(),
        legal_basis: change.map(|change| change.basis.as_str().to_owned()),
        reference: change.map(|change| change.reference.clone()),
        entry_sequence: record.entry_sequence,
        purged_at: record.purged_at.map(|at| at.to_string()),
    }
}

/// The entry that commits to the terms, with its way into the log. It names the issuer's holder and the whole issue, and nobody else.
fn entry(
    registry: &Registry,
    tx: &mut Tx,
    product: &ProductRecord,
    sequence: u64,
) -> Result<TermsEntry> {
    let id = product.product.id;
    let head = storage::register::head(tx, id)?.ok_or(MISSING)?;
    let found = storage::register_entries::after(tx, id, sequence - 1, 1)?;
    let content = found.into_iter().next().ok_or(MISSING)?.content;
    let place = ((id, sequence), head.sequence);
    let (hashes, checkpoint) = register_log::proof(registry, tx, &product.product.isin, place)?;
    Ok(TermsEntry {
        sequence,
        content: String::from_utf8_lossy(&content).into_owned(),
        size: head.sequence,
        hashes,
        checkpoint,
        register_url: register_log::address(registry, &product.product.isin),
    })
}
