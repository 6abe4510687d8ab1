//! Wallets: addresses on the DLT network, each of exactly one investor.

use axum::Json;
use axum::extract::State;
use domain::{InvestorId, WalletId};
use http::{JsonBody, OptionalJsonBody, PageQuery, PathParams};
use registry::{address_changes, wallet_proofs, wallets};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::Page;
use wire::investments::Nothing;
use wire::wallets::{
    AddressChangeCreate, ManagedWalletCreate, Wallet, WalletChallenge, WalletCreate, WalletPatch,
    WalletProofCreate,
};

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

/// Ask for something to sign
///
/// The holder of the wallet's key signs it, once and within 15 minutes, to show that the address is the investor's. Where a change of the
/// address waits, the challenge is for the new one.
#[utoipa::path(
    post, path = "/investors/{investor_id}/wallets/{wallet_id}/challenges/", tag = "Wallets", params(WalletPath),
    request_body = Option<Nothing>,
    responses((status = 201, description = "What to sign.", body = WalletChallenge), WriteRefusals),
)]
pub(crate) async fn create_wallet_challenge(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<WalletPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (investor, wallet) = (path.investor_id, path.wallet_id);
    answered(wallet_proofs::create_challenge(&api.registry, &request, investor, wallet).await)
}

/// Prove control of the address
///
/// By the key itself (`eip191`, `eip712`), or by the contract that the wallet is (`eip1271`). What waited for the proof goes on.
#[utoipa::path(
    post, path = "/investors/{investor_id}/wallets/{wallet_id}/proofs/", tag = "Wallets", params(WalletPath),
    request_body = WalletProofCreate,
    responses((status = 200, description = "The wallet as proven.", body = Wallet), WriteRefusals),
)]
pub(crate) async fn create_wallet_proof(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<WalletPath>,
    body: JsonBody<WalletProofCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (investor, wallet) = (path.investor_id, path.wallet_id);
    answered(wallet_proofs::prove(&api.registry, &request, investor, wallet, body.value).await)
}

/// Give a wallet another address
///
/// For a wallet for which nothing was entered yet. The change takes effect after the network's cooling period, and once control of the new
/// address is proven where that is demanded; what comes in waits until then.
#[utoipa::path(
    post, path = "/investors/{investor_id}/wallets/{wallet_id}/address-change/", tag = "Wallets", params(WalletPath),
    request_body = AddressChangeCreate,
    responses((status = 200, description = "The wallet with the change, or changed.", body = Wallet), WriteRefusals),
)]
pub(crate) async fn request_address_change(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<WalletPath>,
    body: JsonBody<AddressChangeCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (investor, wallet) = (path.investor_id, path.wallet_id);
    answered(address_changes::request(&api.registry, &request, investor, wallet, body.value).await)
}

/// Keep the address after all
#[utoipa::path(
    post, path = "/investors/{investor_id}/wallets/{wallet_id}/address-change/withdraw/", tag = "Wallets", params(WalletPath),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The wallet with its address.", body = Wallet), WriteRefusals),
)]
pub(crate) async fn withdraw_address_change(
    State(api): State<Api>,
    writer: Writer,
    PathParams(path): PathParams<WalletPath>,
    body: OptionalJsonBody<Nothing>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    let (investor, wallet) = (path.investor_id, path.wallet_id);
    answered(address_changes::withdraw(&api.registry, &request, investor, wallet).await)
}
