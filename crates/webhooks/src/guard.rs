//! The guard against server-side request forgery: a partner chooses the URL, so it must not choose one inside our network.
//!
//! Two checks together close the gap: the URL itself (reqwest never asks a resolver about an address literal), and the
//! addresses that a name resolves to, at the moment of connecting (a name checked earlier may point elsewhere by then).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

const LONGEST_URL: usize = 2_048;

/// Which addresses a webhook may go to: public ones, and the networks that the operator allows.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allowed: Arc<[IpNet]>,
}

/// Why a URL is refused. The text is made for the person who registers it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardRefusal {
    /// Not an absolute URL.
    #[error("this is not an absolute URL")]
    Malformed,
    /// Longer than 2048 bytes.
    #[error("a URL has at most {LONGEST_URL} characters")]
    TooLong,
    /// Neither https nor http.
    #[error("the scheme must be https")]
    Scheme,
    /// http outside the allowed networks.
    #[error("the scheme must be https; http is accepted for allow-listed networks only")]
    PlainHttp,
    /// Credentials in the URL would end in logs.
    #[error("the URL must not contain a user name or password")]
    UserInfo,
    /// A port that belongs to another service.
    #[error("port {0} is not accepted; use 443 or a port from 1024")]
    Port(u16),
    /// An address that is not public.
    #[error("the address {0} is not public")]
    Address(IpAddr),
    /// A name that never is public.
    #[error("the host name {0} is not public")]
    HostName(String),
}

/// A network in the configuration that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a network; write 10.0.0.0/8, fd00::/8 or a single address")]
pub struct NetworkRefusal(pub String);

impl Guard {
    /// Public addresses only.
    pub fn public_only() -> Guard {
        Guard::default()
    }

    /// Public addresses and the named networks (`10.1.0.0/16`, `fd00::/8`, `127.0.0.1`), for which http is accepted too.
    pub fn allowing<'a>(
        networks: impl IntoIterator<Item = &'a str>,
    ) -> Result<Guard, NetworkRefusal> {
        let parse = |text: &str| {
            let network = text.parse::<IpNet>();
            network
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| NetworkRefusal(text.to_owned()))
        };
        let allowed = networks
            .into_iter()
            .map(parse)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Guard {
            allowed: allowed.into(),
        })
    }

    /// Checks everything that can be known without asking a name server; the rest is checked at each delivery.
    pub fn check_url(&self, url: &str) -> Result<(), GuardRefusal> {
        if url.len() > LONGEST_URL {
            return Err(GuardRefusal::TooLong);
        }
        self.check(&Url::parse(url).map_err(|_| GuardRefusal::Malformed)?)
    }

    pub(crate) fn check(&self, url: &Url) -> Result<(), GuardRefusal> {
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(GuardRefusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(GuardRefusal::UserInfo);
        }
        match url.host().ok_or(GuardRefusal::Malformed)? {
            Host::Ipv4(address) => self.check_address(address.into(), plain, url)?,
            Host::Ipv6(address) => self.check_address(address.into(), plain, url)?,
            Host::Domain(name) => self.check_name(name, plain, url)?,
        }
        Ok(())
    }

    fn check_address(&self, address: IpAddr, plain: bool, url: &Url) -> Result<(), GuardRefusal> {
        if self.is_allowed(address) {
            return Ok(());
        }
        if !is_public(address) {
            return Err(GuardRefusal::Address(address));
        }
        if plain {
            return Err(GuardRefusal::PlainHttp);
        }
        check_port(url)
    }

    fn check_name(&self, name: &str, plain: bool, url: &Url) -> Result<(), GuardRefusal> {
        let name = name.trim_end_matches('.');
        if name == "localhost" || name.ends_with(".localhost") {
            let loopback = [
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            ];
            return if loopback.into_iter().any(|address| self.is_allowed(address)) {
                Ok(())
            } else {
                Err(GuardRefusal::HostName(name.to_owned()))
            };
        }
        // With an allow-list, only the resolver can tell whether an inner name belongs to it.
        if self.allowed.is_empty() {
            if is_inner_name(name) {
                return Err(GuardRefusal::HostName(name.to_owned()));
            }
            if plain {
                return Err(GuardRefusal::PlainHttp);
            }
        }
        check_port(url)
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed
            .iter()
            .any(|network| network.contains(&address))
    }

    /// The resolver for https: public and allowed addresses.
    pub(crate) fn resolver(&self) -> GuardedResolver {
        GuardedResolver {
            guard: self.clone(),
            reach: Reach::PublicAndAllowed,
        }
    }

    /// The resolver for http: allowed addresses only, since anybody on the way could read what goes to a public one.
    pub(crate) fn plain_resolver(&self) -> GuardedResolver {
        GuardedResolver {
            guard: self.clone(),
            reach: Reach::AllowedOnly,
        }
    }
}

/// A name resolver that leaves out the addresses which the guard refuses.
pub(crate) struct GuardedResolver {
    guard: Guard,
    reach: Reach,
}

#[derive(Clone, Copy)]
enum Reach {
    PublicAndAllowed,
    AllowedOnly,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, reach) = (self.guard.clone(), self.reach);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let permitted: Vec<SocketAddr> = found
                .filter(|socket| match reach {
                    Reach::PublicAndAllowed => {
                        guard.is_allowed(socket.ip()) || is_public(socket.ip())
                    }
                    Reach::AllowedOnly => guard.is_allowed(socket.ip()),
                })
                .collect();
            if permitted.is_empty() {
                let text = format!("no address of {} may be contacted", name.as_str());
                return Err(text.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// Below 1024 live mail, files and remote shells, whose parsers a forged request could reach.
fn check_port(url: &Url) -> Result<(), GuardRefusal> {
    match url.port() {
        Some(port) if port < 1024 && port != 443 && port != 80 => Err(GuardRefusal::Port(port)),
        _ => Ok(()),
    }
}

fn is_inner_name(name: &str) -> bool {
    const INNER: [&str; 6] = [
        ".local",
        ".internal",
        ".intranet",
        ".lan",
        ".home.arpa",
        ".onion",
    ];
    !name.contains('.') || INNER.iter().any(|suffix| name.ends_with(suffix))
}

/// Whether an address is one of the public internet's.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special-purpose registry of RFC 6890 and its successors, as ranges of the leading bits.
fn is_public_v4(address: Ipv4Addr) -> bool {
    const REFUSED: [([u8; 4], u32); 16] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 31, 196, 0], 24),
        ([192, 52, 193, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        // Multicast, reserved and broadcast: everything from 224 up.
        ([224, 0, 0, 0], 3),
    ];
    let bits = u32::from(address);
    !REFUSED
        .iter()
        .any(|(network, prefix)| (bits ^ u32::from(Ipv4Addr::from(*network))) >> (32 - prefix) == 0)
}

/// Only 2000::/3 is handed out; of it, protocol assignments, documentation and 6to4 are not public either.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let inside = |network: Ipv6Addr, prefix: u32| {
        (u128::from(address) ^ u128::from(network)) >> (128 - prefix) == 0
    };
    let v6 = |a, b, c| Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0);
    inside(v6(0x2000, 0, 0), 3)
        && !inside(v6(0x2001, 0, 0), 23)
        && !inside(v6(0x2001, 0x0db8, 0), 32)
        && !inside(v6(0x2002, 0, 0), 16)
        && !inside(v6(0x2620, 0x004f, 0x8000), 48)
        && !inside(v6(0x3fff, 0, 0), 20)
}

#[cfg(test)]
mod tests;
