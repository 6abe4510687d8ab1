//! The guard against the known ways around such guards.
#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn every_private_address_in_any_spelling_is_refused() {
    let guard = Guard::public_only();
    for host in [
        "127.0.0.1",
        "127.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "a.localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "0",
        "169.254.169.254",
        "10.1.2.3",
        "100.64.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fc00::1]",
        "[fd12::1]",
        "[fe80::1]",
        "[ff02::1]",
        "[64:ff9b::7f00:1]",
        "[100::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[3fff::1]",
        "[5f00::1]",
        "database",
        "printer.local",
        "metadata.google.internal",
    ] {
        let refusal = guard
            .check_url(&format!("https://{host}/hook"))
            .unwrap_err();
        assert!(
            matches!(
                refusal,
                GuardRefusal::Address(_) | GuardRefusal::HostName(_)
            ),
            "{host}: {refusal}"
        );
    }
}

#[test]
fn other_schemes_credentials_ports_and_nonsense_are_refused() {
    let guard = Guard::public_only();
    let refusal = |url: &str| guard.check_url(url).unwrap_err();
    assert_eq!(refusal("http://partner.example/"), GuardRefusal::PlainHttp);
    assert_eq!(refusal("http://93.184.216.34/"), GuardRefusal::PlainHttp);
    assert_eq!(refusal("ftp://partner.example/"), GuardRefusal::Scheme);
    assert_eq!(refusal("file:///etc/passwd"), GuardRefusal::Scheme);
    assert_eq!(refusal("gopher://partner.example/"), GuardRefusal::Scheme);
    assert_eq!(
        refusal("https://user@partner.example/"),
        GuardRefusal::UserInfo
    );
    assert_eq!(
        refusal("https://:pass@partner.example/"),
        GuardRefusal::UserInfo
    );
    assert_eq!(
        refusal("https://partner.example@127.0.0.1/"),
        GuardRefusal::UserInfo
    );
    assert_eq!(
        refusal("https://partner.example:25/"),
        GuardRefusal::Port(25)
    );
    assert_eq!(refusal("/hook"), GuardRefusal::Malformed);
    assert_eq!(refusal("https://"), GuardRefusal::Malformed);
    let long = format!("https://partner.example/{}", "a".repeat(2_048));
    assert_eq!(refusal(&long), GuardRefusal::TooLong);
}

#[test]
fn public_targets_pass() {
    let guard = Guard::public_only();
    for url in [
        "https://partner.example/hooks?from=network",
        "https://partner.example:8443/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1::1]/",
        "https://192.0.1.1/",
        "https://172.32.0.1/",
        "https://198.20.0.1/",
    ] {
        assert_eq!(guard.check_url(url), Ok(()), "{url}");
    }
}

#[test]
fn an_allow_list_opens_its_networks_only() {
    let guard = Guard::allowing(["127.0.0.0/8", "::1"]).unwrap();
    for url in [
        "http://127.0.0.1:8081/",
        "http://localhost:8081/",
        "http://[::1]:81/",
        "http://[::ffff:127.0.0.1]/",
        "https://127.0.0.1/",
    ] {
        assert_eq!(guard.check_url(url), Ok(()), "{url}");
    }
    assert!(guard.check_url("http://10.0.0.1/").is_err());
    assert!(guard.check_url("http://93.184.216.34/").is_err());
    assert!(Guard::allowing(["loopback"]).is_err());
}

#[tokio::test]
async fn the_resolver_drops_what_the_url_could_not_show() {
    let name = || "localhost".parse::<Name>().unwrap();
    assert!(
        Guard::public_only()
            .resolver()
            .resolve(name())
            .await
            .is_err()
    );
    let guard = Guard::allowing(["127.0.0.0/8"]).unwrap();
    let found: Vec<_> = guard
        .plain_resolver()
        .resolve(name())
        .await
        .unwrap()
        .collect();
    assert!(!found.is_empty() && found.iter().all(|socket| socket.ip().is_loopback()));
}
