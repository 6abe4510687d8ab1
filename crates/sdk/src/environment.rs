//! Where an environment is, who calls it, and the limits of a client.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::Error;

/// What a partner is given for an asset, beside its campaign.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment {
    /// The environment's URL in any of the published spellings: `…/api/external`, `…/api/external/distributor`,
    /// `…/api/external/distributor/v2`, or `…/api/external/v2` for a server of the older generation, which knows no prefix.
    pub url: String,
    /// OAuth 2.0 client ID.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

impl fmt::Debug for Environment {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("url", &self.url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The scopes of a distributor as the guides ask for them.
pub const DISTRIBUTOR_SCOPES: &str =
    "investors:write investors:read investments:write investments:read documents:write";
/// The scopes of an issuer as the guides ask for them.
pub const ISSUER_SCOPES: &str =
    "products:read products:write issuers:read issuers:write documents:write investments:read";

/// The limits of a client, each with a default that suits a server on the internet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long a connection may take to come about: 10 s.
    pub connect_timeout: Duration,
    /// How long one attempt may take, its answer included: 30 s.
    pub attempt_timeout: Duration,
    /// How long a call may take with all its repeats and pauses: 120 s.
    pub call_timeout: Duration,
    /// Attempts of one call: 5.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles from there, and up to all of it is random: 250 ms.
    pub first_pause: Duration,
    /// The longest pause, also when the server asks for a longer one: then the call ends and tells it. 20 s.
    pub longest_pause: Duration,
    /// The largest answer that is read: 16 MiB.
    pub largest_answer_bytes: usize,
    /// The scopes to ask for, space separated. None: all that the client is granted; a server that insists on scopes is asked for those
    /// of the guides.
    pub scope: Option<String>,
    /// The token endpoint. None: `oauth/token` below the URL without its prefix, then below the URL as it is.
    pub token_url: Option<String>,
    /// Names the calling program in `User-Agent`.
    pub user_agent: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(120),
            attempts: 5,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(20),
            largest_answer_bytes: 16 << 20,
            scope: None,
            token_url: None,
            user_agent: concat!("cashlink-sdk/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// The addresses that follow from an environment's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// `{base}/distributor/v2/`, or `{base}/v2/` of the older generation.
    pub(crate) distributor: Url,
    /// `{base}/issuer/v2/`.
    pub(crate) issuer: Url,
    /// Where tokens may be, in the order in which to look.
    pub(crate) tokens: Vec<Url>,
    /// The scopes of the guides for this kind of client.
    pub(crate) published_scopes: &'static str,
}

impl Addresses {
    pub(crate) fn of(url: &str, token_url: Option<&str>) -> Result<Self, Error> {
        let given = parse(url)?.trim_end_matches('/').to_owned();
        let (bare, versioned) = match given.strip_suffix("/v2") {
            Some(bare) => (bare, true),
            None => (given.as_str(), false),
        };
        let (base, prefix) = match bare.rsplit_once('/') {
            Some((base, prefix @ ("distributor" | "issuer"))) => (base, Some(prefix)),
            _ => (bare, None),
        };
        let distributor = match prefix {
            // Only the older generation has its version right below the base.
            None if versioned => format!("{base}/v2/"),
            _ => format!("{base}/distributor/v2/"),
        };
        let tokens = match token_url {
            Some(url) => vec![parse(url)?],
            None => {
                let mut places = vec![parse(&format!("{base}/oauth/token"))?];
                // One page of the guides has it there.
                if prefix.is_some() {
                    places.push(parse(&format!("{bare}/oauth/token"))?);
                }
                places
            }
        };
        Ok(Self {
            distributor: absolute(&distributor)?,
            issuer: absolute(&format!("{base}/issuer/v2/"))?,
            tokens: tokens
                .iter()
                .map(|url| absolute(url))
                .collect::<Result<_, _>>()?,
            published_scopes: match prefix {
                Some("issuer") => ISSUER_SCOPES,
                _ => DISTRIBUTOR_SCOPES,
            },
        })
    }
}

/// The address in its normal form; only what HTTP can reach.
fn parse(url: &str) -> Result<String, Error> {
    absolute(url).map(String::from)
}

fn absolute(url: &str) -> Result<Url, Error> {
    let refused = |why: &str| Error::Settings(format!("{url}: {why}"));
    let parsed = Url::parse(url).map_err(|error| refused(&error.to_string()))?;
    if !matches!(parsed.scheme(), "https" | "http") {
        return Err(refused("an address begins with https:// or http://"));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(refused("the address of an environment ends with its path"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(refused("credentials do not belong into the address"));
    }
    Ok(parsed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const BASE: &str = "https://demo.cashlink.de/api/external";

    fn of(path: &str) -> Addresses {
        Addresses::of(&format!("{BASE}{path}"), None).unwrap()
    }

    #[test]
    fn every_published_spelling_leads_to_the_same_place() {
        for path in [
            "",
            "/",
            "/distributor",
            "/distributor/",
            "/distributor/v2",
            "/distributor/v2/",
        ] {
            let addresses = of(path);
            assert_eq!(
                addresses.distributor.as_str(),
                format!("{BASE}/distributor/v2/")
            );
            assert_eq!(addresses.issuer.as_str(), format!("{BASE}/issuer/v2/"));
            assert_eq!(addresses.tokens[0].as_str(), format!("{BASE}/oauth/token"));
        }
        assert_eq!(of("/v2").distributor.as_str(), format!("{BASE}/v2/"));
        assert_eq!(of("/v2").tokens[0].as_str(), format!("{BASE}/oauth/token"));
        assert_eq!(
            of("/distributor").tokens[1].as_str(),
            format!("{BASE}/distributor/oauth/token")
        );
        assert_eq!(of("").tokens.len(), 1);
        assert_eq!(of("/issuer").published_scopes, ISSUER_SCOPES);
    }

    #[test]
    fn what_is_no_environment_is_refused_at_once() {
        for url in [
            "demo.cashlink.de",
            "ftp://demo.cashlink.de/",
            "https://id:secret@demo.cashlink.de/",
            "https://demo.cashlink.de/?environment=art",
        ] {
            assert!(Addresses::of(url, None).is_err(), "{url}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let environment = Environment {
            url: BASE.to_owned(),
            client_id: "id".to_owned(),
            client_secret: "hunter2".to_owned(),
        };
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}
