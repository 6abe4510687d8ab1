//! Opening a product: its environment, its issue, and its twin in the sandbox, in one transaction.

use database::{DatabaseError, Tx};
use domain::{CommandId, EnvironmentId, FieldCode, Isin, ProductId, ProductStatus};
use storage::environments::{Environment, EnvironmentKind};
use storage::offers::OfferRecord;
use storage::products::ProductRecord;

use crate::setup::LedgerFacts;
use crate::{Error, Registry, Result, ids, terms};

/// In front of the name of a twin's environment.
const SANDBOX: &str = "sandbox-";

/// The name of a product's environment. The ISIN makes it unique, and neither part changes once it is open.
pub(crate) fn environment_name(asset_code: &str, isin: &Isin) -> String {
    format!("{asset_code}-{isin}").to_ascii_lowercase()
}

/// An environment with its name, which nobody can reach yet.
pub(crate) fn reserve(registry: &Registry, tx: &mut Tx, name: &str) -> Result<EnvironmentId> {
    make(registry, tx, name, EnvironmentKind::Production)
}

fn make(
    registry: &Registry,
    tx: &mut Tx,
    name: &str,
    kind: EnvironmentKind,
) -> Result<EnvironmentId> {
    let environment = Environment {
        id: EnvironmentId::from_uuid(ids::new()),
        name: name.to_owned(),
        kind,
        created_at: registry.clock.now(),
        opened_at: None,
    };
    storage::environments::insert(tx, &environment)?;
    Ok(environment.id)
}

/// Lets partners into the environment and has the whole issue made; the twin follows.
pub(crate) fn open(
    registry: &Registry,
    tx: &mut Tx,
    record: &mut ProductRecord,
    offer: &mut OfferRecord,
) -> Result<()> {
    require_network(registry, record)?;
    record.status = ProductStatus::Issuing;
    storage::products::update(tx, record)?;
    // The terms of a crypto security were deposited with the proposal that the registrar has validated.
    if !record.product.ewpg {
        terms::deposit(registry, tx, record)?;
    }
    issue(registry, tx, record)?;
    if let Some(ledger) = registry.networks.sandbox.clone() {
        offer.sandbox = Some(make_twin(registry, tx, &ledger, record, offer)?);
    }
    Ok(())
}

fn issue(registry: &Registry, tx: &mut Tx, record: &ProductRecord) -> Result<()> {
    terms::require(tx, record)?;
    let now = registry.clock.now();
    storage::environments::open(tx, record.environment, now)?;
    let command = CommandId::from_uuid(ids::new());
    let product = &record.product;
    let volume = product.max_issuable_amount;
    storage::dlt_commands::queue_issue(tx, command, product.id, volume, now)?;
    Ok(())
}

/// A product of its own with the same data: units of it are worth nothing, and its ISIN says so.
fn make_twin(
    registry: &Registry,
    tx: &mut Tx,
    ledger: &LedgerFacts,
    record: &ProductRecord,
    offer: &OfferRecord,
) -> Result<ProductId> {
    let name = format!("{SANDBOX}{}", record.environment_name);
    let mut twin = record.clone();
    twin.product.id = ProductId::from_uuid(ids::new());
    twin.product.isin = record.product.isin.for_sandbox();
    twin.product.network.clone_from(&ledger.network);
    twin.environment = make(registry, tx, &name, EnvironmentKind::Sandbox)?;
    twin.environment_name = name;
    twin.chain_id = ledger.chain_id;
    twin.token_address = (ledger.asset_address)(&twin.product.isin);
    insert(tx, &twin)?;
    let twin_offer = OfferRecord {
        product: twin.product.id,
        sandbox_of: Some(record.product.id),
        sandbox: None,
        ..offer.clone()
    };
    storage::offers::insert(tx, &twin_offer)?;
    storage::offers::copy_to(tx, record.product.id, twin.product.id)?;
    terms::deposit(registry, tx, &twin)?;
    issue(registry, tx, &twin)?;
    Ok(twin.product.id)
}

/// An electronic security needs a network whose operators and pattern of control are stated (§ 4(11) eWpG).
pub(crate) fn require_network(registry: &Registry, record: &ProductRecord) -> Result<()> {
    if registry.networks.profile.admits(record.product.legal_form) {
        return Ok(());
    }
    Err(Error::Problem(
        wire::ProblemCode::NetworkNotStated,
        format!(
            "Nobody has stated who operates the network {} and by which pattern.",
            record.product.network
        ),
    ))
}

/// Keeps a new product; somebody else may have taken its ISIN a moment ago.
pub(crate) fn insert(tx: &mut Tx, record: &ProductRecord) -> Result<()> {
    storage::products::insert(tx, record).map_err(isin_taken)
}

/// The refusal of an ISIN that stands for a product already.
pub(crate) fn isin_taken(error: DatabaseError) -> Error {
    match &error {
        DatabaseError::Unique { constraint } if constraint.contains("isin") => Error::Field(
            "isin",
            wire::FieldCode::Duplicate,
            "There is a product with this ISIN already.".to_owned(),
        ),
        _ => error.into(),
    }
}

/// The same, found by looking.
pub(crate) fn require_free_isin(tx: &mut Tx, isin: &Isin, own: Option<ProductId>) -> Result<()> {
    match storage::products::find_by_isin(tx, isin)? {
        Some(other) if Some(other.product.id) != own => {
            let mut errors = domain::FieldErrors::new();
            errors.push(
                "isin",
                FieldCode::Duplicate,
                "There is a product with this ISIN already.",
            );
            Err(errors.into())
        }
        _ => Ok(()),
    }
}
