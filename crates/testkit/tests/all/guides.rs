//! The guides run as they stand: every marked block, in the order of the book, one session for each language.

use std::path::{Path, PathBuf};

use rstest::rstest;
use serde_json::json;
use testkit::{Backend, Setup, TestApp, WebhookSink};
use tokio::process::Command;

use crate::python::{credentials, python, spoken};

#[allow(dead_code, clippy::pedantic)]
#[path = "../../../../docs/guides/snippets/verify.rs"]
mod verify;

/// Languages whose blocks are programs; each of them is run, or says why it is only shown.
const LANGUAGES: [&str; 3] = ["sh", "python", "typescript"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/src")
}

/// A fenced block with the line before its fence.
struct Block {
    place: String,
    mark: String,
    language: String,
    text: String,
}

/// The pages in the order of the book.
fn pages() -> Vec<String> {
    let summary = std::fs::read_to_string(source().join("SUMMARY.md")).unwrap();
    let links = summary.lines().filter_map(|line| line.split_once("]("));
    let pages = links.map(|(_, rest)| rest.trim_end_matches(')').to_owned());
    pages.collect()
}

fn blocks() -> Vec<Block> {
    let mut found = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(source().join(&page)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while at < lines.len() {
            if let Some(language) = lines[at].strip_prefix("```") {
                let length = lines[at + 1..]
                    .iter()
                    .position(|line| *line == "```")
                    .unwrap();
                found.push(Block {
                    place: format!("{page}:{}", at + 1),
                    mark: lines[at.saturating_sub(1)].to_owned(),
                    language: language.to_owned(),
                    text: lines[at + 1..=at + length].join("\n"),
                });
                at += length + 1;
            }
            at += 1;
        }
    }
    found
}

/// The blocks of one language as one program.
fn session(language: &str) -> String {
    let mark = format!("<!-- run: {language} -->");
    let blocks = blocks().into_iter().filter(|block| block.mark == mark);
    let texts: Vec<String> = blocks
        .map(|block| match language {
            "sh" => format!("echo '== {}'\n{}\n", block.place, block.text),
            _ => format!("{}\n", block.text),
        })
        .collect();
    assert!(!texts.is_empty(), "nothing is marked with {mark}");
    texts.join("\n")
}

#[test]
fn every_program_is_run_or_says_why_it_is_only_shown() {
    for block in blocks() {
        if LANGUAGES.contains(&block.language.as_str()) {
            let runs = block.mark == format!("<!-- run: {} -->", block.language);
            let is_shown = block.mark.starts_with("<!-- shown: ") && block.mark.len() > 20;
            assert!(runs || is_shown, "{} has no mark", block.place);
        }
    }
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let pages = pages();
    for page in &pages {
        let text = std::fs::read_to_string(source().join(page)).unwrap();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.starts_with("http") || link.starts_with('/') {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { page } else { file };
            assert!(pages.iter().any(|known| known == file), "{page}: {link}");
            let target = std::fs::read_to_string(source().join(file)).unwrap();
            let headings = target.lines().filter(|line| line.starts_with('#'));
            let found = heading.is_empty() || headings.map(anchor).any(|known| known == heading);
            assert!(found, "{page}: {link}");
        }
    }
}

/// As mdBook names a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().replace(' ', "-")
}

async fn run(app: &TestApp, language: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    credentials(app, folder.path());
    let python = python();
    let text = session(language);
    let mut command = match language {
        "sh" => {
            let mut bash = Command::new("bash");
            bash.args(["-euo", "pipefail", "-c", &text]);
            bash
        }
        "python" => {
            let mut command = Command::new(&python);
            command.args(["-c", &text]);
            command
        }
        _ => {
            let file = folder.path().join("guide.mjs");
            // Imports stand where a page needs them; a module takes them anywhere.
            std::fs::write(&file, text).unwrap();
            let mut node = Command::new("node");
            node.arg(file);
            node
        }
    };
    let (path, tools) = (
        std::env::var("PATH").unwrap(),
        python.parent().unwrap().display(),
    );
    command
        .current_dir(folder.path())
        .env("PATH", format!("{tools}:{path}"))
        .env("NO_PROXY", "127.0.0.1")
        .kill_on_drop(true);
    spoken(&command.output().await.unwrap())
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_guides_run_as_they_stand(
    #[values("sh", "python", "typescript")] language: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = Setup::new(backend).in_real_time().start().await;
    let said = run(&app, language).await;
    let expected = match language {
        "sh" => "== registrar.md",
        "python" => "events, the last one",
        _ => "Havelkontor bei Spreeinvest",
    };
    assert!(said.contains(expected), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_ways_to_verify_believe_our_webhooks_and_no_others() {
    // Given a webhook of ours.
    let app = Setup::new(Backend::Sqlite).in_real_time().start().await;
    let sink = WebhookSink::start().await;
    let partner = app.partner(0).await;
    let endpoint = json!({"url": sink.url, "secret": sink.secret});
    let endpoint = partner
        .api
        .post("webhook-endpoints/", &endpoint)
        .await
        .expect(201);
    let path = format!(
        "webhook-endpoints/{}/test/",
        endpoint["id"].as_str().unwrap()
    );
    partner.api.post(&path, &json!({})).await;
    sink.until("the test event came", |sink| !sink.all().is_empty())
        .await;
    let webhook = sink.all().remove(0);
    let (id, timestamp) = (
        webhook.header("webhook-id"),
        webhook.header("webhook-timestamp"),
    );
    let signature = webhook.header("webhook-signature");
    let body = std::str::from_utf8(&webhook.bytes).unwrap();
    let now: i64 = timestamp.parse().unwrap();

    // When each of the three ways looks at it, at a changed body, at another secret, and much later.
    let changed = format!("{body} ");
    let other = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    let cases = [
        (sink.secret.as_str(), body, now, true),
        (sink.secret.as_str(), changed.as_str(), now, false),
        (other, body, now, false),
        (sink.secret.as_str(), body, now + 301, false),
    ];
    let headers = json!({"webhook-id": id, "webhook-timestamp": timestamp,
        "webhook-signature": format!("v1,b3RoZXI= {signature}")});
    let table = json!(cases.map(|(secret, body, now, _)| json!([secret, headers, body, now])));
    let expected: Vec<bool> = cases.iter().map(|case| case.3).collect();

    // Then only the first is believed.
    for (secret, body, now, genuine) in cases {
        let seen = verify::is_genuine(secret, id, timestamp, signature, body.as_bytes(), now);
        assert_eq!(seen, genuine);
    }
    let code = |language: &str, name: &str| {
        let mark = format!("<!-- run: {language} -->");
        let block = blocks()
            .into_iter()
            .find(|block| block.mark == mark && block.text.contains(name));
        block.unwrap().text
    };
    let script = format!(
        "{}\nimport json\nprint(json.dumps([is_genuine(s, h, b.encode(), n) for s, h, b, n in json.loads({:?})]))",
        code("python", "def is_genuine"),
        table.to_string()
    );
    let output = Command::new(python())
        .args(["-c", &script])
        .output()
        .await
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<bool>>(&spoken(&output)).unwrap(),
        expected
    );
    let script = format!(
        "{}\nconsole.log(JSON.stringify({table}.map(([s, h, b, n]) => isGenuine(s, h, Buffer.from(b), n))));",
        code("typescript", "function isGenuine")
    );
    let options = ["--input-type=module", "-e", &script];
    let output = Command::new("node").args(options).output().await.unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<bool>>(&spoken(&output)).unwrap(),
        expected
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_are_served_and_load_nothing_from_elsewhere() {
    let app = TestApp::start(Backend::Sqlite).await;
    let first = reqwest::get(format!("{}/docs", app.url)).await.unwrap();
    assert_eq!(first.url().path(), "/docs/");
    let policy = first.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'sha256-"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    assert!(first.text().await.unwrap().contains("What this is"));
    for page in pages() {
        let page = page.replace(".md", ".html");
        let answer = reqwest::get(format!("{}/docs/{page}", app.url))
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{page}");
        let text = answer.text().await.unwrap();
        // What the page needs is there.
        for part in text.split("href=\"").chain(text.split("src=\"")).skip(1) {
            let link = part.split('"').next().unwrap();
            let is_asset = [".css", ".js", ".svg", ".png"]
                .iter()
                .any(|end| link.ends_with(end));
            if is_asset && !link.contains("//") {
                let asset = reqwest::get(format!("{}/docs/{link}", app.url))
                    .await
                    .unwrap();
                assert_eq!(asset.status(), 200, "{page}: {link}");
            }
        }
    }
    // The documentation of the API stays beside them.
    let api = reqwest::get(format!("{}/docs/api/", app.url))
        .await
        .unwrap();
    assert_eq!(api.status(), 200);
}
