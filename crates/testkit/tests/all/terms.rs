//! Terms of issues: deposited before the entry, public with their proof, changed only on a legal ground, and deleted if nobody enters them.

use database::Sql;
use domain::terms::Digest;
use domain::{Entry, NetworkProfile};
use registry::Request;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::app::eventually;
use testkit::client::{Session, id};
use testkit::{Backend, Issuer, Setup, TestApp, people};
use tlog::note::Algorithm;
use tlog::{Checkpoint, Key, Note, merkle};

const FIRM: &str = "Speicherkai Projektentwicklung GmbH";

/// An issuer, and the body of a crypto security of its own.
async fn crypto(app: &TestApp) -> (Issuer, Value) {
    let issuer = Issuer::join(app, FIRM).await;
    let company = issuer.company(FIRM).await;
    let mut product = people::product(&company, &app.app.ledger.network().name);
    product["ewpg"] = json!(true);
    product["product_type"] = json!("BOND");
    product["name"] = json!("Speicherkai Anleihe 2034");
    (issuer, product)
}

/// Anybody, without a token.
fn anybody(app: &TestApp) -> Session {
    app.stranger().at(format!("{}/api/network/v1", app.url))
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn hash(text: &Value) -> Digest {
    let mut hash = [0; 32];
    hex::decode_to_slice(text.as_str().unwrap(), &mut hash).unwrap();
    hash
}

/// Everything that an outsider can check about terms, from the answer and the bytes alone. The first thing that is wrong.
fn checked(terms: &Value, documents: &[String]) -> Result<(), String> {
    let wrong = |what: &str, number: &Value| Err(format!("version {number}: {what}"));
    let key: Key = terms["public_key"].as_str().unwrap().parse().unwrap();
    let mut previous = Value::Null;
    let versions = terms["versions"].as_array().unwrap();
    for (index, (version, document)) in versions.iter().zip(documents).enumerate() {
        let number = &version["version"];
        if *number != json!(index + 1) {
            return wrong("the number", number);
        }
        let Ok(note) = version["record"].as_str().unwrap().parse::<Note>() else {
            return wrong("the note", number);
        };
        if key.verify(&note).is_err() {
            return wrong("the signature", number);
        }
        let named = format!("\ndocument: {}\n", version["sha256"].as_str().unwrap());
        if !note.text.contains(&named) || version["sha256"] != sha256(document.as_bytes()) {
            return wrong("the hash", number);
        }
        if version["previous_record_sha256"] != previous
            || version["record_sha256"] != sha256(note.text.as_bytes())
        {
            return wrong("the chain", number);
        }
        previous = version["record_sha256"].clone();
    }
    let entry = &terms["entry"];
    let content = entry["content"].as_str().unwrap().as_bytes();
    let Ok(Entry::Issue { terms_hash, .. }) = Entry::from_canonical_bytes(content) else {
        return Err("the entry".to_owned());
    };
    let entered = versions
        .iter()
        .find(|version| version["entry_sequence"] == entry["sequence"]);
    if entered.unwrap()["sha256"] != hex::encode(terms_hash) {
        return Err("the entry commits to something else".to_owned());
    }
    let note: Note = entry["checkpoint"].as_str().unwrap().parse().unwrap();
    let name = note.signatures[0].name.clone();
    let log = Key::new(&name, Algorithm::Ed25519, key.bytes()).unwrap();
    let checkpoint = Checkpoint::open(&note, &log).map_err(|error| error.to_string())?;
    let hashes: Vec<Digest> = entry["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .map(hash)
        .collect();
    let leaf = merkle::leaf_hash(content);
    let index = entry["sequence"].as_u64().unwrap() - 1;
    let size = entry["size"].as_u64().unwrap();
    if size == checkpoint.size
        && merkle::verify_inclusion(&leaf, index, size, &hashes, &checkpoint.root)
    {
        Ok(())
    } else {
        Err("the proof".to_owned())
    }
}

/// Asks a registrar for other terms of a product of the sample's first issuer, with evidence.
pub async fn request_of(app: &TestApp, basis: &str) -> Value {
    let evidence = people::pdf("resolution of the creditors");
    let issuer = app.issuer(0).await;
    let evidence = issuer
        .upload("paper.pdf", "application/pdf", &evidence)
        .await;
    json!({
        "legal_basis": basis, "reference": "Resolution of the creditors of 3 March 2027, no. 2",
        "evidence_document_id": id(&evidence.expect(201)), "consent_reference": "Declaration of 4 March 2027",
        "terms": [{"name": "coupon", "value": "4.75 % p.a., ACT/ACT ICMA"}],
        "reason": "The creditors have resolved it.",
    })
}

/// The second version of the terms of the sample's first product is in force.
pub async fn changed(app: &TestApp, product: &str) {
    let body = request_of(app, "creditors_resolution").await;
    let path = format!("products/{product}/terms/");
    let decision = app.registrar().await.post(&path, &body).await.expect(201);
    let confirm = format!("decisions/{}/confirm/", id(&decision));
    let other = app.other_registrar().await;
    other.post(&confirm, &json!({})).await.expect(200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_02_nothing_is_entered_before_its_terms_are_deposited(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a crypto security without terms, when the registrar wants to enter it, then it cannot.
    let app = TestApp::start(backend).await;
    let (registrar, stranger) = (app.registrar().await, anybody(&app));
    let (issuer, body) = crypto(&app).await;
    let made = issuer.api.post("products/", &body).await.expect(201);
    let path = format!("products/{}/", id(&made));
    let validation = format!("{path}validation/");
    let reason = json!({"reason": "All is checked."});
    let refused = registrar.post(&validation, &reason).await;
    refused.refused("terms_not_deposited");

    // Once they are deposited, other terms than those cannot be entered either.
    let documents =
        json!([{"document_type": "TERMS", "document_id": issuer.document("terms").await}]);
    let patch = json!({"documents": documents});
    issuer.api.patch(&path, &patch).await.expect(200);
    let other = json!({"documents": []});
    issuer.api.patch(&path, &other).await.expect(200);
    let refused = registrar.post(&validation, &reason).await;
    refused.refused("terms_not_current");

    // What an issuer only proposes is not public; what the registrar has decided to enter is, before the entry.
    issuer.api.patch(&path, &patch).await.expect(200);
    let public = format!("terms/{}/", made["isin"].as_str().unwrap());
    stranger.get(&public).await.refused("not_found");
    let decision = registrar.post(&validation, &reason).await.expect(201);
    let confirm = format!("decisions/{}/confirm/", id(&decision));
    let second = app.other_registrar().await;
    second.post(&confirm, &json!({})).await.expect(200);
    let terms = stranger.get(&public).await.expect(200);
    assert_eq!(
        (&terms["version"], &terms["is_sandbox"]),
        (&json!(1), &json!(false))
    );

    // Then the entry is made on that version, and the file that it names is there for everybody.
    let terms = eventually("the terms are entered", async || {
        let terms = stranger.get(&public).await.expect(200);
        terms["entry"].is_object().then_some(terms)
    })
    .await;
    assert_eq!(terms["versions"][0]["entry_sequence"], 1);
    let text = stranger.get(&format!("{public}1/document/")).await.text();
    assert_eq!(checked(&terms, std::slice::from_ref(&text)), Ok(()));
    let file = sha256(&people::pdf("terms"));
    assert!(
        text.contains(&format!("\nterms_document_sha256: {file}\n")),
        "{text}"
    );
    let bytes = stranger.get(&format!("{public}1/files/{file}/")).await;
    assert_eq!(bytes.header("content-type"), Some("application/pdf"));
    let none = format!("{public}1/files/{}/", "00".repeat(32));
    stranger.get(&none).await.refused("not_found");
    // The twin for trying things out has its own, and says what it is.
    let product = issuer.api.get(&path).await.expect(200);
    let twin = product["sandbox_product_id"].as_str().unwrap();
    let twin = issuer
        .api
        .get(&format!("products/{twin}/"))
        .await
        .expect(200);
    let twin = format!("terms/{}/", twin["isin"].as_str().unwrap());
    assert_eq!(stranger.get(&twin).await.expect(200)["is_sandbox"], true);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_03_terms_that_nobody_enters_are_deleted_after_three_months(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given terms of a proposal, deposited on the first of June, beside those that were entered.
    let app = TestApp::start(backend).await;
    let registrar = app.registrar().await;
    let (issuer, mut body) = crypto(&app).await;
    let file = issuer.document("terms").await;
    body["documents"] = json!([{"document_type": "TERMS", "document_id": file}]);
    let made = issuer.api.post("products/", &body).await.expect(201);
    let product = id(&made).parse().unwrap();
    let deposited = async || {
        let read = move |tx: &mut database::Tx| {
            Ok::<_, registry::Error>(storage::terms::of_product(tx, product)?)
        };
        app.app.registry.db.read(read).await.unwrap().remove(0)
    };
    assert!(deposited().await.content.is_some());

    // When the first of September is not over in Berlin, they are there; a moment later they are gone.
    app.advance_days(92);
    registry::terms::purge_overdue(&app.app.registry)
        .await
        .unwrap();
    assert_eq!(app.now()[..10], *"2026-09-01");
    assert!(deposited().await.content.is_some());
    app.advance_days(1);
    let purged = eventually("the worker deletes them", async || {
        let one = deposited().await;
        one.purged_at.is_some().then_some(one)
    })
    .await;

    // Then hash and record are left, the file is gone too, and nothing can be entered on them.
    assert_eq!(purged.content, None);
    assert!(purged.note.contains("\nbasis: deposit\n"));
    let path = format!("documents/{file}/");
    issuer.api.get(&path).await.refused("not_found");
    let validation = format!("products/{}/validation/", id(&made));
    let reason = json!({"reason": "All is checked."});
    let refused = registrar.post(&validation, &reason).await;
    refused.refused("terms_not_deposited");
    let audit = registrar.get("audit/?page_size=500").await.expect(200);
    let lines = audit["results"].as_array().unwrap().iter();
    assert_eq!(
        lines.filter(|line| line["action"] == "terms.purge").count(),
        1
    );
    // Deposited again, they are the second version.
    let again = issuer.document("terms").await;
    let patch = json!({"documents": [{"document_type": "TERMS", "document_id": again}]});
    let path = format!("products/{}/", id(&made));
    issuer.api.patch(&path, &patch).await.expect(200);
    registrar.post(&validation, &reason).await.expect(201);
    // What was entered stays.
    let isin = app.register(0).await["isin"].clone();
    let entered = format!("terms/{}/1/document/", isin.as_str().unwrap());
    assert_eq!(anybody(&app).get(&entered).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_04_anybody_reads_the_terms_and_checks_them(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given somebody without an account, who knows an ISIN.
    let app = TestApp::start(backend).await;
    let stranger = anybody(&app);
    let isin = app.register(0).await["isin"].as_str().unwrap().to_owned();
    let public = format!("terms/{isin}/");
    // When the terms are read, then bytes, signature, chain, entry and proof fit together, and are the log's.
    let terms = stranger.get(&public).await.expect(200);
    let reply = stranger.get(&format!("{public}1/document/")).await;
    let tag = reply.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", terms["sha256"].as_str().unwrap()));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=3600"));
    let text = reply.text();
    assert_eq!(checked(&terms, std::slice::from_ref(&text)), Ok(()));
    let log = stranger
        .get(&format!("registers/{isin}/"))
        .await
        .expect(200);
    assert_eq!(terms["entry"]["size"], log["size"]);
    let version = stranger.get(&format!("{public}1/")).await.expect(200);
    assert_eq!(version, terms["versions"][0]);

    // Who has the bytes already is told so.
    let path = format!("{public}1/document/");
    let known = stranger.call(reqwest::Method::GET, &path);
    let known = known.header("if-none-match", &tag).send().await;
    assert_eq!((known.status, known.text().as_str()), (304, ""));

    // One changed byte of anything is found.
    let mut other = text.clone().into_bytes();
    other[40] ^= 1;
    let other = String::from_utf8(other).unwrap();
    assert_eq!(
        checked(&terms, &[other]),
        Err("version 1: the hash".to_owned())
    );
    for (place, what) in [
        ("/versions/0/record", "version 1: the signature"),
        ("/versions/0/sha256", "version 1: the hash"),
        ("/versions/0/record_sha256", "version 1: the chain"),
        ("/entry/content", "the entry commits to something else"),
        ("/entry/hashes", "the proof"),
    ] {
        let mut forged = terms.clone();
        let field = forged.pointer_mut(place).unwrap();
        *field = match &*field {
            Value::String(text) if place.ends_with("content") => {
                let start = text.find("terms_hash: ").unwrap() + 12;
                json!(format!("{}{}\n", &text[..start], "0".repeat(64)))
            }
            Value::String(text) if place.ends_with("record") => {
                json!(text.replacen("version: 1", "version: 7", 1))
            }
            Value::String(_) => json!("00".repeat(32)),
            _ => json!(["00".repeat(32)]),
        };
        assert_eq!(
            checked(&forged, std::slice::from_ref(&text)),
            Err(what.to_owned()),
            "{place}"
        );
    }
    // There are no others.
    for path in ["terms/DE000BASF111/", "terms/nothing/"] {
        stranger.get(path).await.refused("not_found");
    }
    stranger
        .get(&format!("{public}2/"))
        .await
        .refused("not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_05_terms_change_on_a_legal_ground_by_two_and_every_version_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (registrar, stranger) = (app.registrar().await, anybody(&app));
    let partner = app.partner(0).await;
    let isin = app.register(0).await["isin"].as_str().unwrap().to_owned();
    let public = format!("terms/{isin}/");
    let first = stranger.get(&format!("{public}1/document/")).await.text();
    let path = format!("products/{}/terms/", partner.product_id);

    // What is missing is named: the ground, the document that shows it, and something that changes.
    let body = request_of(&app, "creditors_resolution").await;
    let mut wrong = body.clone();
    wrong["legal_basis"] = json!("goodwill");
    wrong["reference"] = json!(" ");
    wrong["evidence_document_id"] = json!(partner.document("not the issuer's").await);
    registrar.post(&path, &wrong).await.refused_fields(
        "invalid_body",
        &[
            ("evidence_document_id", "not_found"),
            ("legal_basis", "unknown_value"),
            ("reference", "missing"),
        ],
    );
    let asset = format!("catalogue/{}/", partner.product_id);
    let mut same = body.clone();
    same["terms"] = registrar.get(&asset).await.expect(200)["terms"].clone();
    registrar
        .post(&path, &same)
        .await
        .refused_fields("invalid_body", &[("terms", "duplicate")]);

    // One proposes and nothing happens; another confirms.
    let decision = registrar.post(&path, &body).await.expect(201);
    assert_eq!(decision["kind"], "terms_change");
    let confirm = format!("decisions/{}/confirm/", id(&decision));
    let alone = registrar.post(&confirm, &json!({})).await;
    alone.refused("four_eyes_required");
    assert_eq!(stranger.get(&public).await.expect(200)["version"], 1);
    let other = app.other_registrar().await;
    other.post(&confirm, &json!({})).await.expect(200);

    // Then the second version follows the first, which is as it was, and the entry is still the proof of the first.
    let terms = stranger.get(&public).await.expect(200);
    assert_eq!(terms["version"], 2);
    let second = stranger.get(&format!("{public}2/document/")).await.text();
    assert!(second.contains("\ncoupon: 4.75 % p.a., ACT/ACT ICMA\n"));
    let again = stranger.get(&format!("{public}1/document/")).await.text();
    assert_eq!(again, first);
    assert_eq!(checked(&terms, &[first, second]), Ok(()));
    let changed = &terms["versions"][1];
    assert_eq!(changed["legal_basis"], "creditors_resolution");
    assert_eq!(changed["reference"], body["reference"]);
    let record = changed["record"].as_str().unwrap();
    let evidence = sha256(&people::pdf("resolution of the creditors"));
    assert!(
        record.contains(&format!("\nevidence: {evidence}\n")),
        "{record}"
    );
    let seen = registrar.get(&asset).await.expect(200);
    assert_eq!(
        (&seen["terms_version"], &seen["terms_sha256"]),
        (&json!(2), &terms["sha256"])
    );
    let url = seen["terms_url"].as_str().unwrap();
    assert!(
        url.ends_with(&format!("/api/network/v1/terms/{isin}")),
        "{url}"
    );

    // Both platforms that sell the product are told, and the register fits.
    for partner in [&partner, &app.other_partner(0).await] {
        let told = partner.feed().await;
        let told = told
            .iter()
            .filter(|event| event["type"] == "product.terms_changed");
        assert_eq!(told.count(), 1);
    }
    for verdict in cashlink::register::verify(&app.app, None).await.unwrap() {
        assert_eq!(verdict.difference, None, "{}", verdict.isin);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_38_the_law_of_the_day_says_whether_an_entry_is_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given networks whose issues are entered in 2024 and in March 2026.
    for (time, form) in [
        ("2024-05-02T08:00:00Z", Some("federal_gazette_and_bafin")),
        ("2026-03-02T08:00:00Z", None),
    ] {
        let app = Setup::new(backend).at(time).start().await;
        let audit = app.registrar().await.get("audit/?page_size=500").await;
        let audit = audit.expect(200);
        let lines = audit["results"].as_array().unwrap().iter();
        // Then the first has to be published, for its crypto securities, and the second has not.
        let due: Vec<&Value> = lines
            .filter(|line| line["action"] == "register.notice_due")
            .collect();
        assert_eq!(due.is_empty(), form.is_none(), "{time}");
        for line in due {
            assert_eq!(line["detail"]["form"], form.unwrap());
            assert_eq!(line["detail"]["isin"], line["target"]);
        }
        // And anybody reads the rule as of that day.
        let path = format!("register-rules/?as_of={}", &time[..10]);
        let rules = anybody(&app).get(&path).await.expect(200);
        let rules = rules.as_array().unwrap().iter();
        let mut notice = rules.filter(|rule| rule["rule"] == "ewpg.20.notice");
        let notice = notice.next().map(|rule| rule["value"].as_str().unwrap());
        assert_eq!(notice, form);
    }
    let app = TestApp::start(backend).await;
    anybody(&app)
        .get("register-rules/?as_of=yesterday")
        .await
        .refused_fields("invalid_body", &[("as_of", "invalid_format")]);
}

/// Two rows of a rule that hold on one day cannot be written, whichever way somebody tries.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_38_no_day_has_two_rows_of_a_rule(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).without_workers().start().await;
    for (from, to, follows) in [
        // A second beginning, a second successor, a successor of nothing, one that begins too early, and one that ends before it begins.
        ("2020-01-01", "2020-12-31", None),
        ("2025-12-01", "2025-12-31", Some("2025-10-31")),
        ("2027-01-01", "2027-12-31", Some("2026-12-31")),
        ("2026-02-09", "2026-12-31", Some("2026-02-09")),
        ("2026-06-01", "2026-05-31", Some("2026-02-09")),
    ] {
        let written = app.app.registry.db.write(move |tx| -> registry::Result<()> {
            let text = |text: &str| database::Value::from(text.to_owned());
            let values = [text(from), text(to), database::Value::from(follows.map(str::to_owned))];
            Ok(tx.later(
                Sql("insert into register_rules (rule, valid_from, valid_to, follows, value, source) values ('ewpg.20.notice', $1, $2, $3, 'x', 'x')"),
                &values,
            )?)
        });
        assert!(written.await.is_err(), "{from} to {to} after {follows:?}");
    }
}

/// § 4(11) eWpG: a recording system is a decentralised association.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_electronic_security_needs_a_network_whose_operators_are_stated(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a crypto security that could be entered for demonstration.
    let app = TestApp::start(backend).await;
    let (issuer, mut body) = crypto(&app).await;
    body["documents"] =
        json!([{"document_type": "TERMS", "document_id": issuer.document("terms").await}]);
    let made = issuer.api.post("products/", &body).await.expect(201);
    let product = id(&made).parse().unwrap();
    let propose = async |profile: NetworkProfile| {
        let mut registry = app.app.registry.clone();
        registry.networks.profile = profile;
        let request = Request::internal("eva", "validation");
        let reason = "All is checked.".to_owned();
        registry::validations::propose(&registry, &request, product, reason).await
    };
    // When nobody has stated who operates the network, then it cannot be entered; once it is stated, it can.
    let refused = propose(NetworkProfile::stated(&[], None)).await;
    let code = refused.unwrap_err().to_problem().code;
    assert_eq!(code, "network_not_stated");
    let operators = ["Betreiber A GmbH".to_owned(), "Betreiber B GmbH".to_owned()];
    let stated = NetworkProfile::stated(&operators, Some("Both confirm a block."));
    assert_eq!(propose(stated).await.unwrap().status, 201);
    // The sample network says everywhere what its chain is for.
    let partner = app.partner(0).await;
    let asset = format!("catalogue/{}/", partner.product_id);
    let asset = app.registrar().await.get(&asset).await.expect(200);
    assert_eq!(asset["is_demonstration"], true);
    let page = app.stranger().at(app.url.clone());
    let page = page
        .call(reqwest::Method::GET, "")
        .send_unchecked()
        .await
        .text();
    assert!(page.contains("For demonstration:"), "{page}");
}
