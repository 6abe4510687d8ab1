//! The server on a real socket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::testing::settings;
use crate::{ClientIp, Server, Tls, frame};

/// A server that runs until it is told to stop.
pub(crate) struct Started {
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Started {
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

pub(crate) async fn started(router: Router) -> Started {
    start(router, None).await
}

async fn start(router: Router, tls: Option<Tls>) -> Started {
    // The client needs it even where no TLS is spoken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), tls.as_ref())
        .await
        .unwrap();
    let url = server.url();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        let _ = stopped.await;
    };
    let task = tokio::spawn(server.run(router, shutdown, Duration::from_secs(10)));
    Started { url, stop, task }
}

#[tokio::test]
async fn it_listens_on_a_free_port_and_knows_its_peers() {
    async fn peer(ClientIp(address): ClientIp) -> String {
        address.unwrap().to_string()
    }
    let server = started(frame(Router::new().route("/peer", get(peer)), settings())).await;

    let response = reqwest::get(format!("{}/peer", server.url)).await.unwrap();

    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.text().await.unwrap(), "127.0.0.1");
    server.stop().await;
}

#[tokio::test]
async fn a_request_under_way_is_finished_before_the_end() {
    static ARRIVED: Notify = Notify::const_new();
    static GO_ON: Notify = Notify::const_new();
    async fn slow() -> &'static str {
        ARRIVED.notify_one();
        GO_ON.notified().await;
        "done"
    }
    let server = started(frame(Router::new().route("/slow", get(slow)), settings())).await;
    let request = tokio::spawn(reqwest::get(format!("{}/slow", server.url)));
    ARRIVED.notified().await;

    let address = server.url.trim_start_matches("http://").to_owned();
    let stopping = tokio::spawn(server.stop());
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    GO_ON.notify_one();

    assert_eq!(
        request.await.unwrap().unwrap().text().await.unwrap(),
        "done"
    );
    stopping.await.unwrap();
}

#[tokio::test]
async fn it_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let tls = Tls {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    std::fs::write(&tls.certificate, certified.cert.pem()).unwrap();
    std::fs::write(&tls.key, certified.signing_key.serialize_pem()).unwrap();
    let hello = Router::new().route("/", get(|| async { "hello" }));
    let server = start(frame(hello, settings()), Some(tls)).await;
    assert!(server.url.starts_with("https://127.0.0.1:"));
    let root = reqwest::Certificate::from_der(certified.cert.der()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([root])
        .build()
        .unwrap();

    let url = server.url.replace("127.0.0.1", "localhost");
    let text = client.get(url).send().await.unwrap().text().await.unwrap();

    assert_eq!(text, "hello");
    server.stop().await;
}

#[tokio::test]
async fn a_missing_certificate_and_a_taken_port_are_errors() {
    let tls = Tls {
        certificate: "/nowhere/certificate.pem".into(),
        key: "/nowhere/key.pem".into(),
    };
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    assert!(Server::bind(any, Some(&tls)).await.is_err());
    let first = Server::bind(any, None).await.unwrap();
    assert!(Server::bind(first.address(), None).await.is_err());
}
