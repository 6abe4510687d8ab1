//! The SDK's methods against the whole application: what the server says, the SDK knows, and what it refuses, the SDK names.

use cashlink::demo::client::Credentials;
use futures_util::TryStreamExt;
use rstest::rstest;
use sdk::answers::Investment;
use sdk::{Client, Distributor, Environment, Error, InvestmentFilter, Key, MergePatch, Open};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use testkit::app::eventually;
use testkit::client::id;
use testkit::holder::HolderKey;
use testkit::{Backend, Customer, TestApp, WebhookSink, people};
use uuid::Uuid;
use wire::ProblemCode;
use wire::investments::{
    Accept, InvestmentBatch, InvestmentCreate, InvestmentIds, InvestmentPatch, InvestmentStatus,
    InvestmentsAccept, InvestmentsMarkPaid, InvestmentsReject, MarkPaid, Reject, SignedDocument,
    SignedDocumentsAdd,
};
use wire::redemptions::{RedemptionStatus, RedemptionStep};
use wire::statements::RegistryStatementRequest;
use wire::transfers::TransferStatus;
use wire::webhook_endpoints::{Replay, RotateSecret, WebhookEndpointCreate, WebhookEndpointPatch};

fn client(url: &str, credentials: &Credentials) -> Client {
    let environment = Environment {
        url: url.to_owned(),
        client_id: credentials.client_id.clone(),
        client_secret: credentials.client_secret.clone(),
    };
    Client::new(environment).unwrap()
}

fn distributor(app: &TestApp, index: usize) -> Distributor {
    let environment = app.environment(index);
    client(&environment.url, &environment.distributor).distributor()
}

/// The test kit's bodies as the typed bodies of the SDK.
fn body<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Our own server says nothing that the SDK does not know.
fn known(more: &Map<String, Value>) {
    assert!(more.is_empty(), "the SDK does not know {more:?}");
}

fn has(investment: &Investment, status: InvestmentStatus) -> bool {
    investment.status.as_ref().is_some_and(|own| *own == status)
}

struct Account {
    investor: Uuid,
    wallet: Uuid,
}

async fn document(api: &Distributor, name: &str) -> Uuid {
    let bytes = people::pdf(name);
    let key = Key::random();
    let document = api
        .upload_document("paper.pdf", "application/pdf", bytes, &key)
        .await
        .unwrap();
    known(&document.more);
    assert_eq!(api.get_document(document.id).await.unwrap(), document);
    document.id
}

/// A company with everything that belongs to it.
async fn account(app: &TestApp, api: &Distributor) -> Account {
    let proofs = (
        document(api, "register").await,
        document(api, "owners").await,
    );
    let company = people::legal_person(&proofs.0.to_string(), &proofs.1.to_string());
    let own = Key::of(format!("company-{}", proofs.0));
    let company = body(company);
    let investor = api.create_investor(&company, &own).await.unwrap();
    known(&investor.more);
    let owner = body(people::benefiting_person());
    let owner = api
        .create_benefiting_person(investor.id, &owner, &own)
        .await
        .unwrap();
    assert_eq!(owner.share_basis_points, Some(7500));
    let protocol = document(api, "protocol").await.to_string();
    let identification = body(people::identification(&protocol, &app.days_ago(3)));
    let identified = api
        .create_identification(investor.id, &identification, &own)
        .await
        .unwrap();
    known(&identified.more);
    assert_eq!(
        api.get_identification(investor.id, identified.id)
            .await
            .unwrap(),
        identified
    );
    let wallet = body(serde_json::json!({"address": people::wallet_address()}));
    let wallet = api.create_wallet(investor.id, &wallet, &own).await.unwrap();
    known(&wallet.more);
    assert_eq!(
        api.get_wallet(investor.id, wallet.id).await.unwrap(),
        wallet
    );
    for count in [
        api.list_benefiting_persons(investor.id)
            .all(9)
            .await
            .unwrap()
            .len(),
        api.list_identifications(investor.id)
            .all(9)
            .await
            .unwrap()
            .len(),
        api.list_wallets(investor.id).all(9).await.unwrap().len(),
    ] {
        assert_eq!(count, 1);
    }
    Account {
        investor: investor.id,
        wallet: wallet.id,
    }
}

fn order(app: &TestApp, index: usize, account: &Account, units: u64) -> InvestmentCreate {
    InvestmentCreate {
        investor_id: account.investor,
        campaign_id: app.environment(index).campaign_id.parse().unwrap(),
        units,
        signed_at: Some(app.ago(60)),
        signed_documents: Vec::new(),
        accepted_at: None,
        paid_at: None,
        wallet: Some(account.wallet.to_string()),
    }
}

async fn reaches(api: &Distributor, id: Uuid, status: InvestmentStatus) -> Investment {
    eventually("the status is reached", async || {
        let investment = api.get_investment(id).await.unwrap();
        has(&investment, status).then_some(investment)
    })
    .await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_does_its_whole_work_with_the_sdk(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a company that the SDK has made, and the asset as the SDK shows it.
    let app = TestApp::start(backend).await;
    let api = distributor(&app, 0);
    let account = account(&app, &api).await;
    let campaigns = api.list_campaigns().all(10).await.unwrap();
    known(&campaigns[0].more);
    assert_eq!(
        api.get_campaign(campaigns[0].id).await.unwrap(),
        campaigns[0]
    );
    let product = api
        .get_product(campaigns[0].product_id.unwrap())
        .await
        .unwrap();
    known(&product.more);
    assert_eq!(api.list_products().all(10).await.unwrap(), [product]);

    // When it orders alone and in a batch, and pays.
    let first = order(&app, 0, &account, 3);
    let first = api
        .create_investment(&first, &Key::of("order-1"))
        .await
        .unwrap();
    known(&first.more);
    let batch = InvestmentBatch {
        investments: vec![order(&app, 0, &account, 4), order(&app, 0, &account, 0)],
    };
    let batch = api
        .create_investment_batch(&batch, &Key::of("batch-1"))
        .await
        .unwrap();
    assert_eq!((batch[0].status, batch[1].status), (201, 422));
    let second = batch[0].investment.clone().unwrap();
    assert_eq!(
        batch[1].problem.as_ref().unwrap().code,
        "units_below_minimum"
    );
    let paid = InvestmentPatch {
        accepted_at: Some(app.ago(30)),
        paid_at: Some(app.ago(20)),
        wallet: None,
    };
    api.update_investment(first.id, &paid, &Key::of("order-1/paid"))
        .await
        .unwrap();
    let delivered = reaches(&api, first.id, InvestmentStatus::Delivered).await;
    assert_eq!(delivered.remaining_units, Some(3));
    // A company has the statements that it asks for.
    let statements = api.list_registry_statements(first.id).all(9).await.unwrap();
    assert!(statements.is_empty());
    let wanted = RegistryStatementRequest {
        language: Some("en".to_owned()),
    };
    let asked = api
        .request_registry_statement(first.id, &wanted, &Key::of("statement-1"))
        .await
        .unwrap();
    let statement = eventually("the statement is ready", async || {
        let seen = api.get_registry_statement(asked.id).await.unwrap();
        (seen.status.as_deref() == Some("ready")).then_some(seen)
    })
    .await;
    let pdf = api.download_registry_statement(asked.id).await.unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let sha256 = hex::encode(Sha256::digest(&pdf));
    assert_eq!(statement.sha256, Some(sha256));
    let signed = SignedDocumentsAdd {
        signed_documents: vec![SignedDocument {
            document_id: document(&api, "signed").await,
            document_type: "SUBSCRIPTION_AGREEMENT".to_owned(),
        }],
    };
    let signed = api
        .add_signed_documents(second.id, &signed, &Key::random())
        .await
        .unwrap();
    assert_eq!(signed.signed_documents.unwrap().len(), 1);
    let cancelled = api
        .cancel_investment(second.id, &Key::random())
        .await
        .unwrap();
    assert!(has(&cancelled, InvestmentStatus::Abortion));

    // Then lists and feed say the same, by page and by filter.
    let of_status = |status| InvestmentFilter {
        status: Some(status),
        investor_id: Some(account.investor),
        changed_after: Some(app.days_ago(1)),
        ..InvestmentFilter::default()
    };
    let found = api
        .list_investments(&of_status(InvestmentStatus::Delivered))
        .page_size(1)
        .stream();
    let found: Vec<Uuid> = found
        .map_ok(|investment| investment.id)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(found, [first.id]);
    let all = api
        .list_investments(&InvestmentFilter::default())
        .page_size(1)
        .all(2)
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
    let told = eventually("the feed has it", async || {
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let feed = api.read_events(after).await.unwrap();
            feed.results.iter().for_each(|event| known(&event.more));
            told.extend(feed.results);
            after = feed.last;
            if feed.has_more != Some(true) {
                break;
            }
        }
        let delivered = told.iter().any(|event| {
            event
                .status
                .as_ref()
                .is_some_and(|status| *status == InvestmentStatus::Delivered)
        });
        delivered.then_some(told)
    })
    .await;
    assert!(
        told.iter()
            .any(|event| event.investor_id == Some(account.investor))
    );

    // And a change reaches the investor, what is to go goes, and the wallet closes.
    let moved = serde_json::json!({"legal_person": {"city": "Essen"}});
    let moved = MergePatch::exactly(moved.as_object().unwrap().clone()).remove("bank_account");
    let moved = api
        .update_investor(account.investor, &moved, &Key::of("c/2"))
        .await
        .unwrap();
    assert_eq!(moved.legal_person.unwrap().city.as_deref(), Some("Essen"));
    assert_eq!(moved.bank_account, None);
    let closed = body(serde_json::json!({"receiving_enabled": false}));
    let closed = api
        .update_wallet(account.investor, account.wallet, &closed, &Key::random())
        .await;
    assert_eq!(closed.unwrap().receiving_enabled, Some(false));
    assert_eq!(api.list_investors().all(5).await.unwrap().len(), 1);
    let managed = body(serde_json::json!({}));
    let managed = api
        .create_managed_wallet(account.investor, &managed, &Key::random())
        .await;
    assert!(managed.unwrap().address.is_some());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_transfers_with_the_sdk(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = distributor(&app, 0);
    let partner = app.partner(0).await;
    let key = HolderKey::random();
    let investor = partner.investor().await;
    partner.identify(&investor).await;
    let wallet = id(&partner.wallet(&investor, &key.address()).await);
    let giver = Customer {
        investor,
        wallet: wallet.clone(),
        address: key.address(),
    };
    let paid = serde_json::json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    let order = id(&partner.invest(&giver, 5, paid).await);
    partner.reaches(&order, "DELIVERED").await;
    let taker = partner.customer().await;
    let from = (partner.product_id.as_str(), wallet.as_str());
    let signed = key.transfer(&app, from, &taker.address, 2);

    let made = api.create_transfer(&body(signed), &Key::of("gift-1")).await;
    let made = made.unwrap();
    known(&made.more);
    let ended = eventually("the transfer has succeeded", async || {
        let seen = api.get_transfer(made.id).await.unwrap();
        let is_over = seen.status == Some(Open::Known(TransferStatus::Succeeded));
        is_over.then_some(seen)
    })
    .await;
    assert_eq!((ended.amount, ended.reason.clone()), (Some(2), None));
    assert_eq!(api.list_transfers().all(9).await.unwrap(), [ended]);
    let told = api.read_events(None).await.unwrap().results;
    assert!(
        told.iter()
            .any(|event| event.transfer_id == Some(made.id) && event.more.is_empty())
    );

    // More than there is is refused by its name.
    let more = key.transfer(&app, from, &taker.address, 50);
    let refused = api.create_transfer(&body(more), &Key::of("gift-2")).await;
    let Err(Error::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert!(refusal.is(ProblemCode::R10Insufficient), "{refusal:?}");

    // What is given back waits for the payment, and may be kept after all.
    let back = body(key.redemption(&app, from, &giver.investor, 1));
    let back = api.create_redemption(&back, &Key::of("back-1")).await;
    let back = back.unwrap();
    known(&back.more);
    let step = Some(Open::Known(RedemptionStep::AwaitingPayment));
    assert_eq!((back.units, back.step), (Some(1), step));
    let seen = api.get_redemption(back.id).await.unwrap();
    assert_eq!(seen.status, Some(Open::Known(RedemptionStatus::Processing)));
    let kept = api.withdraw_redemption(back.id, &Key::of("back-2")).await;
    let kept = kept.unwrap();
    assert_eq!(kept.status, Some(Open::Known(RedemptionStatus::Failed)));
    assert_eq!(kept.reason.as_ref().unwrap().code, "withdrawn");
    assert_eq!(api.list_redemptions().all(9).await.unwrap(), [kept]);
    let told = api.read_events(None).await.unwrap().results;
    let is_told =
        |event: &sdk::answers::Event| event.redemption_id == Some(back.id) && event.more.is_empty();
    assert!(told.iter().any(is_told));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_decides_with_the_sdk(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given eight orders that wait for the issuer.
    let app = TestApp::start(backend).await;
    let api = distributor(&app, 1);
    let account = account(&app, &api).await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        let order = order(&app, 1, &account, 4);
        ids.push(
            api.create_investment(&order, &Key::random())
                .await
                .unwrap()
                .id,
        );
    }
    let environment = app.environment(1);
    let issuer = client(&format!("{}/issuer", environment.url), &environment.issuer).issuer();

    // When it decides one by one and all at once.
    let key = Key::random;
    let reject = Reject {
        reason: Some("late".to_owned()),
    };
    issuer
        .accept_investment(ids[0], &Accept::default(), &key())
        .await
        .unwrap();
    issuer
        .accept_investment(ids[1], &Accept::default(), &key())
        .await
        .unwrap();
    let rejected = issuer
        .reject_investment(ids[2], &reject, &key())
        .await
        .unwrap();
    assert_eq!(rejected.reason.as_deref(), Some("late"));
    issuer
        .mark_investment_paid(ids[0], &MarkPaid::default(), &key())
        .await
        .unwrap();
    let missing = issuer.report_payment_missing(ids[1], &key()).await.unwrap();
    assert!(has(&missing, InvestmentStatus::PaymentMissing));
    let (accepted, refused) = (ids[3..6].to_vec(), ids[6..8].to_vec());
    let body = InvestmentsAccept {
        investment_ids: accepted.clone(),
        accepted_at: None,
    };
    let results = issuer.accept_investments(&body, &key()).await.unwrap();
    assert!(
        results
            .iter()
            .all(|result| result.status == 200 && result.investment.is_some())
    );
    let body = InvestmentsReject {
        investment_ids: refused,
        reason: None,
    };
    assert_eq!(
        issuer
            .reject_investments(&body, &key())
            .await
            .unwrap()
            .len(),
        2
    );
    let body = InvestmentsMarkPaid {
        investment_ids: accepted[..2].to_vec(),
        paid_at: None,
    };
    assert_eq!(
        issuer
            .mark_investments_paid(&body, &key())
            .await
            .unwrap()
            .len(),
        2
    );
    let body = InvestmentIds {
        investment_ids: accepted[2..].to_vec(),
    };
    assert_eq!(
        issuer
            .report_payments_missing(&body, &key())
            .await
            .unwrap()
            .len(),
        1
    );

    // Then three are delivered, and the issuer sees its product, its listings and the investments.
    for id in [ids[0], ids[3], ids[4]] {
        reaches(&api, id, InvestmentStatus::Delivered).await;
    }
    assert!(has(
        &issuer.get_investment(ids[0]).await.unwrap(),
        InvestmentStatus::Delivered
    ));
    let all = issuer
        .list_investments(&InvestmentFilter::default())
        .page_size(3);
    assert_eq!(all.all(100).await.unwrap().len(), 8);
    let product = issuer.list_products().all(10).await.unwrap().remove(0);
    assert_eq!(issuer.get_product(product.id).await.unwrap(), product);
    let listings = issuer.list_listings().all(10).await.unwrap();
    assert!(
        listings
            .iter()
            .all(|listing| listing.product_id == Some(product.id))
    );
    known(&listings[0].more);
    let paper = people::pdf("terms");
    issuer
        .upload_document("terms.pdf", "application/pdf", paper, &key())
        .await
        .unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_managed_with_the_sdk(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let api = distributor(&app, 0);
    let sink = WebhookSink::start().await;
    let wanted = WebhookEndpointCreate {
        url: sink.url.clone(),
        bearer_token: None,
        oauth: None,
        event_types: None,
        secret: Some(sink.secret.clone()),
        description: Some("ours".to_owned()),
    };
    let endpoint = api
        .create_webhook_endpoint(&wanted, &Key::of("endpoint"))
        .await
        .unwrap();
    known(&endpoint.more);
    assert_eq!(endpoint.secret.as_deref(), Some(sink.secret.as_str()));

    // A test event arrives, a rotation gives another secret, what was told is told again, and the attempts are listed.
    api.test_webhook_endpoint(endpoint.id, &Key::random())
        .await
        .unwrap();
    sink.until("the test event arrives", |sink| !sink.taken().is_empty())
        .await;
    let (made, key) = (RotateSecret::default(), Key::random());
    let rotated = api.rotate_webhook_secret(endpoint.id, &made, &key);
    assert_ne!(rotated.await.unwrap().secret, endpoint.secret);
    account(&app, &api).await;
    sink.until("the identification is told", |sink| sink.taken().len() > 1)
        .await;
    let again = Replay {
        event_id: None,
        since: Some(app.days_ago(1)),
    };
    let queued = api
        .replay_webhook_events(endpoint.id, &again, &Key::random())
        .await
        .unwrap();
    assert!(queued.queued > 0);
    let attempts = api
        .list_webhook_attempts(endpoint.id)
        .all(100)
        .await
        .unwrap();
    known(&attempts[0].more);
    assert_eq!(attempts[0].response_status, Some(204));
    let off = WebhookEndpointPatch {
        enabled: Some(false),
        ..WebhookEndpointPatch::default()
    };
    api.update_webhook_endpoint(endpoint.id, &off, &Key::random())
        .await
        .unwrap();
    assert_eq!(api.list_webhook_endpoints().all(5).await.unwrap().len(), 1);
    let gone = Key::of("endpoint/gone");
    api.delete_webhook_endpoint(endpoint.id, &gone)
        .await
        .unwrap();
    let error = api.get_webhook_endpoint(endpoint.id).await.unwrap_err();
    assert!(error.refusal().unwrap().is(ProblemCode::NotFound));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_has_a_name(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let environment = app.environment(0);
    // The same investor under every spelling of the URL; another body under its key is told with the investor's ID.
    let person: wire::investors::InvestorCreate = body(people::natural_person());
    let mut made = Vec::new();
    for spelling in ["", "/", "/distributor", "/distributor/v2", "/v2"] {
        let url = format!("{}{spelling}", environment.url);
        let api = client(&url, &environment.distributor).distributor();
        made.push(
            api.create_investor(&person, &Key::exact("one-person").unwrap())
                .await,
        );
    }
    let made: Vec<Uuid> = made
        .into_iter()
        .map(|investor| investor.unwrap().id)
        .collect();
    assert!(made.iter().all(|id| *id == made[0]), "{made:?}");
    let api = distributor(&app, 0);
    let mut other = person.clone();
    other.natural_person.forename = "Erika".to_owned();
    let key = Key::exact("one-person").unwrap();
    let error = api.create_investor(&other, &key).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert!(refusal.is(ProblemCode::IdempotencyKeyReused));
    assert_eq!(refusal.resource_id, Some(made[0]));

    // Fields by their path, with a request ID to name to support.
    other.natural_person.birth_date = "31.12.1990".to_owned();
    let error = api
        .create_investor(&other, &Key::random())
        .await
        .unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.errors[0].field, "natural_person.birth_date");
    assert!(refusal.request_id.is_some() && !error.is_temporary());

    // Credentials of another environment.
    let wrong = client(&environment.url, &app.environment(1).distributor);
    let error = wrong.sign_in().await.unwrap_err();
    assert!(
        matches!(&error, Error::SignIn(refusal) if refusal.error == "invalid_client"),
        "{error}"
    );
}
