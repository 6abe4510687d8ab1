//! Where letters lead. A test compares these paths with the pages that there are.

use domain::{
    ApplicationId, AssetRequestId, ClientId, DecisionId, Organisation, PlatformId, ProductId,
};

use crate::Registry;

/// An absolute address of a page.
fn page(registry: &Registry, path: &str) -> String {
    format!("{}/console/{path}", registry.settings.public_url)
}

/// An application, for the applicant and for the registrar.
pub(super) fn application(registry: &Registry, id: ApplicationId) -> String {
    page(registry, &format!("applications/{id}"))
}

/// A decision that waits.
pub(super) fn decision(registry: &Registry, id: DecisionId) -> String {
    page(registry, &format!("decisions/{id}"))
}

/// How a platform takes part, as itself or as the registrar sees it.
pub(super) fn participation(
    registry: &Registry,
    reader: Organisation,
    platform: PlatformId,
) -> String {
    match reader {
        Organisation::Registrar => page(registry, &format!("platforms/{platform}")),
        _ => page(registry, "participation"),
    }
}

/// A client of the reader's.
pub(super) fn client(registry: &Registry, id: ClientId) -> String {
    page(registry, &format!("credentials/{id}"))
}

/// A platform's request for an asset, for platform, issuer and registrar.
pub(super) fn asset_request(registry: &Registry, id: AssetRequestId) -> String {
    page(registry, &format!("requests/{id}"))
}

/// A product, as its issuer sees it.
pub(super) fn product(registry: &Registry, id: ProductId) -> String {
    page(registry, &format!("issued/products/{id}"))
}

/// What waits for an issuer's acceptance.
pub(super) fn to_accept(registry: &Registry, product: ProductId) -> String {
    issued(registry, product, "WAITING_FOR_ACCEPTANCE")
}

/// What waits for its payment, as the issuer sees it.
pub(super) fn to_be_paid(registry: &Registry, product: ProductId) -> String {
    issued(registry, product, "ACCEPTED")
}

fn issued(registry: &Registry, product: ProductId, status: &str) -> String {
    let path = format!("issued/investments?product={product}&status={status}");
    page(registry, &path)
}

/// What a platform sells.
pub(super) fn environments(registry: &Registry) -> String {
    page(registry, "environments")
}

/// The webhook endpoints of a platform in an environment.
pub(super) fn webhooks(registry: &Registry, environment: &str) -> String {
    page(registry, &format!("environments/{environment}/webhooks"))
}

/// The registrar's work list.
pub(super) fn work(registry: &Registry) -> String {
    page(registry, "work")
}
