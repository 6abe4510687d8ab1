//! Personal data and secrets are nowhere in the clear: not in the database's bytes, not in the folder of documents, not in the log.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registry::mail::{self, Mail, letters};
use registry::registrations;
use rstest::rstest;
use serde_json::json;
use testkit::client::id;
use testkit::{Backend, Issuer, Setup, TestApp, people};
use tokio_postgres::NoTls;
use tracing_subscriber::fmt::MakeWriter;

/// What was said about people, in words that nothing else contains.
const PERSONAL: [&str; 25] = [
    "Hauptstr. 37",
    "1990-01-31",
    "DE53500105173569146251",
    "Annegret",
    "Vogelsang",
    "1971-03-09",
    "Wolfenb",
    "Kranichsteiner",
    "6151 7788991",
    "12500105170648489890",
    "Sparbank",
    "65929970489",
    "annegret.vogelsang@example.org",
    "Einladungslink",
    "Rotdorn",
    "chef@rotdorn.example",
    "HRB 99871",
    "Zechenring",
    "Leopoldine",
    "1958-12-24",
    "LZ6311T475",
    "PI-2026-000431",
    "Mondscheinsonate",
    "Ausweis-Vogelsang",
    "Zwillingsschwester",
];

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        self.clone()
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_in_the_clear(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network that logs all it can say, and everything that can be told about a person and a company.
    let log = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(log.clone());
    subscriber.try_init().unwrap();
    let app = Setup::new(backend).start().await;
    let secrets = tell_everything(&app).await;
    app.settle().await;

    // When the raw database, the folder of documents and the log are searched.
    let database = raw_database(&app).await;
    assert!(
        database.len() > 50_000,
        "this is the database: {} bytes",
        database.len()
    );
    // What is no secret is found, so that the search means something.
    assert!(
        contains(&database, "havelkontor-anleihe-2031")
            && contains(&database, "investment.status_changed")
    );
    let documents = raw_folder(&app.documents);
    assert!(
        documents.len() > 150,
        "these are the documents: {} bytes",
        documents.len()
    );
    let log = log.0.lock().unwrap().clone();
    assert!(contains(&log, "was answered with 201"), "this is the log");

    // Then nothing of it is there, in no spelling.
    for (place, bytes) in [
        ("the database", &database),
        ("the documents", &documents),
        ("the log", &log),
    ] {
        for word in PERSONAL
            .into_iter()
            .chain(secrets.iter().map(String::as_str))
        {
            assert!(!is_anywhere(bytes, word), "{word} is in {place}");
        }
    }
}

/// Creates, changes, refuses and repeats; answers the secrets that were given out or sent.
async fn tell_everything(app: &TestApp) -> Vec<String> {
    let partner = app.partner(0).await;
    let api = &partner.api;
    let paper = api
        .upload(
            "Ausweis-Vogelsang.pdf",
            "application/pdf",
            &people::pdf("Mondscheinsonate"),
        )
        .await;
    let paper = id(&paper.expect(201));
    // With keys, since kept answers hold the person too.
    let person = id(&api
        .post_with_key("investors/", "k-1", &people::natural_person())
        .await
        .expect(201));
    api.post_with_key("investors/", "k-1", &people::natural_person())
        .await
        .expect(201);
    let company = id(&api
        .post("investors/", &people::legal_person(&paper, &paper))
        .await
        .expect(201));
    api.post(
        &format!("investors/{company}/benefiting-persons/"),
        &people::benefiting_person(),
    )
    .await
    .expect(201);
    for investor in [&person, &company] {
        let body = people::identification(&paper, &app.days_ago(2));
        api.post(&format!("investors/{investor}/identifications/"), &body)
            .await
            .expect(201);
        let moved = json!({"natural_person": {"street": "Kranichsteiner Allee 2"}});
        api.patch(&format!("investors/{investor}/"), &moved)
            .await
            .expect(200);
    }
    let requested = id(&api
        .post(&format!("investors/{company}/identifications/"), &json!({}))
        .await
        .expect(201));
    let body = json!({"decision": "reject", "reason": "on the screen was her Zwillingsschwester"});
    let decide = format!("identifications/{requested}/decision/");
    let registrar = app.registrar().await;
    registrar.post(&decide, &body).await.expect(200);
    // What is wrong is refused, and not logged either.
    let mut wrong = people::natural_person();
    wrong["natural_person"]["country"] = json!("Annegret");
    api.post("investors/", &wrong).await.refused("invalid_body");
    let text = people::natural_person().to_string().replace(':', "");
    api.call(reqwest::Method::POST, "investors/")
        .bytes("application/json", text)
        .send()
        .await
        .refused("invalid_json");

    let customer = partner.with_wallet(person).await;
    let mut more = json!({"accepted_at": app.ago(30), "paid_at": app.ago(20)});
    more["signed_documents"] = json!([{"document_id": paper, "document_type": "KID"}]);
    let order = id(&partner.invest(&customer, 3, more).await);
    partner.reaches(&order, "DELIVERED").await;

    write_to_her(app).await;
    let endpoint =
        json!({"url": "https://example.org/hook", "bearer_token": "bearer-of-the-receiver"});
    let made = api.post("webhook-endpoints/", &endpoint).await.expect(201);
    let oauth = json!({"token_url": "https://example.org/token", "client_id": "us", "client_secret": "secret-of-the-receiver"});
    api.post(
        "webhook-endpoints/",
        &json!({"url": "https://example.org/hook", "oauth": oauth}),
    )
    .await
    .expect(201);
    let origin = registry::people::Origin::default();
    let (registry, language) = (&app.app.registry, domain::Language::German);
    let asked = registrations::ask(
        registry,
        &origin,
        "Rotdorn AG",
        "chef@rotdorn.example",
        language,
    );
    asked.await.unwrap();
    let firm = "Speicherkai Projektentwicklung GmbH";
    Issuer::join(app, firm).await.company(firm).await;
    let signing = made["secret"].as_str().unwrap().to_owned();
    vec![
        signing.trim_start_matches("whsec_").to_owned(),
        "bearer-of-the-receiver".to_owned(),
        "secret-of-the-receiver".to_owned(),
        app.environment(0).distributor.client_secret.clone(),
        api.token.clone().unwrap(),
    ]
}

/// A mail with a one-time link.
async fn write_to_her(app: &TestApp) {
    let link = "https://network.example/Einladungslink";
    let until = app.now().parse().unwrap();
    let letter = letters::invitation(domain::Language::German, "Rotdorn GmbH", link, until);
    let mail = Mail::new("annegret.vogelsang@example.org".parse().unwrap(), letter);
    let registry = app.app.registry.clone();
    let written = app
        .app
        .registry
        .db
        .write(move |tx| mail::send(&registry, tx, &mail));
    written.await.unwrap();
}

async fn raw_database(app: &TestApp) -> Vec<u8> {
    match app.backend() {
        Backend::Sqlite => {
            let file = app.database_url.strip_prefix("sqlite:").unwrap();
            let parts = ["", "-wal"]
                .map(|suffix| std::fs::read(format!("{file}{suffix}")).unwrap_or_default());
            parts.concat()
        }
        Backend::Postgres => dump(&app.database_url).await,
    }
}

/// Every row of every table as text; bytes are hexadecimal in it.
async fn dump(url: &str) -> Vec<u8> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let tables = "select table_schema || '.' || table_name from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')";
    let mut bytes = Vec::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client
            .query(&format!("select t::text from {table} t"), &[])
            .await
            .unwrap()
        {
            bytes.extend_from_slice(row.get::<_, String>(0).as_bytes());
            bytes.push(b'\n');
        }
    }
    bytes
}

fn raw_folder(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend_from_slice(path.file_name().unwrap().as_encoded_bytes());
        match path.is_dir() {
            true => bytes.extend(raw_folder(&path)),
            false => bytes.extend(std::fs::read(path).unwrap()),
        }
    }
    bytes
}

/// As it is, in hexadecimal, or in one of the three ways that base64 has of writing it.
fn is_anywhere(bytes: &[u8], word: &str) -> bool {
    let hexadecimal: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded = (0..3).map(|shift| {
        let shifted = [&b"   "[..shift], word.as_bytes()].concat();
        let text = STANDARD.encode(&shifted);
        // The ends also depend on what stands beside the word.
        let (start, end) = (
            [0, 2, 3][shift],
            text.trim_end_matches('=').len().saturating_sub(2),
        );
        text.get(start..end).unwrap_or_default().to_owned()
    });
    contains(bytes, word)
        || contains(bytes, &hexadecimal)
        || encoded
            .filter(|text| text.len() > 6)
            .any(|text| contains(bytes, &text))
}

fn contains(bytes: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    let first = word[0];
    let mut rest = bytes;
    while let Some(position) = rest.iter().position(|byte| *byte == first) {
        rest = &rest[position..];
        if rest.starts_with(word) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
