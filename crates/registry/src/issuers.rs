//! Issuers: the registrar opens an account, and its clients bring one or more issuers, each a company (reference section 11.1).

use database::Tx;
use domain::{DocumentId, FieldCode, FieldErrors, Investor, IssuerId, IssuerProfile};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use storage::Scope;
use storage::issuers::{Issuer, SealedProfile};
use wire::ProblemCode;
use wire::issuing::{IssuerAccountCreate, IssuerCreate};

use crate::persons::{self, open, seal};
use crate::{
    Answer, Caller, Done, Error, Listed, Paging, Registry, Request, Result, Right, audit, ids,
};

/// Registry accounts that are looked at for one register entry.
const MOST_ACCOUNTS: u32 = 50;

/// Opens the account of an issuer, of which the registrar knows the firm.
///
/// # Errors
/// Field errors; `issuer_exists`; refuses callers other than the registrar.
pub async fn create_account(
    registry: &Registry,
    request: &Request,
    body: IssuerAccountCreate,
) -> Result<Answer> {
    request.caller.require(Right::WriteNetwork)?;
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "company_name", &body.company_name);
    let lei = errors.parse_optional("lei", body.lei.as_deref());
    errors.into_result(Some(()))?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            require_free(tx, &body.company_name, None)?;
            let id = IssuerId::from_uuid(ids::new());
            let now = own.clock.now();
            let issuer = Issuer::named(id, body.company_name.clone(), lei.clone(), now);
            storage::issuers::insert(tx, &issuer)?;
            note(&own, tx, &caller, "issuer.create", &issuer)?;
            Done::created(id, &shown(&issuer, None))
        })
        .await
}

/// Brings an issuer. The first of an account is the account's own company, if the firm is the same.
///
/// # Errors
/// Field errors; `issuer_exists`; `registry_account_mismatch`.
pub async fn create(registry: &Registry, request: &Request, body: IssuerCreate) -> Result<Answer> {
    let (account, scope) = request.caller.require_account(Right::WriteIssuers)?;
    let profile = translate::issuers::create(&body, registry.clock.now().berlin_date())?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let first = storage::issuers::lock(tx, &scope, account)?;
            let is_own = |first: &Issuer| {
                first.profile.is_none() && first.name == profile.legal.company_name
            };
            let (mut issuer, is_new) = match first.filter(is_own) {
                Some(first) => (first, false),
                None => {
                    let id = IssuerId::from_uuid(ids::new());
                    let name = profile.legal.company_name.clone();
                    let mut issuer = Issuer::named(id, name, None, own.clock.now());
                    issuer.account = account;
                    (issuer, true)
                }
            };
            require_free(tx, &profile.legal.company_name, Some(issuer.id))?;
            let key = describe(&own, tx, &scope, &mut issuer, &profile)?;
            if is_new {
                storage::issuers::insert(tx, &issuer)?;
            } else {
                storage::issuers::update(tx, &issuer)?;
            }
            note(&own, tx, &caller, "issuer.create", &issuer)?;
            Ok(Done::created(issuer.id, &shown(&issuer, Some(&profile)))?.about(&key))
        })
        .await
}

/// The issuers of the caller's account, oldest first.
///
/// # Errors
/// Refuses callers other than an issuer.
pub async fn list(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::issuing::Issuer>> {
    seen(registry, caller.require(Right::ReadIssuers)?, paging).await
}

/// Every issuer, oldest first, for the registrar.
///
/// # Errors
/// Refuses other callers.
pub async fn list_all(
    registry: &Registry,
    caller: &Caller,
    paging: Paging,
) -> Result<Listed<wire::issuing::Issuer>> {
    seen(registry, caller.require(Right::ReadNetwork)?, paging).await
}

async fn seen(
    registry: &Registry,
    scope: Scope,
    paging: Paging,
) -> Result<Listed<wire::issuing::Issuer>> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| -> Result<_> {
            let (count, issuers) = storage::issuers::list(tx, &scope, paging.offset, paging.limit)?;
            let items = issuers
                .iter()
                .map(|issuer| Ok(shown(issuer, profile(&own, tx, issuer)?.as_ref())))
                .collect::<Result<_>>()?;
            Ok(Listed { count, items })
        })
        .await
}

/// One issuer of the caller's account.
///
/// # Errors
/// Not found if it is not the caller's.
pub async fn get(
    registry: &Registry,
    caller: &Caller,
    id: IssuerId,
) -> Result<wire::issuing::Issuer> {
    one(registry, caller.require(Right::ReadIssuers)?, id).await
}

/// One issuer, for the registrar.
///
/// # Errors
/// Refuses other callers; not found if there is none.
pub async fn get_any(
    registry: &Registry,
    caller: &Caller,
    id: IssuerId,
) -> Result<wire::issuing::Issuer> {
    one(registry, caller.require(Right::ReadNetwork)?, id).await
}

async fn one(registry: &Registry, scope: Scope, id: IssuerId) -> Result<wire::issuing::Issuer> {
    let own = registry.clone();
    registry
        .db
        .read(move |tx| {
            let issuer =
                storage::issuers::find(tx, &scope, id)?.ok_or(Error::NotFound("issuer"))?;
            Ok(shown(&issuer, profile(&own, tx, &issuer)?.as_ref()))
        })
        .await
}

/// Applies a merge patch (RFC 7396).
///
/// # Errors
/// As [`create`]; not found if it is not the caller's.
pub async fn update(
    registry: &Registry,
    request: &Request,
    id: IssuerId,
    patch: Value,
) -> Result<Answer> {
    let scope = request.caller.require(Right::WriteIssuers)?;
    let own = registry.clone();
    let caller = request.caller.clone();
    registry
        .write(request, move |tx| {
            let mut issuer =
                storage::issuers::lock(tx, &scope, id)?.ok_or(Error::NotFound("issuer"))?;
            let known = profile(&own, tx, &issuer)?;
            let today = own.clock.now().berlin_date();
            let changed = translate::issuers::patch(known.as_ref(), &patch, today)?;
            require_free(tx, &changed.legal.company_name, Some(id))?;
            let key = describe(&own, tx, &scope, &mut issuer, &changed)?;
            storage::issuers::update(tx, &issuer)?;
            note(&own, tx, &caller, "issuer.update", &issuer)?;
            Ok(Done::ok(id, &shown(&issuer, Some(&changed)))?.about(&key))
        })
        .await
}

/// What an issuer has said of itself.
pub(crate) fn profile(
    registry: &Registry,
    tx: &mut Tx,
    issuer: &Issuer,
) -> Result<Option<IssuerProfile>> {
    let Some(sealed) = &issuer.profile else {
        return Ok(None);
    };
    let key = registry.vault.key(tx, sealed.key)?;
    open(&key, &sealed.sealed).map(Some)
}

/// By what the registry account of a company is found. The commercial register publishes what is hashed.
pub(crate) fn company_hash(register_key: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update("cashlink company 1\n")
        .chain_update(register_key)
        .finalize()
        .into()
}

/// Seals what the issuer says of itself under its own key, with the documents that it names.
fn describe(
    registry: &Registry,
    tx: &mut Tx,
    scope: &Scope,
    issuer: &mut Issuer,
    profile: &IssuerProfile,
) -> Result<database::vault::DataKey> {
    let key = match &issuer.profile {
        Some(sealed) => registry.vault.key(tx, sealed.key)?,
        None => registry.vault.new_key(tx, Some(issuer.id.uuid()))?,
    };
    let named = documents(profile);
    persons::claim_documents(registry, tx, scope, issuer.id, &named)?;
    issuer.mirrored = mirrors_account(registry, tx, profile)?;
    issuer.name = profile.legal.company_name.clone();
    issuer.lei = profile.legal.lei.clone().or(issuer.lei.take());
    issuer.profile = Some(SealedProfile {
        key: key.id(),
        sealed: seal(&key, profile)?,
    });
    Ok(key)
}

/// Whether there is a registry account of the same company. An account under the same register entry but another firm is a
/// mistake of one of the two, which the registrar cannot resolve by itself.
fn mirrors_account(registry: &Registry, tx: &mut Tx, profile: &IssuerProfile) -> Result<bool> {
    let hash = company_hash(&profile.register_key());
    let accounts = storage::investors::of_company(tx, hash, MOST_ACCOUNTS)?;
    for account in &accounts {
        let key = registry.vault.key(tx, account.key)?;
        let investor: Investor = open(&key, &account.sealed_person)?;
        let company = investor.person.legal;
        if company.is_some_and(|company| profile.mirrors(&company)) {
            return Ok(true);
        }
    }
    if accounts.is_empty() {
        return Ok(false);
    }
    Err(Error::Problem(
        ProblemCode::RegistryAccountMismatch,
        "The registry account with this commercial register and number has another company name; company_name, commercial_register and commercial_register_number must be those of the account."
            .to_owned(),
    ))
}

fn documents(profile: &IssuerProfile) -> [(&'static str, DocumentId); 2] {
    [
        (
            "legal_person.company_identity_proof_id",
            profile.legal.company_identity_proof_id,
        ),
        (
            "legal_person.company_structure_proof_id",
            profile.legal.company_structure_proof_id,
        ),
    ]
}

/// A firm is one issuer of the network.
fn require_free(tx: &mut Tx, name: &str, own: Option<IssuerId>) -> Result<()> {
    match storage::issuers::find_by_name(tx, name)? {
        Some(other) if Some(other.id) != own => Err(Error::Problem(
            ProblemCode::IssuerExists,
            "There is an issuer of this firm already; it is changed by PATCH.".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn note(
    registry: &Registry,
    tx: &mut Tx,
    caller: &Caller,
    action: &str,
    issuer: &Issuer,
) -> Result<()> {
    let detail = json!({"name": issuer.name, "mirrored": issuer.mirrored});
    audit::record(
        registry,
        tx,
        caller,
        action,
        &issuer.id.to_string(),
        &detail,
    )
}

fn shown(issuer: &Issuer, profile: Option<&IssuerProfile>) -> wire::issuing::Issuer {
    translate::issuers::show(
        translate::issuers::Surroundings {
            id: issuer.id,
            name: &issuer.name,
            lei: issuer.lei.as_ref().map(ToString::to_string),
            mirrored: issuer.mirrored,
            created_at: issuer.created_at,
        },
        profile,
    )
}

/// The refusal of a field that names an issuer that is not the caller's.
pub(crate) fn unknown_issuer() -> Error {
    let mut errors = FieldErrors::new();
    errors.push(
        "issuer_id",
        FieldCode::NotFound,
        "There is no such issuer here; create it first.",
    );
    errors.into()
}
