//! What becomes of deposited terms with time: those that nobody has entered within three months are deleted (§ 5(1) s. 3 eWpG).

use database::Tx;
use domain::ProductId;
use domain::terms::Digest;
use serde_json::json;
use storage::terms;

use super::deposit;
use crate::{Caller, Error, Registry, Result, audit, delivery};

/// Versions that are looked at in one round.
const PAGE: u32 = 100;

/// Deletes the bytes of overdue versions, and the files that belong to nothing else; hash and record stay. Returns how many versions.
///
/// # Errors
/// Fails if the database or the document store does.
pub async fn purge_overdue(registry: &Registry) -> Result<usize> {
    let now = registry.clock.now();
    let due = registry
        .db
        .read(move |tx| -> Result<_> { Ok(terms::overdue(tx, now, PAGE)?) })
        .await?;
    let mut purged = 0;
    for (product, version) in due {
        purged += usize::from(purge(registry, product, version).await?);
    }
    Ok(purged)
}

/// The files before the row: a crash between the two leaves a version that is due again, and files that are gone already.
async fn purge(registry: &Registry, product: ProductId, version: u32) -> Result<bool> {
    let files = registry
        .db
        .read(move |tx| files(tx, product, version))
        .await?;
    for (_, stored_as) in &files {
        let deleted = registry.documents.delete(stored_as).await;
        deleted.map_err(|error| Error::Unavailable(error.to_string()))?;
    }
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let now = own.clock.now();
            if !terms::purge(tx, (product, version), now)? {
                return Ok(false);
            }
            for (document, _) in &files {
                terms::purge_file(tx, *document, now)?;
            }
            let detail = json!({"version": version, "files": files.len()});
            let (caller, target) = (Caller::network("clock"), product.to_string());
            audit::record(&own, tx, &caller, "terms.purge", &target, &detail)?;
            tracing::info!(product.id = %product, "version {version} of the terms of product {product} was not entered in time and is deleted");
            Ok(true)
        })
        .await
}

/// The files that this version names and no other one that is still there.
fn files(
    tx: &mut Tx,
    product: ProductId,
    version: u32,
) -> Result<Vec<(domain::DocumentId, String)>> {
    let records = terms::of_product(tx, product)?;
    let (own, others): (Vec<_>, Vec<_>) = records
        .iter()
        .partition(|record| record.version.number == version);
    let named = |records: &[&terms::TermsRecord]| -> Vec<Digest> {
        let texts = records.iter().filter_map(|one| one.content.as_deref());
        texts.flat_map(named_files).collect()
    };
    let kept = named(&others);
    let mut files = Vec::new();
    for hash in named(&own).iter().filter(|hash| !kept.contains(hash)) {
        files.extend(terms::files(tx, product, hash)?);
    }
    Ok(files)
}

/// The hashes of the files that a text of terms names.
pub(super) fn named_files(text: &str) -> Vec<Digest> {
    let name = format!("terms{}: ", translate::issuing::BINDING_TERM);
    let hashes = text.lines().filter_map(|line| line.strip_prefix(&name));
    hashes
        .filter_map(|text| {
            let mut hash = [0; 32];
            hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
        })
        .collect()
}

/// Deposits the terms of issues that an earlier version of this program has opened, which asked for no deposit. Returns how many.
///
/// # Errors
/// Fails if the database does.
pub async fn carry_over(registry: &Registry) -> Result<usize> {
    let own = registry.clone();
    registry
        .db
        .write(move |tx| -> Result<_> {
            let products = terms::products_without(tx, PAGE)?;
            for id in &products {
                let product = delivery::product(tx, *id)?;
                deposit(&own, tx, &product)?;
                if storage::register::head(tx, *id)?.is_some() {
                    super::entered(tx, &product, 1)?;
                }
            }
            Ok(products.len())
        })
        .await
}
