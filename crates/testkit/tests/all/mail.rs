//! Mail, over a mail server of others: TLS, refusals, a server that is away, and what nobody may see.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use cashlink::config::{Mail as MailConfig, Secret};
use registry::mail::{self, Mail, MailStatus, MailView, letters};
use registry::{Caller, Paging, Request};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;
use testkit::app::eventually;
use testkit::{Backend, Setup, TestApp};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::python::python;

const LINK: &str = "https://network.example/console/invitations/Zq7pWunderlink";
const PASSWORD: &str = "geheim";

/// A mail server; it ends when this is dropped.
struct MailServer {
    _process: Child,
    port: u16,
    kept: PathBuf,
}

impl MailServer {
    /// On a free port, or on one that is known.
    async fn start(folder: &Path, mode: &str, port: u16) -> Self {
        let kept = folder.join("kept.jsonl");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/mail_server.py");
        let mut process = Command::new(python())
            .arg(script)
            .args([mode, &port.to_string()])
            .args([folder, &kept])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = said.next_line().await.unwrap().expect("it listens");
        let port = line.rsplit(' ').next().unwrap().parse().unwrap();
        Self {
            _process: process,
            port,
            kept,
        }
    }

    /// What it has taken.
    fn taken(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.kept).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    async fn takes(&self, count: usize) -> Vec<Value> {
        let what = format!("the mail server has {count} mails");
        eventually(&what, async || {
            let taken = self.taken();
            (taken.len() >= count).then_some(taken)
        })
        .await
    }
}

/// A certificate of its own for the mail server, and the password's file.
fn papers() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("cert.pem", &own.cert.pem());
    write("key.pem", &own.signing_key.serialize_pem());
    write("password", &format!("{PASSWORD}\n"));
    folder
}

fn configuration(url: String, folder: &Path) -> MailConfig {
    let password = url.contains('@').then(|| Secret {
        file: Some(folder.join("password")),
        env: None,
    });
    MailConfig {
        url: Some(url),
        password,
        from: Some("Musterregister <network@example.com>".to_owned()),
        reply_to: Some("operations@example.com".to_owned()),
        root_certificates: Some(folder.join("cert.pem")),
        ..MailConfig::default()
    }
}

fn url(mode: &str, port: u16) -> String {
    match mode {
        "tls" => format!("smtps://network%40example.com@localhost:{port}"),
        "starttls" => format!("smtp://network%40example.com@localhost:{port}"),
        _ => format!("smtp://localhost:{port}?tls=none"),
    }
}

async fn network(backend: Backend, mail: MailConfig) -> TestApp {
    let setup = Setup::new(backend).config(|config| config.mail = mail);
    setup.start().await
}

fn invitation() -> mail::Letter {
    let until = "2026-06-08T08:00:00Z".parse().unwrap();
    letters::invitation(
        domain::Language::German,
        "Mustermann & Söhne GmbH",
        LINK,
        until,
    )
}

async fn write(app: &TestApp, to: &str) {
    let (registry, mail) = (
        app.app.registry.clone(),
        Mail::new(to.parse().unwrap(), invitation()),
    );
    let written = app
        .app
        .registry
        .db
        .write(move |tx| mail::send(&registry, tx, &mail));
    written.await.unwrap();
}

async fn mails(app: &TestApp) -> Vec<MailView> {
    let paging = Paging {
        offset: 0,
        limit: 100,
    };
    let caller = Caller::network("test");
    mail::list(&app.app.registry, &caller, None, paging)
        .await
        .unwrap()
        .items
}

async fn only_mail(app: &TestApp, status: MailStatus) -> MailView {
    eventually(&format!("the mail is {}", status.as_str()), async || {
        let all = mails(app).await;
        assert_eq!(all.len(), 1);
        all.into_iter().find(|mail| mail.status == status.as_str())
    })
    .await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_over_tls_as_text_and_html(
    #[values("tls", "starttls")] mode: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a mail server that wants TLS and a password.
    let folder = papers();
    let server = MailServer::start(folder.path(), mode, 0).await;
    let app = network(
        backend,
        configuration(url(mode, server.port), folder.path()),
    )
    .await;
    // When somebody is invited.
    write(&app, "erika@example.org").await;
    // Then the invitation arrives, encrypted, in both forms, with an id that the network can be found by.
    let taken = server.takes(1).await.remove(0);
    assert_eq!(taken["encrypted"], true);
    assert_eq!(taken["user"], "network@example.com");
    assert_eq!(taken["from"], "network@example.com");
    assert_eq!(taken["to"][0], "erika@example.org");
    let headers = &taken["headers"];
    assert_eq!(headers["Subject"], "Einladung: Mustermann & Söhne GmbH");
    assert_eq!(headers["Reply-To"], "operations@example.com");
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    let text = taken["bodies"]["text/plain"].as_str().unwrap();
    assert!(
        text.contains(LINK) && text.contains("Freundliche Grüße"),
        "{text}"
    );
    let html = taken["bodies"]["text/html"].as_str().unwrap();
    assert!(
        html.contains(&format!("href=\"{LINK}\"")) && html.contains("Söhne"),
        "{html}"
    );
    // And the network keeps to whom it went, but not the link.
    let mail = only_mail(&app, MailStatus::Sent).await;
    assert_eq!(headers["Message-ID"], format!("<{}@127.0.0.1>", mail.id));
    assert_eq!(mail.recipient.as_deref(), Some("erika@example.org"));
    assert_eq!((mail.letter, mail.attempts), (None, 1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_off_comes_later_and_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let folder = papers();
    let server = MailServer::start(folder.path(), "plain", 0).await;
    let app = network(
        backend,
        configuration(url("plain", server.port), folder.path()),
    )
    .await;
    write(&app, "later-erika@example.org").await;
    // Given a mail that was put off, with what the server said.
    let put_off = eventually("it was tried", async || {
        mails(&app)
            .await
            .into_iter()
            .find(|mail| mail.attempts == 1)
    })
    .await;
    assert_eq!(put_off.status, "waiting");
    assert!(put_off.failure.unwrap().contains("greylisted"));
    assert!(server.taken().is_empty());
    // When its time comes, then it arrives.
    app.advance_seconds(61);
    server.takes(1).await;
    let mail = only_mail(&app, MailStatus::Sent).await;
    assert_eq!(mail.attempts, 2);
    assert_eq!(mail.failure, None);
    // And never again.
    app.advance_days(1);
    write(&app, "max@example.org").await;
    let all = server.takes(2).await;
    assert_eq!(all[1]["to"][0], "max@example.org");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_shown_with_the_reason_and_holds_up_nobody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let folder = papers();
    let server = MailServer::start(folder.path(), "plain", 0).await;
    let app = network(
        backend,
        configuration(url("plain", server.port), folder.path()),
    )
    .await;
    write(&app, "unknown-erika@example.org").await;
    write(&app, "max@example.org").await;
    assert_eq!(server.takes(1).await[0]["to"][0], "max@example.org");
    let failed = eventually("it failed", async || {
        mails(&app)
            .await
            .into_iter()
            .find(|mail| mail.status == "failed")
    })
    .await;
    assert!(failed.failure.unwrap().contains("5.1.1"));
    // An operator can try again, and again it fails; what did not fail is not tried again.
    let request = Request::internal("operator", "test");
    mail::retry(&app.app.registry, &request, failed.id)
        .await
        .unwrap();
    eventually("it failed again", async || {
        let all = mails(&app).await;
        all.into_iter()
            .find(|mail| mail.status == "failed" && mail.id == failed.id)
    })
    .await;
    let sent = mails(&app)
        .await
        .into_iter()
        .find(|mail| mail.status == "sent")
        .unwrap();
    let refusal = mail::retry(&app.app.registry, &request, sent.id)
        .await
        .unwrap_err();
    assert!(refusal.to_problem().detail.contains("only a failed one"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_waited_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a port where nobody listens yet.
    let folder = papers();
    let port = {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        probe.local_addr().unwrap().port()
    };
    let app = network(backend, configuration(url("tls", port), folder.path())).await;
    write(&app, "erika@example.org").await;
    // When it is tried in vain, that does not count against the mail.
    let waits = eventually("the mail was put back", async || {
        let all = mails(&app).await;
        all.into_iter()
            .find(|mail| mail.next_attempt_at.as_ref() > Some(&mail.created_at))
    })
    .await;
    assert_eq!((waits.status, waits.attempts), ("waiting", 0));
    // Then it arrives once, when the server is there.
    let server = MailServer::start(folder.path(), "tls", port).await;
    let taken = eventually("it arrives", async || {
        app.advance_seconds(10);
        let taken = server.taken();
        (!taken.is_empty()).then_some(taken)
    })
    .await;
    assert_eq!(taken.len(), 1);
    only_mail(&app, MailStatus::Sent).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_to_a_server_that_cannot_prove_itself(
    #[values("tls", "starttls", "plain")] mode: &str,
) {
    // Given a server with another certificate than the one that is trusted, or without STARTTLS.
    let (folder, other) = (papers(), papers());
    let server = MailServer::start(folder.path(), mode, 0).await;
    let url = match mode {
        "plain" => format!("smtp://network%40example.com@localhost:{}", server.port),
        mode => url(mode, server.port),
    };
    let mut mail = configuration(url, folder.path());
    mail.root_certificates = Some(other.path().join("cert.pem"));
    let app = network(Backend::Sqlite, mail).await;
    write(&app, "erika@example.org").await;
    // Then the mail waits, and no byte of it was sent.
    eventually("the mail was put back", async || {
        let all = mails(&app).await;
        all.into_iter()
            .find(|mail| mail.next_attempt_at.as_ref() > Some(&mail.created_at))
    })
    .await;
    assert!(server.taken().is_empty());
    assert_eq!(only_mail(&app, MailStatus::Waiting).await.attempts, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_too_old_is_given_up(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let folder = papers();
    let app = network(backend, configuration(url("plain", 9), folder.path())).await;
    write(&app, "erika@example.org").await;
    // An attempt may be under way at the time of before; it waits then for a later one.
    app.advance_days(4);
    eventually("the mail is given up", async || {
        app.advance_seconds(10);
        let all = mails(&app).await;
        all.into_iter().find(|mail| mail.status == "failed")
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_mails_are_in_the_mailbox(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given the demo's network, which has no mail server.
    let app = TestApp::start(backend).await;
    let get = async |forwarded: Option<&str>| {
        let mut request = reqwest::Client::new().get(format!("{}/mailbox/", app.url));
        if let Some(address) = forwarded {
            request = request.header("X-Forwarded-For", address);
        }
        request.send().await.unwrap()
    };
    assert!(
        get(None)
            .await
            .text()
            .await
            .unwrap()
            .contains("There is no mail.")
    );
    // When somebody is invited, the mail stands there with its link, and loads nothing.
    write(&app, "erika@example.org").await;
    let page = get(None).await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = page.text().await.unwrap();
    for said in ["erika@example.org", LINK, "Mustermann &amp; Söhne GmbH"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // And nobody behind a proxy sees it.
    assert_eq!(get(Some("203.0.113.7")).await.status(), 404);
    // It is among the pages for people too, whose frame leads there.
    let own = format!("{}/console/mailbox/", app.url);
    let page = reqwest::get(&own).await.unwrap().text().await.unwrap();
    assert!(page.contains("erika@example.org"), "{page}");
    let forwarded = reqwest::Client::new()
        .get(&own)
        .header("X-Forwarded-For", "203.0.113.7");
    assert_eq!(forwarded.send().await.unwrap().status(), 404);
    let sign_in = reqwest::get(format!("{}/console/sign-in", app.url)).await;
    let sign_in = sign_in.unwrap().text().await.unwrap();
    assert!(sign_in.contains("href=\"/console/mailbox/\""), "{sign_in}");
    assert_eq!(only_mail(&app, MailStatus::Kept).await.attempts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_server_there_is_no_mailbox() {
    let folder = papers();
    let app = network(
        Backend::Sqlite,
        configuration(url("plain", 9), folder.path()),
    )
    .await;
    for path in ["/mailbox/", "/console/mailbox/"] {
        let page = reqwest::get(format!("{}{path}", app.url)).await.unwrap();
        assert_eq!(page.status(), 404, "{path}");
    }
    let sign_in = reqwest::get(format!("{}/console/sign-in", app.url)).await;
    let sign_in = sign_in.unwrap().text().await.unwrap();
    assert!(!sign_in.contains("mailbox"), "{sign_in}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_written_with_what_it_tells_about_and_once_for_an_occasion(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let registry = app.app.registry.clone();
    // Given an operation that fails after it has written a mail: then there is none.
    let own = registry.clone();
    let failed = registry.db.write(move |tx| -> registry::Result<()> {
        let mail = Mail::new("erika@example.org".parse().unwrap(), invitation());
        mail::send(&own, tx, &mail)?;
        Err(registry::Error::NotPermitted)
    });
    failed.await.unwrap_err();
    assert!(mails(&app).await.is_empty());
    // Given an occasion that two processes notice: then there is one mail.
    for _ in 0..2 {
        let own = registry.clone();
        let noticed = registry.db.write(move |tx| {
            let mail = Mail::new("erika@example.org".parse().unwrap(), invitation());
            mail::send(&own, tx, &mail.once_for("licence/1/2026-06-01".to_owned()))
        });
        noticed.await.unwrap();
    }
    assert_eq!(mails(&app).await.len(), 1);
    // And an erased person's mail cannot be read any more.
    let person = uuid::Uuid::from_u128(7);
    let own = registry.clone();
    let erased = registry.db.write(move |tx| -> registry::Result<()> {
        let mail = Mail::new("erika@example.org".parse().unwrap(), invitation());
        mail::send(&own, tx, &mail.person(person))?;
        own.vault.destroy_owner(tx, person)?;
        Ok(())
    });
    erased.await.unwrap();
    let erased = &mails(&app).await[0];
    assert_eq!((&erased.recipient, &erased.letter), (&None, &None));
}
