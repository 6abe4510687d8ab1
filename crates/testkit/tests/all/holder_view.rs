//! What a holder sees of itself, whichever way it came in, and what it does not: anybody else's (§ 10(1) eWpG).

use std::path::Path;

use rstest::rstest;
use serde_json::{Value, json};
use testkit::app::eventually;
use testkit::browser::{Browser, Human, Shown};
use testkit::client::{Session, id};
use testkit::holder::HolderKey;
use testkit::{Backend, Partner, TestApp};
use tlog::{Key, Proof};
use tokio::process::Command;

use crate::python::python;
use crate::restrictions::{confirm, document};
use crate::statements::ready;
use crate::transfers::{Holder, ended, freeze};

/// Asks for the text that the wallet has to sign.
async fn asked(browser: &mut Browser, address: &str) -> (Shown, String, String) {
    browser.visit("/holder/sign-in").await.ok();
    let shown = browser
        .submit("/holder/sign-in", &[("address", address)])
        .await
        .ok();
    let text = shown.between("<code>", "</code>").expect("a text");
    let nonce = shown.between("name=\"nonce\" value=\"", "\"");
    (shown, text, nonce.expect("a nonce"))
}

async fn signs(browser: &mut Browser, address: &str, nonce: &str, signature: &str) -> Shown {
    let fields = [
        ("address", address),
        ("nonce", nonce),
        ("signature", signature),
    ];
    browser.submit("/holder/sign-in/signature", &fields).await
}

/// A browser in which the wallet of this key is signed in.
async fn signed_in(app: &TestApp, key: &HolderKey) -> Browser {
    let mut browser = Browser::at(app);
    let (_, text, nonce) = asked(&mut browser, &key.address()).await;
    let signature = key.sign_text(&text);
    signs(&mut browser, &key.address(), &nonce, &signature)
        .await
        .leads_to("/holder");
    browser
}

async fn link(partner: &Partner, investor: &str) -> String {
    let path = format!("investors/{investor}/holder-links/");
    let made = partner.api.post(&path, &json!({})).await.expect(201);
    made["url"].as_str().unwrap().to_owned()
}

async fn opens(browser: &mut Browser, app: &TestApp, link: &str) -> Shown {
    browser.visit(link).await.ok();
    let path = link.strip_prefix(&app.url).unwrap();
    browser.submit(path, &[]).await
}

async fn view(browser: &mut Browser) -> Value {
    let shown = browser.look("/holder/holdings.json").await.ok();
    serde_json::from_str(&shown.body).unwrap()
}

async fn pledge(app: &TestApp, partner: &Partner, wallet: &str) {
    let registrar = app.registrar().await;
    let body = json!({
        "wallet_id": wallet, "kind": "pledge", "units": 2, "authority": "legal_transaction",
        "beneficiary": {"name": "Sparkasse Musterstadt", "seat": "Musterstadt"}, "legal_basis": "Pledge agreement",
        "document_id": document(app, "pledge").await, "reason": "The pledgee has shown the agreement.",
    });
    let path = format!("products/{}/restrictions/", partner.product_id);
    let proposed = registrar.post(&path, &body).await.expect(201);
    confirm(app, &id(&proposed)).await;
    eventually("the pledge is entered", async || {
        let all = registrar.get("restrictions/").await.expect(200);
        (all["results"][0]["status"] == "entered").then_some(())
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_24_a_holder_sees_its_own_at_any_time_and_nobody_elses(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a holder of nine units in two investments, of which two are pledged, and another holder of the same asset.
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (own, orders) = Holder::of_units(&app, &partner, &[5, 4]).await;
    let (other, others) = Holder::of_units(&app, &partner, &[7]).await;
    pledge(&app, &partner, &own.customer.wallet).await;
    let statement = id(&ready(&partner, &orders[0], 2).await[0]);
    let foreign = id(&ready(&partner, &others[0], 1).await[0]);

    // When it signs in with its wallet, and, in another browser, by the link of its platform.
    let by_wallet = signed_in(&app, &own.key).await;
    let mut by_link = Browser::at(&app);
    let url = link(&partner, &own.customer.investor).await;
    opens(&mut by_link, &app, &url).await.leads_to("/holder");

    for mut browser in [by_wallet, by_link] {
        // Then it sees its holding with what is entered over it, and what concerned it.
        let shown = view(&mut browser).await;
        let holdings = shown["holdings"].as_array().unwrap();
        assert_eq!(holdings.len(), 1);
        let holding = &holdings[0];
        assert_eq!(holding["units"], 9);
        assert_eq!(holding["wallets"][0]["units"], 9);
        assert_eq!(holding["wallets"][0]["restrictions"][0]["kind"], "pledge");
        assert_eq!(holding["wallets"][0]["restrictions"][0]["units"], 2);
        let (nominal, all) = (&holding["nominal_value"], &holding["nominal"]);
        let amount = |money: &Value| money["amount"].as_str().unwrap().parse::<u64>().unwrap();
        assert_eq!(amount(all), 9 * amount(nominal));
        let kinds: Vec<&str> = holding["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["restriction", "delivery", "delivery"]);
        assert_eq!(holding["entries"][1]["units"], 9);
        assert_eq!(holding["entries"][2]["units"], 5);
        assert_eq!(holding["terms"]["version"], 1);
        let text = shown.to_string();
        for others in [&other.customer.address, &other.customer.investor, &foreign] {
            assert!(!text.contains(others.as_str()), "{others}: {text}");
        }
        let page = browser.visit("/holder").await.ok();
        page.says("data-right=\"pledge\"")
            .says(&format!("/holder/statements/{statement}"))
            .is_silent_about(&other.customer.address);

        // Its statements are there, the other's are not.
        let path = format!("/holder/statements/{statement}");
        let file = browser.look(&path).await.ok();
        assert_eq!(file.headers["content-type"], "application/pdf");
        let path = format!("registry-statements/{statement}/deliveries/");
        let told = app.registrar().await.get(&path).await.expect(200);
        assert_eq!(told["deliveries"][0]["channel"], "holder", "{told}");
        browser
            .look(&format!("/holder/statements/{foreign}"))
            .await
            .refused("not_found");
        let elsewhere = &app.environment(1).product_id;
        browser
            .look(&format!("/holder/registers/{elsewhere}/proof"))
            .await
            .refused("not_found");
        // It is let in nowhere else.
        browser
            .look("/console/work")
            .await
            .leads_to("/console/sign-in");
    }

    // When it has given everything away, the register still tells it what was.
    let mut browser = signed_in(&app, &other.key).await;
    let receiver = Holder::new(&app, &partner).await;
    let body = other.signed(&app, &partner.product_id, &receiver.customer.address, 7);
    let transfer = id(&partner.api.post("transfers/", &body).await.expect(201));
    assert_eq!(ended(&partner, &transfer).await["status"], "succeeded");
    let shown = view(&mut browser).await;
    assert_eq!(shown["holdings"][0]["units"], 0);
    assert_eq!(shown["holdings"][0]["entries"][0]["kind"], "transfer");
    // Nothing of that is noted as an inspection, and the registrar knows that somebody was let in.
    let registrar = app.registrar().await;
    assert_eq!(registrar.get("inspections/").await.expect(200)["count"], 0);
    let audit = registrar.get("audit/?page_size=200").await.expect(200);
    let lines = audit["results"].as_array().unwrap();
    let count = |action: &str| lines.iter().filter(|line| line["action"] == action).count();
    assert_eq!(
        (count("holder.sign_in"), count("holder_link.create")),
        (3, 1)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_24_the_proof_of_an_entry_is_judged_by_other_programs(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[5]).await;
    Holder::of_units(&app, &partner, &[3]).await;
    let mut browser = signed_in(&app, &holder.key).await;
    let path = format!("/holder/registers/{}/proof", partner.product_id);
    let file = browser.look(&path).await.ok();

    // It names the entry and leads to the checkpoint that everybody gets.
    let isin = view(&mut browser).await["holdings"][0]["isin"].clone();
    let log = Session::anonymous(format!("{}/api/network/v1", app.url))
        .get(&format!("registers/{}/", isin.as_str().unwrap()))
        .await
        .expect(200);
    let key: Key = log["public_key"].as_str().unwrap().parse().unwrap();
    let proof: Proof = file.body.parse().unwrap();
    let checkpoint = proof.verify(&key).unwrap();
    assert_eq!((proof.index, checkpoint.size), (1, 3));
    let entry = String::from_utf8(proof.entry.clone()).unwrap();
    let own = view(&mut browser).await["holdings"][0]["holder_id"].clone();
    assert!(entry.contains(own.as_str().unwrap()), "{entry}");

    // A program of other hands says the same, and sees a changed letter.
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../verifier/verify_register.py");
    let judge = async |text: &str| {
        let path = folder.path().join("entry.tlog-proof");
        std::fs::write(&path, text).unwrap();
        let mut command = Command::new(python());
        command.arg(&script).arg("--json").arg("--proof").arg(&path);
        command.arg("--key").arg(key.to_string());
        let output = command.output().await.unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = judge(&file.body).await;
    assert_eq!((code, &said["sequence"]), (Some(0), &json!(2)));
    assert_eq!(said["entry"]["units"], 5);
    let changed = file.body.replacen("index 1", "index 2", 1);
    let (code, said) = judge(&changed).await;
    assert_eq!(code, Some(1), "{said}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_24_a_signature_opens_a_view_once_here_and_in_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let holder = Holder::new(&app, &partner).await;
    let (key, address) = (&holder.key, holder.customer.address.clone());
    let mut browser = Browser::at(&app);
    let bad = browser.visit("/holder/sign-in").await;
    bad.ok();
    browser
        .submit("/holder/sign-in", &[("address", "0x12")])
        .await
        .refused("invalid_body");

    // Another domain's text, another key's signature, another browser's text, one that is too old, and a wallet of nobody.
    let (_, text, nonce) = asked(&mut browser, &address).await;
    let host = app.url.split_once("://").unwrap().1;
    assert!(
        text.starts_with(&format!("{host} wants you to sign in")),
        "{text}"
    );
    let elsewhere = key.sign_text(&text.replacen(host, "register.example", 1));
    let refused = signs(&mut browser, &address, &nonce, &elsewhere).await;
    assert_eq!(refused.refused("sign_in_refused").status, 401);
    let somebody = HolderKey::random().sign_text(&text);
    signs(&mut browser, &address, &nonce, &somebody)
        .await
        .refused("sign_in_refused");
    let right = key.sign_text(&text);
    let mut other = Browser::at(&app);
    other.visit("/holder/sign-in").await.ok();
    signs(&mut other, &address, &nonce, &right)
        .await
        .refused("sign_in_refused");
    app.advance_seconds(601);
    signs(&mut browser, &address, &nonce, &right)
        .await
        .refused("sign_in_refused");
    let nobody = HolderKey::random();
    let (_, text, nonce) = asked(&mut browser, &nobody.address()).await;
    let signature = nobody.sign_text(&text);
    signs(&mut browser, &nobody.address(), &nonce, &signature)
        .await
        .refused("sign_in_refused");

    // What was signed is good once, also in the browser that it was made for.
    let (_, text, nonce) = asked(&mut browser, &address).await;
    let signature = key.sign_text(&text);
    let mut copy = browser.clone();
    signs(&mut browser, &address, &nonce, &signature)
        .await
        .leads_to("/holder");
    signs(&mut copy, &address, &nonce, &signature)
        .await
        .refused("sign_in_refused");

    // A session that is not used ends, and so does one whose wallet is stopped.
    browser.look("/holder").await.ok();
    app.advance_seconds(15 * 60);
    browser.look("/holder").await.leads_to("/holder/sign-in");
    let mut browser = signed_in(&app, key).await;
    browser.visit("/holder").await.ok();
    freeze(&app, &holder.customer.wallet, true).await;
    browser.look("/holder").await.leads_to("/holder/sign-in");
    freeze(&app, &holder.customer.wallet, false).await;
    // Whoever signs out is out.
    browser.visit("/holder").await.ok();
    browser
        .submit("/holder/sign-out", &[])
        .await
        .leads_to("/holder/sign-in");
    browser.look("/holder").await.leads_to("/holder/sign-in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reg_24_a_link_is_good_once_for_one_holder_and_not_for_long(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let (partner, foreign) = (app.partner(0).await, app.other_partner(0).await);
    let (holder, _) = Holder::of_units(&app, &partner, &[2]).await;
    let investor = holder.customer.investor.clone();
    let path = format!("investors/{investor}/holder-links/");
    foreign
        .api
        .post(&path, &json!({}))
        .await
        .refused("not_found");

    // Looking at the page of a link uses nothing; the button does.
    let first = link(&partner, &investor).await;
    let (mut one, mut two) = (Browser::at(&app), Browser::at(&app));
    two.visit(&first).await.ok();
    opens(&mut one, &app, &first).await.leads_to("/holder");
    opens(&mut two, &app, &first).await.refused("link_invalid");
    let late = link(&partner, &investor).await;
    app.advance_seconds(15 * 60);
    opens(&mut two, &app, &late).await.refused("link_invalid");
    opens(&mut two, &app, &format!("{}/holder/links/nothing", app.url))
        .await
        .refused("link_invalid");

    // A console's session and a holder's are none of each other's, though one browser has both.
    let mut operator = Human::first_operator(&app).await;
    operator
        .browser
        .look("/holder")
        .await
        .leads_to("/holder/sign-in");
    let good = link(&partner, &investor).await;
    opens(&mut operator.browser, &app, &good)
        .await
        .leads_to("/holder");
    operator.browser.look("/holder").await.ok();
    operator.browser.look("/console/work").await.ok();

    // Whoever is erased has no view, not even with a session or a link from before.
    let before = link(&partner, &investor).await;
    let (registry, person) = (app.app.registry.clone(), investor.parse().unwrap());
    let db = registry.db.clone();
    db.write(move |tx| registry.vault.destroy_owner(tx, person))
        .await
        .unwrap();
    operator
        .browser
        .look("/holder")
        .await
        .leads_to("/holder/sign-in");
    opens(&mut two, &app, &before).await.refused("link_invalid");
    partner.api.post(&path, &json!({})).await.refused("erased");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_holders_pages_can_be_heard_and_are_written_in_two_languages(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let partner = app.partner(0).await;
    let (holder, _) = Holder::of_units(&app, &partner, &[2]).await;
    let mut browser = signed_in(&app, &holder.key).await;
    for (language, title, entry) in [
        ("en", "Your holdings", "Delivery"),
        ("de", "Ihre Bestände", "Lieferung"),
    ] {
        browser.speaks(language);
        let page = browser.visit("/holder").await.ok();
        let page = page
            .says(&format!("<html lang=\"{language}\">"))
            .says(&format!("<h1>{title}</h1>"))
            .says(entry);
        // Every heading follows the one above it, and every column has its head.
        let levels: Vec<usize> = page
            .all_between("<h", ">")
            .iter()
            .filter_map(|level| level.parse().ok())
            .collect();
        assert_eq!(levels[0], 1);
        assert!(
            levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
            "{levels:?}"
        );
        assert_eq!(
            page.all_between("<th", ">").len(),
            page.all_between("<th scope=\"col\"", ">").len()
                + page.all_between("<thead", ">").len()
        );
        // Nothing inline, nothing from elsewhere.
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert_eq!(page.headers["cache-control"], "no-store");
        for word in ["<style", " style=", " onclick=", "<script>"] {
            assert!(!page.body.contains(word), "{word}: {}", page.body);
        }
    }
    // A refusal is said in the language of the browser, and leads back to the holder's own door.
    browser
        .look("/holder/nothing")
        .await
        .says("<html lang=\"de\">")
        .says("href=\"/holder\"");
}
