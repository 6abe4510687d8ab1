//! Everything has a limit: requests per client, and the time of one.

use std::num::NonZeroU32;

use futures_util::future::join_all;
use reqwest::Method;
use rstest::rstest;
use testkit::{Backend, Setup};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_too_often_is_told_when_to_come_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a server that takes five requests at once from each client, then one a second.
    let limit = |config: &mut cashlink::config::Config| {
        config.limits.requests_per_second = NonZeroU32::new(1);
        config.limits.burst = NonZeroU32::new(5);
    };
    let app = Setup::new(backend).config(limit).start().await;
    let (hasty, other) = (app.partner(0).await, app.partner(1).await);

    // When one asks twenty times.
    let replies = join_all((0..20).map(|_| hasty.api.get("products/"))).await;

    // Then it is held back with the time to wait, and others are not.
    let refused: Vec<_> = replies
        .into_iter()
        .filter(|reply| reply.status != 200)
        .collect();
    assert!(refused.len() >= 10, "{} were refused", refused.len());
    for reply in refused {
        let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!(wait >= 1);
        assert_eq!(reply.refused("rate_limited")["retry_after_s"], wait);
    }
    other.api.get("products/").await.expect(200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_ends(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a server that waits for a second, and a client that never ends its body.
    let app = Setup::new(backend)
        .config(|config| config.limits.timeout_s = 1)
        .start()
        .await;
    let api = app.partner(0).await.api;
    let endless = api
        .call(Method::POST, "investors/")
        .endless("application/json");
    endless.send().await.refused("request_timeout");
    assert_eq!(api.get("investors/").await.expect(200)["count"], 0);
}
