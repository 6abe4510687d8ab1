//! The partner under whose name the load is made: tokens, identified investors, and what one order looks like.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Connection;
use crate::clock::days_ago;
use crate::network;
use crate::server::Place;

/// Assets may take so long to be entered.
const PATIENCE: Duration = Duration::from_secs(120);

/// One environment with its campaign, as the partner knows it.
#[derive(Clone)]
pub struct Campaign {
    pub environment: String,
    pub client_id: String,
    client_secret: String,
    pub campaign_id: Uuid,
    pub investors: Vec<Uuid>,
    token: String,
}

/// An order that can be repeated under new keys.
#[derive(Clone)]
pub struct Order {
    pub path: String,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Campaign {
    /// Takes credentials and a token, and waits until the asset can be sold.
    pub async fn open(place: &Place, number: usize) -> Result<Campaign> {
        let environment = network::environment(number);
        let (client_id, client_secret) = place.credential(network::PARTNER, &environment)?;
        let mut campaign = Campaign {
            environment,
            client_id,
            client_secret,
            campaign_id: Uuid::nil(),
            investors: Vec::new(),
            token: String::new(),
        };
        let mut connection = Connection::open(place.address).await?;
        campaign.sign_in(&mut connection).await?;
        campaign.wait_until_issued(&mut connection).await?;
        let campaigns = campaign.get(&mut connection, "campaigns/").await?;
        campaign.campaign_id = id(&campaigns["results"][0])?;
        Ok(campaign)
    }

    /// Takes a token.
    pub async fn sign_in(&mut self, connection: &mut Connection) -> Result<()> {
        let line = format!("POST {}/oauth/token", self.base());
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.client_id, self.client_secret
        );
        let headers = "content-type: application/x-www-form-urlencoded\r\n";
        let answer = connection
            .send(&line, headers, form.as_bytes())
            .await?
            .json()?;
        self.token = text(&answer, "access_token")?;
        Ok(())
    }

    /// Adds an identified investor.
    pub async fn add_investor(&mut self, connection: &mut Connection) -> Result<()> {
        let protocol = self.upload(connection).await?;
        let investor = self.post(connection, "investors/", &person()).await?;
        let investor_id = id(&investor)?;
        let path = format!("investors/{investor_id}/identifications/");
        let identification = self
            .post(connection, &path, &identification(protocol))
            .await?;
        if identification["status"] != "SUCCESS" {
            bail!("the identification was not taken over: {identification}");
        }
        self.investors.push(investor_id);
        Ok(())
    }

    /// An order of one unit for one of the investors.
    pub fn order(&self, investor: Uuid) -> Order {
        let body = json!({
            "investor_id": investor,
            "campaign_id": self.campaign_id,
            "units": 1,
            "signed_at": days_ago(1).to_string(),
            "signed_documents": [],
        });
        Order {
            path: format!("{}/distributor/v2/investments/", self.base()),
            headers: self.headers(),
            body: body.to_string().into_bytes(),
        }
    }

    async fn wait_until_issued(&self, connection: &mut Connection) -> Result<()> {
        let begin = tokio::time::Instant::now();
        loop {
            let products = self.get(connection, "products/").await?;
            if products["results"][0]["status"] == "ACTIVE" {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                bail!(
                    "the asset of {} is not entered: {products}",
                    self.environment
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn upload(&self, connection: &mut Connection) -> Result<Uuid> {
        let content = b"--line\r\ncontent-disposition: form-data; name=\"file\"; filename=\"protocol.pdf\"\r\n\
            content-type: application/pdf\r\n\r\n%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n\r\n--line--\r\n";
        let line = format!("POST {}/distributor/v2/documents/", self.base());
        let headers = format!(
            "{}content-type: multipart/form-data; boundary=line\r\n",
            self.authorisation()
        );
        id(&connection.send(&line, &headers, content).await?.json()?)
    }

    async fn get(&self, connection: &mut Connection, path: &str) -> Result<Value> {
        let line = format!("GET {}/distributor/v2/{path}", self.base());
        connection
            .send(&line, &self.authorisation(), b"")
            .await?
            .json()
    }

    async fn post(&self, connection: &mut Connection, path: &str, body: &Value) -> Result<Value> {
        let line = format!("POST {}/distributor/v2/{path}", self.base());
        let answer = connection
            .send(&line, &self.headers(), body.to_string().as_bytes())
            .await?;
        answer.json().with_context(|| line)
    }

    fn base(&self) -> String {
        format!("/environments/{}/api/external", self.environment)
    }

    fn headers(&self) -> String {
        format!("{}content-type: application/json\r\n", self.authorisation())
    }

    fn authorisation(&self) -> String {
        format!("authorization: Bearer {}\r\n", self.token)
    }
}

/// An investor of the load.
pub fn person() -> Value {
    json!({
        "natural_person": {
            "salutation": "MS", "forename": "Petra", "surname": "Lastprobe", "birth_date": "1980-02-03",
            "birth_place": "Berlin", "citizenship": "DEU", "street": "Teststraße 1", "zip": "10115",
            "city": "Berlin", "country": "DEU", "phone": "+49 30 5550100", "is_pep": false,
            "is_subject_to_us_tax": false,
        },
        "bank_account": {
            "account_holder": "Petra Lastprobe", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
            "bank": "Commerzbank", "country": "DEU", "currency": "EUR",
        },
        "tax_information": {
            "tax_identification_number": "65929970489", "non_assessment_certificate": false,
            "is_subject_to_german_tax": true,
        },
        "communication": {"email": "petra.lastprobe@example.com", "email_confirmed": true},
        "is_beneficiary": true,
    })
}

fn identification(protocol: Uuid) -> Value {
    json!({
        "document_type": "IDCARD", "document_id": "L01X00T47", "document_issuer": "Berlin",
        "document_valid_from": day(days_ago(1000)), "document_valid_to": day(days_ago(-1000)),
        "identity_provider": "POSTIDENT", "legitimation_process_id": format!("L-{}", protocol.simple()),
        "legitimation_protocol_id": protocol, "verified_at": days_ago(9).to_string(),
    })
}

fn day(at: jiff::Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

fn id(answer: &Value) -> Result<Uuid> {
    Ok(text(answer, "id")?.parse()?)
}

fn text(answer: &Value, field: &str) -> Result<String> {
    let value = answer[field]
        .as_str()
        .with_context(|| format!("no {field} in {answer}"));
    value.map(str::to_owned)
}
