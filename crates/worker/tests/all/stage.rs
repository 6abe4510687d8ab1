//! A small network on a fresh database, with the fake ledger as its outside world.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use database::testing::{Backend, fresh};
use database::vault::{MasterKey, Vault};
use database::{DatabaseError, Db, Sql, Tx, Value};
use dlt::Ledger;
use domain::{
    Address, AddressNature, ContractAnswer, InvestmentId, InvestorId, ProductId, Timestamp,
    WalletId,
};
use registry::caller::{DISTRIBUTOR_SCOPES, ISSUER_SCOPES, Party};
use registry::documents::Upload;
use registry::setup::{AppliedAsset, LedgerFacts};
use registry::wallet_proofs::Addresses;
use registry::{Answer, Caller, Clock, Registry, Request};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use worker::{Settings, Worker};

use crate::ledger::{CHAIN_ID, FakeLedger};

/// No address of these tests has code.
struct KeysAlone;

#[async_trait]
impl Addresses for KeysAlone {
    async fn nature(&self, _: Address) -> registry::Result<AddressNature> {
        Ok(AddressNature::Key)
    }

    async fn accepts_signature(
        &self,
        _: Address,
        _: [u8; 32],
        _: &[u8],
    ) -> registry::Result<ContractAnswer> {
        Ok(ContractAnswer::Nobody)
    }
}

pub struct Stage {
    pub registry: Registry,
    pub ledger: Arc<FakeLedger>,
    /// A bond of the eWpG, a participation right outside of it, and a bond with 14 days to withdraw.
    pub assets: Vec<AppliedAsset>,
    _folder: tempfile::TempDir,
}

/// An investor with its wallet in the environment of an asset.
#[derive(Clone, Copy)]
pub struct Person {
    pub asset: usize,
    pub investor: InvestorId,
    pub wallet: WalletId,
    pub address: Address,
}

pub const UNITS: u64 = 1_000_000;
const START: &str = "2026-11-22T12:00:00Z";

impl Stage {
    /// The network before anything is issued.
    pub async fn set(backend: Backend) -> Self {
        let components = [database::COMPONENT, storage::COMPONENT, webhooks::COMPONENT];
        let db = fresh(backend, &components).await;
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&db, MasterKey::generate().unwrap())
            .await
            .unwrap();
        let facts = LedgerFacts {
            network: "fake".into(),
            chain_id: CHAIN_ID,
            asset_address: Arc::new(FakeLedger::address_of),
            addresses: Arc::new(KeysAlone),
        };
        let registry = Registry::open(registry::Parts {
            db,
            vault,
            documents: storage::documents::Documents::in_folder(folder.path()).unwrap(),
            clock: Clock::frozen(START.parse().unwrap()),
            custody: None,
            gateways: None,
            webhook_guard: webhooks::Guard::public_only(),
            networks: registry::Networks {
                production: facts.clone(),
                sandbox: None,
                profile: domain::NetworkProfile::stated(
                    &["Betreiber A GmbH".into(), "Betreiber B GmbH".into()],
                    Some("Both confirm a block."),
                ),
            },
            settings: registry::Settings {
                public_url: "http://127.0.0.1".into(),
                document_limit: 1_000_000,
                mail: registry::mail::MailSettings::default(),
                registrar: registry::statements::Registrar::default(),
                wallets: domain::WalletPolicy::default(),
                custody_terms: None,
            },
        })
        .await
        .unwrap();
        let file = registry::setup::load(&network().to_string()).unwrap();
        let request = Request::internal("test", "setup");
        let assets = registry::setup::apply(&registry, &request, &file, &facts)
            .await
            .unwrap();
        Self {
            registry,
            ledger: Arc::new(FakeLedger::new()),
            assets,
            _folder: folder,
        }
    }

    /// The network with its assets issued.
    pub async fn issued(backend: Backend) -> Self {
        let stage = Self::set(backend).await;
        stage.settle().await;
        stage
    }

    pub fn db(&self) -> &Db {
        &self.registry.db
    }

    pub fn now(&self) -> Timestamp {
        self.registry.clock.now()
    }

    /// A worker as a fresh process would have it. It keeps no lease, so that another one can follow at once.
    pub fn worker(&self) -> Worker {
        let mut settings = Settings::new(&self.registry);
        settings.lease = Duration::ZERO;
        settings.batch = 4;
        let ledger: Arc<dyn Ledger> = self.ledger.clone();
        Worker::new(self.registry.clone(), ledger, settings)
    }

    /// Lets a fresh process do all that is due.
    pub async fn settle(&self) {
        self.worker().settle_once(self.now()).await;
    }

    pub fn product(&self, asset: usize) -> ProductId {
        self.assets[asset].product
    }

    pub fn token(&self, asset: usize) -> Address {
        self.assets[asset].token_address
    }

    pub fn request(&self, asset: usize) -> Request {
        let asset = &self.assets[asset];
        let party = Party::Distributor(asset.environment, asset.campaigns[0].0);
        Request {
            caller: Caller {
                party,
                scopes: DISTRIBUTOR_SCOPES
                    .iter()
                    .map(|scope| (*scope).into())
                    .collect(),
                ..Caller::network("partner")
            },
            ..Request::internal("partner", "test")
        }
    }

    /// A request of the asset's issuer.
    pub fn issuer_request(&self, asset: usize) -> Request {
        let asset = &self.assets[asset];
        let party = Party::Issuer(Some(asset.environment), asset.issuer);
        Request {
            caller: Caller {
                party,
                scopes: ISSUER_SCOPES.iter().map(|scope| (*scope).into()).collect(),
                ..Caller::network("issuer")
            },
            ..Request::internal("issuer", "test")
        }
    }

    /// An identified investor; the number makes its wallet.
    pub async fn person(&self, asset: usize, number: u8) -> Person {
        let mut bytes = [number; 20];
        bytes[0] = 0xAA;
        self.person_at(asset, Address::from_bytes(bytes)).await
    }

    /// An identified investor with this wallet.
    pub async fn person_at(&self, asset: usize, address: Address) -> Person {
        let request = self.request(asset);
        let body = serde_json::from_value(json!({
            "natural_person": {
                "forename": "Erika", "surname": "Muster", "birth_date": "1980-05-01",
                "birth_place": "Bonn", "citizenship": "DEU", "street": "Hauptstraße 1",
                "zip": "10115", "city": "Berlin", "country": "DEU"
            },
            "tax_information": { "tax_identification_number": "02476291358" },
            "wallets": [{ "address": address.to_string() }]
        }))
        .unwrap();
        let made = registry::investors::create(&self.registry, &request, body).await;
        let investor = InvestorId::from_uuid(id(&made.unwrap()));
        let pdf = Bytes::from_static(b"%PDF-1.4 protocol");
        let upload = Upload {
            name: "protocol.pdf".into(),
            content_type: Some("application/pdf".into()),
            sha256: Sha256::digest(&pdf).into(),
            bytes: pdf,
        };
        let document = registry::documents::upload(&self.registry, &request, upload).await;
        let body = serde_json::from_value(json!({
            "document_type": "IDCARD", "document_id": "L01X00T47", "document_issuer": "Berlin",
            "document_valid_to": "2030-01-01", "identity_provider": "POSTIDENT",
            "legitimation_protocol_id": id(&document.unwrap()),
            "verified_at": "2026-11-01T10:00:00Z"
        }))
        .unwrap();
        registry::identifications::create(&self.registry, &request, investor, body)
            .await
            .unwrap();
        let paging = registry::Paging {
            offset: 0,
            limit: 10,
        };
        let wallets =
            registry::wallets::list(&self.registry, &request.caller, investor, paging).await;
        Person {
            asset,
            investor,
            wallet: WalletId::from_uuid(wallets.unwrap().items[0].id),
            address,
        }
    }

    /// A paid investment.
    pub async fn invest(&self, person: &Person, units: u64) -> InvestmentId {
        let now = self.now().to_string();
        let body = serde_json::from_value(json!({
            "investor_id": person.investor, "campaign_id": self.assets[person.asset].campaigns[0].1,
            "units": units, "signed_at": now, "accepted_at": now, "paid_at": now,
            "wallet": person.wallet.to_string()
        }))
        .unwrap();
        let request = self.request(person.asset);
        let made = registry::investments::create(&self.registry, &request, body).await;
        InvestmentId::from_uuid(id(&made.unwrap()))
    }

    /// An accepted investment that waits for its money.
    pub async fn accept_only(&self, person: &Person, units: u64) -> InvestmentId {
        let now = self.now().to_string();
        let body = serde_json::from_value(json!({
            "investor_id": person.investor, "campaign_id": self.assets[person.asset].campaigns[0].1,
            "units": units, "signed_at": now, "accepted_at": now
        }))
        .unwrap();
        let request = self.request(person.asset);
        let made = registry::investments::create(&self.registry, &request, body).await;
        InvestmentId::from_uuid(id(&made.unwrap()))
    }

    pub async fn investment(
        &self,
        asset: usize,
        id: InvestmentId,
    ) -> wire::investments::Investment {
        let caller = self.request(asset).caller;
        registry::investments::get(&self.registry, &caller, id)
            .await
            .unwrap()
    }

    pub async fn statuses(&self, asset: usize, ids: &[InvestmentId]) -> Vec<String> {
        let mut statuses = Vec::new();
        for id in ids {
            let status = self.investment(asset, *id).await.status;
            statuses.push(
                serde_json::to_value(status)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        statuses
    }

    /// Statuses of the events of an investment in the feed of its platform, or their types where there is no status.
    pub async fn heard(&self, asset: usize, id: InvestmentId) -> Vec<String> {
        let caller = self.request(asset).caller;
        let (mut heard, mut after) = (Vec::new(), None);
        loop {
            let page = registry::feed::feed(&self.registry, &caller, after, 500).await;
            let page = page.unwrap();
            heard.extend(page.results);
            if !page.has_more {
                break;
            }
            after = page.last.map(domain::EventId::from_uuid);
        }
        heard.retain(|event| event.investment_id == Some(id.uuid()));
        // A statement is told as soon as it is made, which is before or after what follows.
        heard.retain(|event| event.kind != registry::events::REGISTRY_STATEMENT_AVAILABLE);
        let said = |event: wire::events::Event| event.status.unwrap_or(event.kind);
        heard.into_iter().map(said).collect()
    }

    /// The number that a statement answers.
    pub async fn count(&self, sql: Sql) -> i64 {
        let read = move |tx: &mut Tx| tx.query_one(sql, &[])?.get::<i64>(0);
        self.db().read(read).await.unwrap()
    }

    pub async fn execute(&self, sql: Sql, parameters: Vec<Value>) -> Result<u64, DatabaseError> {
        self.db()
            .write(move |tx| tx.execute(sql, &parameters))
            .await
    }

    /// Every register is in order, and the token says the same.
    pub async fn assert_in_order(&self) {
        for verdict in registry::register_check::verify(&self.registry, None)
            .await
            .unwrap()
        {
            assert_eq!(verdict.problem, None, "{}", verdict.isin);
            let mut sum = 0;
            for (wallet, units) in &verdict.holdings {
                let balance = self.ledger.balance(verdict.token_address, *wallet);
                assert_eq!(balance, *units, "{} in {wallet}", verdict.isin);
                sum += units;
            }
            let burned = self.ledger.burned(verdict.token_address);
            assert_eq!(sum + burned, UNITS, "{}", verdict.isin);
        }
    }
}

fn id(answer: &Answer) -> uuid::Uuid {
    answer.resource.unwrap()
}

fn network() -> Json {
    let account = json!({
        "account_holder": "Emittent GmbH", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"
    });
    let asset = |environment: &str, isin: &str, product_type: &str, ewpg: bool, days: u32| {
        json!({
            "environment": environment, "issuer": "issuer", "name": environment, "symbol": "TKN",
            "product_type": product_type, "ewpg": ewpg, "isin": isin,
            "nominal_value": { "amount": "100", "decimals": 0, "currency": "EUR" },
            "max_issuable_amount": UNITS, "step_size": 1, "agio_percent": "0",
            "payment_deadline": 14, "cancellation_deadline": days,
            "terms": [{ "name": "coupon", "value": "5 %" }],
            "campaigns": [{
                "platform": "broker", "name": "sale", "allocation": UNITS, "minimum_units": 1,
                "distributor_may_accept": true, "distributor_may_mark_paid": true
            }]
        })
    };
    json!({
        "network": { "name": "test", "registrar": "Registrar GmbH" },
        "issuers": [{ "key": "issuer", "name": "Emittent GmbH", "bank_account": account }],
        "platforms": [{ "key": "broker", "name": "Broker GmbH", "identification_import": "trusted",
            "licence": { "type": "wpig_15", "services": ["investment_brokerage"], "authority": "BaFin", "number": "10012345", "valid_from": "2020-01-01" } }],
        "assets": [
            asset("bond", "DE000A4HVK12", "BOND", true, 0),
            asset("right", "DE000BASF111", "PARTICIPATION_RIGHT", false, 0),
            asset("late", "DE000BAY0017", "BOND", true, 14),
        ]
    })
}
