//! Investors and what belongs to them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use http::{MultipartFile, PageQuery, PathParams, QueryParams};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use wire::Page;
use wire::identifications::{BenefitingPersonCreate, IdentificationCreate};
use wire::investor_patches::InvestorPatch;
use wire::investors::InvestorCreate;
use wire::wallets::{ManagedWalletCreate, WalletCreate, WalletPatch};

use crate::Gateway;
use crate::api::answer::{Outcome, answered, seen};
use crate::api::body::Checked;
use crate::api::caller::{Reader, Writer};
use crate::documents::{self, Upload};
use crate::store::parts::PartKind;
use crate::{environments, investors, parts};

const WALLETS: [PartKind; 2] = [PartKind::GenericWallet, PartKind::ManagedWallet];
const IDENTIFICATIONS: [PartKind; 2] = [PartKind::Identification; 2];
const PERSONS: [PartKind; 2] = [PartKind::BenefitingPerson; 2];

/// A path that names one thing.
#[derive(Deserialize)]
pub(crate) struct One {
    pub(crate) id: Uuid,
}

/// A path that names something of an investor.
#[derive(Deserialize)]
pub(crate) struct Part {
    id: Uuid,
    part: Uuid,
}

/// A path that names an investor in an environment.
#[derive(Deserialize)]
pub(crate) struct At {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

/// Look-up by the partner's own reference.
#[derive(Deserialize)]
pub(crate) struct ByReference {
    #[serde(default)]
    pub(crate) reference: Option<String>,
}

pub(crate) async fn upload_document(
    State(gateway): State<Gateway>,
    writer: Writer,
    file: MultipartFile,
) -> Outcome {
    let request = writer.request(file.fingerprint);
    let upload = Upload {
        name: file.file_name,
        content_type: file.content_type,
        bytes: file.bytes,
        sha256: file.sha256,
    };
    answered(documents::upload(&gateway, &request, upload).await)
}

pub(crate) async fn get_document(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Result<Json<wire::documents::Document>, http::ApiError> {
    Ok(Json(documents::get(&gateway, &caller, one.id).await?))
}

pub(crate) async fn create(
    State(gateway): State<Gateway>,
    writer: Writer,
    body: Checked<InvestorCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investors::create(&gateway, &request, body.sent).await)
}

pub(crate) async fn list(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    QueryParams(filter): QueryParams<ByReference>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, http::ApiError> {
    let place = (page.limit(), page.offset());
    let (count, results) = investors::list(&gateway, &caller, filter.reference, place).await?;
    Ok(Json(page.answer(count, results)))
}

pub(crate) async fn get(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
) -> Outcome {
    Ok(seen(
        &gateway,
        investors::get(&gateway, &caller, one.id).await?,
    ))
}

pub(crate) async fn update(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<InvestorPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(investors::update(&gateway, &request, one.id, body.sent).await)
}

pub(crate) async fn environments(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
    page: PageQuery,
) -> Result<Json<Page<environments::Place>>, http::ApiError> {
    let all = environments::of_investor(&gateway, &caller, one.id).await?;
    Ok(Json(page_of(&page, all)))
}

pub(crate) async fn retry(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(at): PathParams<At>,
) -> Result<StatusCode, http::ApiError> {
    environments::retry(&gateway, &caller, at.id, at.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn add_person(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<BenefitingPersonCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(
        parts::create(
            &gateway,
            &request,
            one.id,
            (PartKind::BenefitingPerson, body.sent.body),
        )
        .await,
    )
}

pub(crate) async fn identify(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<IdentificationCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(
        parts::create(
            &gateway,
            &request,
            one.id,
            (PartKind::Identification, body.sent.body),
        )
        .await,
    )
}

pub(crate) async fn add_wallet(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<WalletCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(
        parts::create(
            &gateway,
            &request,
            one.id,
            (PartKind::GenericWallet, body.sent.body),
        )
        .await,
    )
}

pub(crate) async fn open_wallet(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(one): PathParams<One>,
    body: Checked<ManagedWalletCreate>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(
        parts::create(
            &gateway,
            &request,
            one.id,
            (PartKind::ManagedWallet, body.sent.body),
        )
        .await,
    )
}

pub(crate) async fn update_wallet(
    State(gateway): State<Gateway>,
    writer: Writer,
    PathParams(path): PathParams<Part>,
    body: Checked<WalletPatch>,
) -> Outcome {
    let request = writer.request(body.fingerprint);
    answered(parts::update_wallet(&gateway, &request, (path.id, path.part), body.sent.body).await)
}

pub(crate) async fn wallets(
    state: State<Gateway>,
    reader: Reader,
    path: PathParams<One>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, http::ApiError> {
    parts_of(state, reader, path, page, WALLETS).await
}

pub(crate) async fn identifications(
    state: State<Gateway>,
    reader: Reader,
    path: PathParams<One>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, http::ApiError> {
    parts_of(state, reader, path, page, IDENTIFICATIONS).await
}

pub(crate) async fn persons(
    state: State<Gateway>,
    reader: Reader,
    path: PathParams<One>,
    page: PageQuery,
) -> Result<Json<Page<Value>>, http::ApiError> {
    parts_of(state, reader, path, page, PERSONS).await
}

pub(crate) async fn wallet(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(path): PathParams<Part>,
) -> Outcome {
    Ok(seen(
        &gateway,
        parts::get(&gateway, &caller, (path.id, path.part), WALLETS).await?,
    ))
}

pub(crate) async fn identification(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(path): PathParams<Part>,
) -> Outcome {
    Ok(seen(
        &gateway,
        parts::get(&gateway, &caller, (path.id, path.part), IDENTIFICATIONS).await?,
    ))
}

async fn parts_of(
    State(gateway): State<Gateway>,
    Reader(caller): Reader,
    PathParams(one): PathParams<One>,
    page: PageQuery,
    kinds: [PartKind; 2],
) -> Result<Json<Page<Value>>, http::ApiError> {
    let all = parts::list(&gateway, &caller, one.id, kinds).await?;
    Ok(Json(page_of(&page, all)))
}

/// One page of a list that is whole in memory.
pub(crate) fn page_of<T>(page: &PageQuery, all: Vec<T>) -> Page<T> {
    let count = all.len() as u64;
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    page.answer(count, all.into_iter().skip(skip).take(take).collect())
}
