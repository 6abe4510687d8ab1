//! One of everything that has a page of its own, made by the operations that people use, and who looks at it.

use anyhow::{Context, Result};
use cashlink::wiring::App;
use domain::{
    ApplicationId, EnvironmentId, Language, Permissions, PlatformId, PlatformRole, ProductId,
    RegistrarRole, Role,
};
use registry::people::Origin;
use registry::sessions::{self, Session};
use registry::{
    Caller, Paging, Registry, Request, accounts, applications, asset_requests, clients, documents,
    identifications, investors, issuers, issuing, mail, participation, registrations,
    webhook_endpoints,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use storage::products::ProductRecord;
use uuid::Uuid;

use super::people::{self, Visitor};
use super::{ASSETS, draft};
use crate::inside::registrar;
use crate::network;

const OTHER: &str = "Zweitprobe Vermittlung GmbH";

/// Where the rows go that fill the database.
pub struct Partner {
    pub environment: EnvironmentId,
    pub platform: PlatformId,
    pub product: ProductRecord,
    /// An identified investor, of whom the others are copies.
    pub investor: Uuid,
}

/// What was made.
pub struct Made {
    pub partner: Partner,
    /// Who accepts and marks as paid.
    pub issuer: Caller,
    pub visitors: Vec<Visitor>,
}

/// The network of the load tests with a second platform, which alone sells the last asset.
pub fn network() -> Value {
    let mut file = network::file(ASSETS);
    let mut other = file["platforms"][0].clone();
    other["key"] = json!("other");
    other["name"] = json!(OTHER);
    if let Some(platforms) = file["platforms"].as_array_mut() {
        platforms.push(other);
    }
    file["assets"][ASSETS - 1]["campaigns"][0]["platform"] = json!("other");
    file
}

/// Makes it; the partner's webhooks go to this address.
pub async fn make(app: &App, partner: &str, hook: &str) -> Result<Made> {
    let registry = &app.registry;
    let inventory = cashlink::inventory::read(registry, &registrar()).await?;
    let platform = |name: &str| {
        let mut all = inventory.platforms.iter();
        let found = all.find(|one| one.name == name).map(|one| one.id);
        found.with_context(|| format!("no platform {name}"))
    };
    let (own, other) = (platform(partner)?, platform(OTHER)?);
    let product = |environment: &str| {
        let mut all = inventory.products.iter();
        let found = all.find(|one| one.environment_name == environment);
        found.cloned().context("no such asset")
    };
    let first = product(&network::environment(0))?;
    let last = product(&network::environment(ASSETS - 1))?;
    let issuer = inventory.issuers.first().context("an issuer")?;

    let admin = Role::Platform(own, PlatformRole::Admin);
    let (seller, session) =
        people::signed_in(registry, admin.clone(), "partner@example.com").await?;
    let bringing = Role::Issuer(issuer.account, Permissions::all());
    let (brings, issuing_session) =
        people::signed_in(registry, bringing, "issuer@example.com").await?;
    let operator = Role::Registrar(RegistrarRole::Admin);
    let (operates, _) =
        people::signed_in(registry, operator.clone(), "registrar@example.com").await?;
    let enrols = people::joined(registry, admin.clone(), "enrols@example.com").await?;
    let awaits = people::awaits_code(registry, "partner@example.com").await?;

    let sample = of_partner(registry, &session, (&first, own), hook).await?;
    of_platform(registry, &session, &last).await?;
    of_issuer(registry, &issuing_session, &first).await?;
    of_registrar(registry, other).await?;
    let applicant = applicant(registry).await?;

    let visitor = |name, token: String, start: &str| Visitor {
        name,
        token: Some(token),
        starts: vec!["/console/".to_owned(), start.to_owned()],
    };
    let links = links(registry, operator).await?;
    let environment = format!("/console/environments/{}", first.environment_name);
    let visitors = vec![
        visitor("partner", seller, &format!("{environment}/investors")),
        visitor("issuer", brings, "/console/issued/products"),
        visitor("registrar", operates, "/console/work"),
        visitor("applicant", applicant, "/console/applications"),
        visitor("enrols", enrols.token, "/console/account/second-factor"),
        visitor("awaits", awaits.token, "/console/sign-in/code"),
        Visitor {
            name: "nobody",
            token: None,
            starts: links,
        },
    ];
    Ok(Made {
        partner: sample,
        issuer: issuing_session.caller()?,
        visitors,
    })
}

/// An identified investor and a webhook endpoint in the first environment.
async fn of_partner(
    registry: &Registry,
    session: &Session,
    (product, platform): (&ProductRecord, PlatformId),
    hook: &str,
) -> Result<Partner> {
    let caller = sessions::caller_in(registry, session, &product.environment_name).await?;
    let body = parsed(draft::investor())?;
    let made = investors::create(registry, &request(&caller, "investor"), body).await?;
    let investor = id(&made.json()?)?;
    let protocol = document(registry, &caller, "protocol").await?;
    let verified_at = registry.clock.now().minus_seconds(86_400).to_string();
    let body = parsed(draft::identification(&protocol, &verified_at))?;
    let request_of = request(&caller, "identification");
    let of = domain::InvestorId::from_uuid(investor);
    identifications::create(registry, &request_of, of, body).await?;
    let body = parsed(json!({"url": hook}))?;
    webhook_endpoints::create(registry, &request(&caller, "endpoint"), body).await?;
    Ok(Partner {
        environment: product.environment,
        platform,
        product: product.clone(),
        investor,
    })
}

/// A client, and a request for the asset that another platform sells.
async fn of_platform(registry: &Registry, session: &Session, asset: &ProductRecord) -> Result<()> {
    let caller = session.caller()?;
    let body = parsed(json!({"name": "shop"}))?;
    clients::issue(registry, &request(&caller, "client"), body).await?;
    let body = parsed(json!({
        "product_id": asset.product.id.uuid(), "wanted_units": 500, "note": "We sell in Northern Germany.",
    }))?;
    asset_requests::create(registry, &request(&caller, "asset request"), body).await?;
    Ok(())
}

/// A document of the first product, a firm that is described, and a crypto security that waits.
async fn of_issuer(registry: &Registry, session: &Session, first: &ProductRecord) -> Result<()> {
    let caller = session.caller()?;
    let sheet = document(registry, &caller, "costs").await?;
    let patch = json!({"documents": [{"document_type": "WIB", "document_id": sheet}]});
    let product: ProductId = first.product.id;
    issuing::update(
        registry,
        &request(&caller, "product document"),
        product,
        patch,
    )
    .await?;
    let identity = document(registry, &caller, "extract").await?;
    let structure = document(registry, &caller, "owners").await?;
    let body = parsed(draft::issuer(&identity, &structure))?;
    let made = issuers::create(registry, &request(&caller, "issuer"), body).await?;
    let issuer = id(&made.json()?)?.to_string();
    let terms = document(registry, &caller, "terms").await?;
    let network = &registry.networks.production.network;
    let body = parsed(draft::crypto_security(&issuer, network, &terms))?;
    issuing::create(registry, &request(&caller, "crypto security"), body).await?;
    Ok(())
}

/// A decision that waits for a second person.
async fn of_registrar(registry: &Registry, platform: PlatformId) -> Result<()> {
    let request = Request::internal("one", "suspend");
    let reason = "The authority has published a notice about the firm.".to_owned();
    participation::propose_suspension(registry, &request, platform, reason).await?;
    Ok(())
}

/// A firm that has handed in its application; the token of its person.
async fn applicant(registry: &Registry) -> Result<String> {
    let request_of = Request::internal("bench", "register");
    let platform =
        participation::register(registry, &request_of, "Mustermann & Söhne GmbH").await?;
    let admin = Role::Platform(platform, PlatformRole::Admin);
    let (token, session) = people::signed_in(registry, admin, "applicant@example.com").await?;
    let caller = session.caller()?;
    let mut papers = Vec::new();
    for kind in ["COMMERCIAL_REGISTER_EXTRACT", "LICENCE_EXTRACT"] {
        papers.push((kind, document(registry, &caller, kind).await?));
    }
    let body = parsed(draft::application(&papers))?;
    let made = applications::create(registry, &request(&caller, "application"), body).await?;
    let application = ApplicationId::from_uuid(id(&made.json()?)?);
    // As if the proof had been found: nobody else's server is asked here.
    let proven = registry.db.write(move |tx| -> registry::Result<()> {
        let found = storage::applications::lock_any(tx, application)?;
        let mut record = found.ok_or(registry::Error::NotFound("application"))?;
        record.domain_status = "proven".to_owned();
        Ok(storage::applications::update(tx, &record)?)
    });
    proven.await?;
    applications::submit(registry, &request(&caller, "submit"), application).await?;
    Ok(token)
}

/// The pages that nobody comes to without a link in a letter.
async fn links(registry: &Registry, role: Role) -> Result<Vec<String>> {
    let mut links = vec!["/console".to_owned(), "/console/join".to_owned()];
    links.extend(["/console/password", "/console/sign-in"].map(str::to_owned));
    links.push(people::invitation(registry, role).await?);
    let (origin, german) = (Origin::default(), Language::German);
    registrations::ask(
        registry,
        &origin,
        "Rotdorn AG",
        "chef@rotdorn.example",
        german,
    )
    .await?;
    accounts::forgot_password(registry, &origin, "registrar@example.com").await?;
    let newest = Paging {
        offset: 0,
        limit: 500,
    };
    let letters = mail::list(registry, &registrar(), None, newest)
        .await?
        .items;
    let all = letters.into_iter().filter_map(|mail| mail.letter);
    let mut found: Vec<String> = all
        .flat_map(|letter| letter.paragraphs)
        .filter_map(|paragraph| match paragraph {
            mail::Paragraph::Link { url, .. } => Some(url),
            _ => None,
        })
        .filter_map(|url| {
            let path = url.strip_prefix(registry.settings.public_url.as_str());
            path.map(str::to_owned)
        })
        .filter(|path| path.starts_with("/console/join/") || path.starts_with("/console/password/"))
        .collect();
    found.sort();
    links.append(&mut found);
    Ok(links)
}

async fn document(registry: &Registry, caller: &Caller, text: &str) -> Result<String> {
    let bytes = draft::pdf(text);
    let upload = documents::Upload {
        name: "paper.pdf".to_owned(),
        content_type: Some("application/pdf".to_owned()),
        sha256: Sha256::digest(&bytes).into(),
        bytes: bytes.into(),
    };
    let made = documents::upload(registry, &request(caller, text), upload).await?;
    Ok(id(&made.json()?)?.to_string())
}

fn request(caller: &Caller, operation: &str) -> Request {
    Request {
        caller: caller.clone(),
        ..Request::internal("bench", operation)
    }
}

fn parsed<T: DeserializeOwned>(body: Value) -> Result<T> {
    Ok(serde_json::from_value(body)?)
}

fn id(made: &Value) -> Result<Uuid> {
    let id = made["id"].as_str().context("no id")?;
    Ok(id.parse()?)
}
