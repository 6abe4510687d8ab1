//! Wallets: addresses on the DLT network, each of exactly one investor.

use axum::Json;
use axum::extract::State;
use domain::{InvestorId, WalletId};
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::wallets;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::wallets::{ManagedWalletCreate, Wallet, WalletCreate, WalletPatch};

use crate::Api;
use crate::answer::{Outcome, answered};
use crate::caller::Reader;
use crate::error::Refused;
use crate::investors::InvestorPath;
use crate::pages::Pages;
use crate::refusals::{ReadRefusals, WriteRefusals};
use crate::request::Writer;

/// A path that names a wallet of an investor.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct WalletPath {
    /// The investor.
    #[param(value_type = Uuid)]
    investor_id: InvestorId,
    /// The wallet.
    #[param(value_type = Uuid)]
    wallet_id: WalletId,
}

/// Register a wallet that is kept outside the network
///
/// It may be registered before the investor is identified and becomes eligible with that.
#[utoipa::path(
    post, path = "/investors/{investor_id}/wallets/eth-generic/", tag = "Wallets", params(InvestorPath),
    request_body = WalletCreate,
    responses((status = 201, description = "The wallet.", body = Wallet), WriteRefusals),
)]
pub(crate) async fn create_generic_wallet(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: JsonBody<WalletCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(wallets::create_generic(&api.registry, &request, path.investor_id, body.value).await)
}

/// Open a wallet in the network's custody
///
/// An investor has one; asking again answers with it.
#[utoipa::path(
    post, path = "/investors/{investor_id}/wallets/eth-managed/", tag = "Wallets", params(InvestorPath),
    request_body = Option<ManagedWalletCreate>,
    responses(
        (status = 201, description = "The wallet.", body = Wallet),
        (status = 200, description = "The wallet that was there already.", body = Wallet),
        WriteRefusals,
    ),
)]
pub(crate) async fn create_managed_wallet(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<InvestorPath>,
    body: OptionalJsonBody<ManagedWalletCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(wallets::create_managed(&api.registry, &request, path.investor_id, body.value).await)
}

/// List the wallets of an investor
#[utoipa::path(
    get, path = "/investors/{investor_id}/wallets/", tag = "Wallets", params(InvestorPath, PageQuery),
    responses((status = 200, description = "A page of wallets.", body = Page<Wallet>), ReadRefusals),
)]
pub(crate) async fn list_wallets(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<InvestorPath>,
    pages: Pages,
) -> Result<Json<Page<Wallet>>, Refused> {
    let investor = path.investor_id;
    let listed = wallets::list(&api.registry, &caller, investor, pages.paging()).await?;
    Ok(pages.answer(listed))
}

/// Get a wallet
#[utoipa::path(
    get, path = "/investors/{investor_id}/wallets/{wallet_id}/", tag = "Wallets", params(WalletPath),
    responses((status = 200, description = "The wallet.", body = Wallet), ReadRefusals),
)]
pub(crate) async fn get_wallet(
    State(api): State<Api>,
    Reader(caller): Reader,
    PathParams(path): PathParams<WalletPath>,
) -> Result<Json<Wallet>, Refused> {
    Ok(Json(
        wallets::get(&api.registry, &caller, path.investor_id, path.wallet_id).await?,
    ))
}

/// Change a wallet
#[utoipa::path(
    patch, path = "/investors/{investor_id}/wallets/{wallet_id}/", tag = "Wallets", params(WalletPath),
    request_body = WalletPatch,
    responses((status = 200, description = "The wallet as changed.", body = Wallet), WriteRefusals),
)]
pub(crate) async fn update_wallet(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<WalletPath>,
    body: JsonBody<WalletPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let WalletPath {
        investor_id,
        wallet_id,
    } = path;
    answered(wallets::update(&api.registry, &request, investor_id, wallet_id, body.value).await)
}
