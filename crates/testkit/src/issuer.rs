//! An issuer with an account of its own, as the registrar opens it: it brings its company, its products and their campaigns.

use cashlink::demo::client::Credentials;
use cashlink::demo::credentials::EnvironmentAccess;
use registry::Request;
use registry::clients::{self, NewClient};
use serde_json::{Value, json};
use storage::clients::ClientKind;

use crate::app::{TestApp, sign_in};
use crate::client::{Session, id};
use crate::{Partner, people};

/// An issuer, signed in for all that it owns.
#[derive(Clone)]
pub struct Issuer {
    /// Access to `{url}/api/external/issuer/v2`.
    pub api: Session,
    /// What the registrar calls the account.
    pub account: String,
}

impl Issuer {
    /// The registrar opens an account for this firm and hands out a client.
    pub async fn join(app: &TestApp, firm: &str) -> Self {
        let body = json!({"company_name": firm});
        let made = app.registrar().await.post("issuers/", &body).await;
        Self::sign_in(app, &id(&made.expect(201))).await
    }

    /// A client for all that an issuer owns.
    pub async fn sign_in(app: &TestApp, account: &str) -> Self {
        let base = format!("{}/api/external/issuer", app.url);
        let new = NewClient {
            name: "test".to_owned(),
            kind: ClientKind::Issuer,
            environment: None,
            platform: None,
            issuer: Some(account.parse().expect("an id")),
            scopes: Vec::new(),
        };
        let credentials = client(app, new).await;
        Self {
            api: sign_in(&base, &credentials).await.at(format!("{base}/v2")),
            account: account.to_owned(),
        }
    }

    /// Uploads a PDF.
    pub async fn document(&self, text: &str) -> String {
        let pdf = people::pdf(text);
        let reply = self.api.upload("paper.pdf", "application/pdf", &pdf).await;
        id(&reply.expect(201))
    }

    /// Describes a company as the Issuer API prints it; its id.
    pub async fn company(&self, firm: &str) -> String {
        let identity = self.document(&format!("extract of {firm}")).await;
        let structure = self.document(&format!("owners of {firm}")).await;
        let body = people::issuer(firm, &identity, &structure);
        id(&self.api.post("issuers/", &body).await.expect(201))
    }

    /// Lets the registrar allow a platform.
    pub async fn permitted(&self, app: &TestApp, platform: &str) {
        let path = format!(
            "issuers/{}/distribution-platforms/{platform}/permission/",
            self.account
        );
        let body = json!({"is_allowed": true});
        app.registrar().await.post(&path, &body).await.expect(200);
    }

    /// Lists a product, and makes a campaign of so many units; its id.
    pub async fn sells(&self, product: &str, platform: &str, units: u64) -> String {
        let listing = json!({"product_id": product, "distribution_platform_id": platform});
        self.api.post("listings/", &listing).await.expect(201);
        let campaign = json!({
            "product_id": product, "distribution_platform_id": platform, "name": "Campaign", "allocation": units,
            "distributor_may_accept": true, "distributor_may_mark_paid": true,
        });
        id(&self.api.post("campaigns/", &campaign).await.expect(201))
    }

    /// A platform of the network by the beginning of its firm.
    pub async fn platform(&self, firm: &str) -> String {
        let page = self.api.get("distribution-platforms/").await.expect(200);
        let platforms = page["results"].as_array().expect("a list");
        let found = platforms.iter().find(|platform| {
            let name = platform["platform_company_name"].as_str();
            name.is_some_and(|name| name.starts_with(firm))
        });
        id(found.expect("a platform of this firm"))
    }
}

/// A platform that sells a product of an issuer's in the environment of that name.
pub async fn partner_at(app: &TestApp, product: &Value, platform: &str, campaign: &str) -> Partner {
    let name = product["environment"].as_str().expect("an environment");
    let (platform, environment) = app
        .app
        .registry
        .db
        .read({
            let name = name.to_owned();
            move |tx| -> registry::Result<_> { Ok(storage::environments::find_by_name(tx, &name)?) }
        })
        .await
        .map(|environment| (platform.parse(), environment.expect("it is open").id))
        .expect("the database answers");
    let new = NewClient {
        name: "test".to_owned(),
        kind: ClientKind::Distributor,
        environment: Some(environment),
        platform: Some(platform.expect("an id")),
        issuer: None,
        scopes: Vec::new(),
    };
    let credentials = client(app, new).await;
    let access = EnvironmentAccess {
        name: name.to_owned(),
        url: format!("{}/environments/{name}/api/external", app.url),
        product_id: id(product),
        campaign_id: campaign.to_owned(),
        token_address: String::new(),
        distributor: credentials.clone(),
        issuer: credentials.clone(),
        other_distributors: Vec::new(),
    };
    Partner::sign_in(app, &access, &credentials, campaign).await
}

/// An issuer's access to the network API.
pub async fn network_client(app: &TestApp, account: &str) -> Session {
    let new = NewClient {
        name: "test".to_owned(),
        kind: ClientKind::Issuer,
        environment: None,
        platform: None,
        issuer: Some(account.parse().expect("an id")),
        scopes: Vec::new(),
    };
    let base = format!("{}/api/network/v1", app.url);
    sign_in(&base, &client(app, new).await).await.at(base)
}

async fn client(app: &TestApp, new: NewClient) -> Credentials {
    let request = Request::internal("test", "create client");
    let made = clients::create(&app.app.registry, &request, new).await;
    let (client, client_secret) = made.expect("a client");
    Credentials {
        client_id: client.client_id,
        client_secret,
    }
}
