//! The way for holders to their own view of the register.

use axum::extract::State;
use http::{OptionalJsonBody, PathParams};
use registry::holder_sessions;
use wire::holders::HolderLink;
use wire::investments::Nothing;

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::investors::InvestorPath;
use crate::refusals::WriteRefusals;
use crate::request::Writer;

/// Make a link to an investor's own view of the register
///
/// For the investor alone: holdings, restrictions, entries, statements and proofs in this environment (§ 10(1) eWpG). It is good once, for fifteen minutes.
#[utoipa::path(
    post, path = "/investors/{investor_id}/holder-links/", tag = "Investors", params(InvestorPath),
    request_body = Option<Nothing>,
    responses((status = 201, description = "The link.", body = HolderLink), WriteRefusals),
)]
pub(crate) async fn create_holder_link(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(holder_sessions::create_link(&api.registry, &request, path.investor_id).await)
}
