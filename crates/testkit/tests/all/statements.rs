//! Statements of the register (§ 19 eWpG): who gets one and when, what stands in it, that its bytes stay, and that anybody can check it.

use std::collections::BTreeSet;
use std::path::Path;

use domain::StatementReason;
use rstest::rstest;
use serde_json::{Value, json};
use statement::{Field, Statement};
use testkit::app::eventually;
use testkit::client::{Reply, Session, id};
use testkit::{Backend, Partner, TestApp, people};
use tlog::Key;
use tokio::process::Command;

use crate::python::{python, spoken};
use crate::transfers::{Holder, ended};

const YEAR_DAYS: i64 = 365;

pub fn paid(app: &TestApp) -> Value {
    json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)})
}

/// A consumer's delivered investment.
async fn delivered(app: &TestApp, partner: &Partner, units: u64) -> String {
    let customer = partner.customer().await;
    let order = id(&partner.invest(&customer, units, paid(app)).await);
    partner.reaches(&order, "DELIVERED").await;
    order
}

/// The statements of an investment once so many can be fetched, oldest first.
pub async fn ready(partner: &Partner, investment: &str, count: usize) -> Vec<Value> {
    let path = format!("investments/{investment}/registry-statements/");
    eventually(&format!("{count} statements of {investment}"), async || {
        let page = partner.api.get(&path).await.expect(200);
        let statements = page["results"].as_array().unwrap().clone();
        let is_ready =
            statements.len() == count && statements.iter().all(|one| one["status"] == "ready");
        is_ready.then_some(statements)
    })
    .await
}

/// A statement of a new investor's, ready to be fetched.
pub async fn some_statement(app: &TestApp, partner: &Partner) -> String {
    let order = delivered(app, partner, 1).await;
    id(&ready(partner, &order, 1).await[0])
}

async fn fetch(api: &Session, statement: &Value) -> Reply {
    let path = format!("registry-statements/{}/document/", id(statement));
    api.get(&path).await
}

async fn bytes(api: &Session, statement: &Value) -> Vec<u8> {
    let reply = fetch(api, statement).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), Some("application/pdf"));
    reply.bytes.to_vec()
}

/// The key that the register's log signs with.
async fn key(app: &TestApp, partner: &Partner) -> Key {
    let path = format!("products/{}/", partner.product_id);
    let product = partner.api.get(&path).await.expect(200);
    let isin = product["isin"].as_str().unwrap();
    let url = format!("{}/api/network/v1", app.url);
    let log = Session::anonymous(url)
        .get(&format!("registers/{isin}/"))
        .await
        .expect(200);
    log["public_key"].as_str().unwrap().parse().unwrap()
}

async fn genuine(app: &TestApp, partner: &Partner, statement: &Value) -> Statement {
    let file = bytes(&partner.api, statement).await;
    statement::verify(&file, &key(app, partner).await).unwrap()
}

/// What another reader of PDF finds in a file.
async fn read(file: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statement.pdf");
    std::fs::write(&path, file).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_statement.py");
    let mut command = Command::new(python());
    command.arg(script).arg(&path);
    let output = command.kill_on_drop(true).output().await.unwrap();
    serde_json::from_str(&spoken(&output)).unwrap()
}

async fn ask(partner: &Partner, investment: &str, body: Value) -> Reply {
    let path = format!("investments/{investment}/registry-statements/");
    partner.api.post(&path, &body).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_21_an_entry_and_a_change_give_each_consumer_concerned_one_statement(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a consumer with two investments, and another one of another platform.
    let app = TestApp::start(backend).await;
    let (partner, other) = (app.partner(0).await, app.other_partner(0).await);
    let (giver, orders) = Holder::of_units(&app, &partner, &[3, 4]).await;
    let receiver = Holder::new(&app, &other).await;
    for (order, held, before) in [(&orders[0], 3, 0), (&orders[1], 7, 3)] {
        let statements = ready(&partner, order, 1).await;
        assert_eq!(statements[0]["reason"], "entry");
        assert_eq!(statements[0]["kind"], "register_statement");
        let said = genuine(&app, &partner, &statements[0]).await;
        assert_eq!(said.reason, StatementReason::Entry);
        assert_eq!(said.holding.units_before, Some(before));
        assert_eq!(said.holding.units, held);
        assert_eq!(said.holding.investment_id, *order);
    }

    // When units of both go to the other.
    let body = giver.signed(&app, &partner.product_id, &receiver.customer.address, 5);
    let transfer = id(&partner.api.post("transfers/", &body).await.expect(201));
    let done = ended(&partner, &transfer).await;
    assert_eq!(done["status"], "succeeded");

    // Then each investment that gave has one more, with what is left of it, and the one that received has its first.
    for (order, left) in [(&orders[0], 0), (&orders[1], 2)] {
        let statements = ready(&partner, order, 2).await;
        assert_eq!(statements[1]["reason"], "change");
        let said = genuine(&app, &partner, &statements[1]).await;
        assert_eq!(said.holding.units_before, Some(7));
        assert_eq!(said.holding.units, 2);
        assert_eq!(said.holding.investment_units, left);
        assert_eq!(said.transaction.unwrap().hash, done["transaction_hash"]);
    }
    let received = other.api.get("investments/").await.expect(200);
    let received = id(received["results"].as_array().unwrap().last().unwrap());
    let statements = ready(&other, &received, 1).await;
    let said = genuine(&app, &other, &statements[0]).await;
    assert_eq!(
        (said.holding.units_before, said.holding.units),
        (Some(0), 5)
    );

    // And the register with its statements is as it should be.
    for verdict in registry::register_check::verify(&app.app.registry, None)
        .await
        .unwrap()
    {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_21_the_yearly_statement_comes_once_a_year(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a consumer with units.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = delivered(&app, &partner, 3).await;
    ready(&partner, &order, 1).await;

    // When a year has passed, and some days more.
    app.advance_days(YEAR_DAYS);
    let statements = ready(&partner, &order, 2).await;
    assert_eq!(statements[1]["reason"], "annual");
    let said = genuine(&app, &partner, &statements[1]).await;
    assert_eq!((said.holding.units_before, said.holding.units), (None, 3));
    app.advance_days(20);
    for _ in 0..2 {
        registry::statements::write_yearly(&app.app.registry)
            .await
            .unwrap();
    }

    // Then there is one for the year, and the next year brings the next.
    ready(&partner, &order, 2).await;
    app.advance_days(YEAR_DAYS);
    ready(&partner, &order, 3).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_21_others_get_statements_on_request_only_and_collective_entries_never(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a company with units, and before that an order without any.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let company = partner.company().await;
    let path = format!("investors/{company}/benefiting-persons/");
    let owner = people::benefiting_person();
    partner.api.post(&path, &owner).await.expect(201);
    partner.identify(&company).await;
    let company = partner.with_wallet(company).await;
    let order = id(&partner.invest(&company, 2, json!({})).await);
    ask(&partner, &order, json!({}))
        .await
        .refused("investment_state");
    let order = id(&partner.invest(&company, 3, paid(&app)).await);
    partner.reaches(&order, "DELIVERED").await;
    // Its statement was looked at by now: a later consumer's is there.
    let later = delivered(&app, &partner, 1).await;
    ready(&partner, &later, 1).await;
    assert!(ready(&partner, &order, 0).await.is_empty());

    // When it asks, it gets one, in the language that it names.
    ask(&partner, &order, json!({"language": "fr"}))
        .await
        .refused_fields("invalid_body", &[("language", "unknown_value")]);
    let asked = ask(&partner, &order, json!({"language": "en"})).await;
    assert_eq!(asked.expect(201)["reason"], "request");
    let statements = ready(&partner, &order, 1).await;
    let said = genuine(&app, &partner, &statements[0]).await;
    assert_eq!(said.language, domain::Language::English);
    assert_eq!((said.holding.units_before, said.holding.units), (None, 3));

    // When it becomes a custodian that is entered for others.
    let path = format!("investors/{}/", company.investor);
    let custodian = json!({"is_custodian_bank": true});
    partner.api.patch(&path, &custodian).await.expect(200);
    let licence = json!({"custodian": {"kind": "csd", "authority": "BaFin", "number": "SAMPLE-1"}});
    let about = (&partner, company.wallet.as_str());
    crate::entry_types::converted(&app, about, "collective", licence).await;
    ask(&partner, &order, json!({}))
        .await
        .refused("statement_collective_entry");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_21_outside_of_the_ewpg_there_are_holding_confirmations_that_are_no_register_statements(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a delivery of an asset that is no electronic security.
    let app = TestApp::start(backend).await;
    let partner = app.partner(1).await;
    let customer = partner.customer().await;
    let order = id(&partner.invest(&customer, 4, json!({})).await);
    let issuer = app.issuer(1).await;
    for action in ["accept", "mark-paid"] {
        let path = format!("investments/{order}/{action}/");
        issuer.post(&path, &json!({})).await.expect(200);
    }
    partner.reaches(&order, "DELIVERED").await;
    assert!(ready(&partner, &order, 0).await.is_empty());

    // When its holder asks in both languages.
    for language in ["de", "en"] {
        ask(&partner, &order, json!({"language": language}))
            .await
            .expect(201);
    }
    for (statement, title) in ready(&partner, &order, 2)
        .await
        .iter()
        .zip(["Bestandsbestätigung", "Holding confirmation"])
    {
        assert_eq!(statement["kind"], "holding_confirmation");
        let file = bytes(&partner.api, statement).await;
        statement::verify(&file, &key(&app, &partner).await).unwrap();
        let read = read(&file).await;
        let text = read["text"].as_str().unwrap();
        assert!(text.contains(title), "{text}");
        // Then nothing in it says that it is a statement of the register of the eWpG.
        let metadata = read["metadata"].as_str().unwrap();
        for word in [
            "Registerauszug",
            "egister statement",
            "eWpG",
            "§ 19",
            "Kryptowertpapier",
        ] {
            let own = text.replace("Musterregister Kryptowertpapiere GmbH", "");
            assert!(!own.contains(word), "{word}: {own}");
            let own = metadata.replace("Musterregister Kryptowertpapiere GmbH", "");
            assert!(!own.contains(word), "{word}: {own}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_22_the_document_names_who_declares_and_is_the_same_on_every_download(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a statement that a partner has fetched.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = delivered(&app, &partner, 9).await;
    let statements = ready(&partner, &order, 1).await;
    let file = bytes(&partner.api, &statements[0]).await;
    let hash = <sha2::Sha256 as sha2::Digest>::digest(&file);
    assert_eq!(statements[0]["sha256"], alloy::hex::encode(hash));

    // When time passes, the holder moves, and somebody else fetches it: the partner again, and the registrar.
    app.advance_days(3);
    let path = format!("investments/{order}/");
    let investor = id(&json!({"id": partner.api.get(&path).await.expect(200)["investor_id"]}));
    let street = json!({"natural_person": {"street": "Zechenring 4"}});
    let path = format!("investors/{investor}/");
    partner.api.patch(&path, &street).await.expect(200);
    registry::statements::make_open(&app.app.registry)
        .await
        .unwrap();

    // Then the bytes are the same.
    assert_eq!(bytes(&partner.api, &statements[0]).await, file);
    assert_eq!(bytes(&app.registrar().await, &statements[0]).await, file);
    // And the text is readable by another reader, names who declares it, and says what it is.
    let read = read(&file).await;
    let text = read["text"].as_str().unwrap();
    for said in [
        "Musterregister Kryptowertpapiere GmbH",
        "Registerauszug",
        "§ 19",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(read["language"], "de");
    assert_eq!(read["is_tagged"], true);
    let metadata = read["metadata"].as_str().unwrap();
    for standard in ["pdfaid:part", "pdfuaid:part"] {
        assert!(metadata.contains(standard), "{metadata}");
    }
    // A face of which only a part is embedded has six letters and a plus before its name.
    for font in read["fonts"].as_array().unwrap() {
        let name = font.as_str().unwrap().trim_start_matches('/');
        assert_eq!(name.find('+'), Some(6), "{name}");
    }
    // Nobody else has it.
    let other = app.other_partner(0).await;
    fetch(&other.api, &statements[0]).await.refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_23_everything_that_is_documented_is_printed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a statement.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = delivered(&app, &partner, 9).await;
    let statements = ready(&partner, &order, 1).await;
    let file = bytes(&partner.api, &statements[0]).await;
    let said = statement::verify(&file, &key(&app, &partner).await).unwrap();

    // When another reader reads it.
    let read = read(&file).await;
    let text = read["text"].as_str().unwrap();
    let plain = |text: &str| text.split_whitespace().collect::<String>();

    // Then every value of its data stands on paper.
    let data = read["attached"]["statement.json"].as_str().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["statement"], serde_json::to_value(&said).unwrap());
    for field in Field::ALL {
        for line in field.lines(&said) {
            assert!(
                plain(text).contains(&plain(&line)),
                "{} is not printed: {line} in {text}",
                field.path()
            );
        }
    }
    assert_eq!(
        said.security.designation.as_deref(),
        Some("Kryptowertpapier")
    );
    assert_eq!(said.holder.name, "Annegret Vogelsang-Möwe");
    assert!(said.is_sample, "the chain has one operator");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn statements_are_numbered_without_gaps_and_announced(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given several deliveries, and somebody who is erased before his statement is made.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let mut orders = Vec::new();
    for units in 1..=4 {
        orders.push(delivered(&app, &partner, units).await);
    }
    let mut numbers = BTreeSet::new();
    for order in &orders {
        let statements = ready(&partner, order, 1).await;
        numbers.insert(statements[0]["number"].as_u64().unwrap());
        // Then the partner is told, in the order of the investment's events.
        let feed = partner.feed().await;
        let mut own = feed.iter().filter(|one| one["investment_id"] == **order);
        let last = own.next_back().unwrap();
        assert_eq!(last["type"], "registry_statement.available");
        assert_eq!(last["registry_statement_id"], statements[0]["id"]);
        assert!(last["status"].is_null());
    }
    assert_eq!(numbers, (1..=4).collect());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_yet_is_said_and_holds_up_no_other(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a statement about an entry that is not there.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = delivered(&app, &partner, 2).await;
    let statements = ready(&partner, &order, 1).await;
    let broken = database::Sql(
        "update registry_statements set status = 'due', entry_sequence = 999, document_id = null, number = null where id = $1",
    );
    let own: uuid::Uuid = id(&statements[0]).parse().unwrap();
    let db = &app.app.registry.db;
    let done = db.write(move |tx| tx.execute(broken, &[own.into()])).await;
    assert_eq!(done.unwrap(), 1);
    fetch(&partner.api, &statements[0])
        .await
        .refused("statement_not_ready");

    // Then the next one is made.
    let other = delivered(&app, &partner, 3).await;
    ready(&partner, &other, 1).await;
    let path = format!("registry-statements/{own}/");
    let shown = partner.api.get(&path).await.expect(200);
    assert_eq!(shown["status"], "processing");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn erasing_the_holder_erases_its_statements(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, orders) = Holder::of_units(&app, &partner, &[2]).await;
    let statements = ready(&partner, &orders[0], 1).await;
    bytes(&partner.api, &statements[0]).await;

    let person: uuid::Uuid = holder.customer.investor.parse().unwrap();
    let registry = app.app.registry.clone();
    let db = registry.db.clone();
    db.write(move |tx| registry.vault.destroy_owner(tx, person))
        .await
        .unwrap();

    let reply = fetch(&partner.api, &statements[0]).await;
    assert_eq!(reply.status, 410);
    reply.refused("erased");
    // One that is asked for now is refused too, and the register still verifies.
    ask(&partner, &orders[0], json!({})).await.refused("erased");
    for verdict in registry::register_check::verify(&app.app.registry, None)
        .await
        .unwrap()
    {
        assert_eq!(verdict.problem, None, "{}", verdict.isin);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_statement_is_refused_with_its_own_code(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = delivered(&app, &partner, 2).await;
    let statements = ready(&partner, &order, 1).await;
    let mut file = bytes(&partner.api, &statements[0]).await;
    let key = key(&app, &partner).await;
    let units = b"\"units\":2";
    let place = file
        .windows(units.len())
        .position(|window| window == units)
        .unwrap();
    file[place + units.len() - 1] = b'9';
    let refusal = statement::verify(&file, &key).unwrap_err();
    assert_eq!(refusal.code(), "statement_tampered");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_22_who_has_fetched_a_statement_is_kept_with_the_hash_of_its_bytes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a statement that nobody has fetched.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let order = delivered(&app, &partner, 2).await;
    let statement = ready(&partner, &order, 1).await[0].clone();
    let registrar = app.registrar().await;
    let path = format!("registry-statements/{}/deliveries/", id(&statement));
    let told = registrar.get(&path).await.expect(200);
    assert_eq!(told["deliveries"], json!([]));

    // When the registrar looks at it, that is no delivery; when the partner fetches it twice, that is one, at the first time.
    bytes(&registrar, &statement).await;
    let told = registrar.get(&path).await.expect(200);
    assert_eq!(told["deliveries"], json!([]));
    bytes(&partner.api, &statement).await;
    let first = registrar.get(&path).await.expect(200);
    app.advance_days(1);
    bytes(&partner.api, &statement).await;
    let told = registrar.get(&path).await.expect(200);
    assert_eq!(told, first);
    let deliveries = told["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1, "{told}");
    assert_eq!(deliveries[0]["channel"], "partner");
    assert_eq!(deliveries[0]["sha256"], statement["sha256"]);
}
