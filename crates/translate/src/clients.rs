//! Credentials: what is asked for, and what a public key must be.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{FieldCode, FieldErrors, Timestamp};
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use wire::clients::{ClientCreate, Jwk, PublicKey};

/// Bits of an RSA modulus that are taken: fewer are too weak, more cost the network too much.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// More networks than this are no list but a hole.
const NETWORKS: usize = 50;

/// What is asked for a new client, beside for whom it is.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// In CIDR notation.
    pub allowed_networks: Vec<String>,
    /// From here on it is refused.
    pub expires_at: Option<Timestamp>,
    /// Instead of a secret.
    pub public_key: Option<PublicKey>,
}

/// Reads what is asked for a new client.
///
/// # Errors
/// The fields that are not as they should be.
pub fn wanted(body: &ClientCreate, now: Timestamp) -> Result<Wanted, FieldErrors> {
    let mut errors = FieldErrors::new();
    domain::text::check_text(&mut errors, "name", &body.name);
    let expires_at: Option<Timestamp> =
        errors.parse_optional("expires_at", body.expires_at.as_deref());
    if expires_at.is_some_and(|end| end <= now) {
        errors.push(
            "expires_at",
            FieldCode::OutOfRange,
            "The client would be refused from the start.",
        );
    }
    let networks = body.allowed_networks.as_deref().unwrap_or_default();
    let allowed_networks = self::networks(&mut errors, networks);
    let public_key = match body
        .public_key
        .as_ref()
        .map(|key| public_key("public_key", key))
    {
        None => None,
        Some(Ok(key)) => Some(key),
        Some(Err(wrong)) => {
            errors.extend(wrong);
            None
        }
    };
    errors.into_result(Some(Wanted {
        allowed_networks,
        expires_at,
        public_key,
    }))
}

fn networks(errors: &mut FieldErrors, given: &[String]) -> Vec<String> {
    if given.len() > NETWORKS {
        errors.push(
            "allowed_networks",
            FieldCode::TooLong,
            format!("At most {NETWORKS} networks are kept."),
        );
    }
    let mut networks = Vec::new();
    for (index, text) in given.iter().enumerate() {
        let network = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        match network {
            Ok(network) => networks.push(network.trunc().to_string()),
            Err(_) => errors.push(
                format!("allowed_networks[{index}]"),
                FieldCode::InvalidFormat,
                "This is a network such as 192.0.2.0/24, or an address.",
            ),
        }
    }
    networks
}

/// Reads a public key; `place` is its path in the body.
///
/// # Errors
/// The fields that are not as they should be.
pub fn public_key(place: &str, jwk: &Jwk) -> Result<PublicKey, FieldErrors> {
    let mut errors = FieldErrors::new();
    let field = |name: &str| format!("{place}.{name}");
    if jwk.d.is_some() {
        errors.push(
            field("d"),
            FieldCode::UnknownValue,
            "This is the private part. Make a new key, since this one has been sent, and send its public part only.",
        );
    }
    if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
        errors.push(
            field("use"),
            FieldCode::UnknownValue,
            "The key signs: leave this out or set it to sig.",
        );
    }
    let algorithm = match jwk.kty.as_str() {
        "EC" => {
            curve(&mut errors, place, jwk, "P-256");
            point(&mut errors, &field("x"), jwk.x.as_deref());
            point(&mut errors, &field("y"), jwk.y.as_deref());
            "ES256"
        }
        "OKP" => {
            curve(&mut errors, place, jwk, "Ed25519");
            point(&mut errors, &field("x"), jwk.x.as_deref());
            "EdDSA"
        }
        "RSA" => {
            modulus(&mut errors, &field("n"), jwk.n.as_deref());
            exponent(&mut errors, &field("e"), jwk.e.as_deref());
            "RS256"
        }
        _ => {
            errors.push(
                field("kty"),
                FieldCode::UnknownValue,
                "This is one of EC, OKP, RSA.",
            );
            return Err(errors);
        }
    };
    if jwk.alg.as_deref().is_some_and(|given| given != algorithm) {
        errors.push(
            field("alg"),
            FieldCode::UnknownValue,
            format!("A key of this kind signs by {algorithm}."),
        );
    }
    if let Some(kid) = &jwk.kid {
        domain::text::check_text(&mut errors, &field("kid"), kid);
    }
    let is_rsa = jwk.kty == "RSA";
    let key = PublicKey {
        kty: jwk.kty.clone(),
        kid: jwk.kid.clone().unwrap_or_else(|| thumbprint(jwk)),
        crv: (!is_rsa).then(|| jwk.crv.clone()).flatten(),
        x: (!is_rsa).then(|| jwk.x.clone()).flatten(),
        y: (jwk.kty == "EC").then(|| jwk.y.clone()).flatten(),
        n: is_rsa.then(|| jwk.n.clone()).flatten(),
        e: is_rsa.then(|| jwk.e.clone()).flatten(),
    };
    errors.into_result(Some(key))
}

fn curve(errors: &mut FieldErrors, place: &str, jwk: &Jwk, wanted: &str) {
    if jwk.crv.as_deref() != Some(wanted) {
        errors.push(
            format!("{place}.crv"),
            FieldCode::UnknownValue,
            format!("The curve of a key of this kind is {wanted}."),
        );
    }
}

fn point(errors: &mut FieldErrors, field: &str, text: Option<&str>) {
    if let Some(bytes) = bytes(errors, field, text)
        && bytes.len() != 32
    {
        errors.push(field, FieldCode::InvalidFormat, "These are 32 bytes.");
    }
}

fn modulus(errors: &mut FieldErrors, field: &str, text: Option<&str>) {
    let Some(bytes) = bytes(errors, field, text) else {
        return;
    };
    let first = bytes.first().copied().unwrap_or_default();
    let bits = (bytes.len() * 8).saturating_sub(first.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        errors.push(
            field,
            FieldCode::OutOfRange,
            "An RSA key has 2048 to 4096 bits.",
        );
    }
}

fn exponent(errors: &mut FieldErrors, field: &str, text: Option<&str>) {
    if let Some(bytes) = bytes(errors, field, text)
        && bytes != [1, 0, 1]
    {
        errors.push(
            field,
            FieldCode::OutOfRange,
            "The exponent is AQAB (65537).",
        );
    }
}

fn bytes(errors: &mut FieldErrors, field: &str, text: Option<&str>) -> Option<Vec<u8>> {
    let Some(text) = text else {
        errors.missing(field);
        return None;
    };
    let decoded = URL_SAFE_NO_PAD.decode(text).ok();
    if decoded.is_none() {
        errors.push(
            field,
            FieldCode::InvalidFormat,
            "This is base64url without padding.",
        );
    }
    decoded
}

/// RFC 7638: the required members in the order of the alphabet.
fn thumbprint(jwk: &Jwk) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let canonical = match jwk.kty.as_str() {
        "EC" => format!(
            r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
            text(&jwk.crv),
            text(&jwk.x),
            text(&jwk.y)
        ),
        "OKP" => format!(
            r#"{{"crv":"{}","kty":"OKP","x":"{}"}}"#,
            text(&jwk.crv),
            text(&jwk.x)
        ),
        _ => format!(
            r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
            text(&jwk.e),
            text(&jwk.n)
        ),
    };
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The example of RFC 8037, appendix A.2 and A.3.
    fn ed25519() -> Jwk {
        Jwk {
            kty: "OKP".to_owned(),
            crv: Some("Ed25519".to_owned()),
            x: Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()),
            ..Jwk::default()
        }
    }

    fn fields(jwk: &Jwk) -> Vec<String> {
        let errors = public_key("public_key", jwk).unwrap_err().into_vec();
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_key_without_a_name_is_named_by_its_thumbprint() {
        let key = public_key("public_key", &ed25519()).unwrap();
        assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key.y, None);
    }

    #[test]
    fn the_private_part_is_refused() {
        let private = Jwk {
            d: Some("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A".to_owned()),
            ..ed25519()
        };
        assert_eq!(fields(&private), ["public_key.d"]);
    }

    #[test]
    fn every_wrong_member_is_named() {
        let wrong = |change: fn(&mut Jwk)| {
            let mut jwk = ed25519();
            change(&mut jwk);
            fields(&jwk)
        };
        assert_eq!(wrong(|jwk| jwk.kty = "oct".to_owned()), ["public_key.kty"]);
        assert_eq!(wrong(|jwk| jwk.crv = None), ["public_key.crv"]);
        assert_eq!(wrong(|jwk| jwk.x = None), ["public_key.x"]);
        assert_eq!(wrong(|jwk| jwk.x = Some("AQ".to_owned())), ["public_key.x"]);
        assert_eq!(wrong(|jwk| jwk.x = Some("+/".to_owned())), ["public_key.x"]);
        let other = wrong(|jwk| jwk.alg = Some("RS256".to_owned()));
        assert_eq!(other, ["public_key.alg"]);
        let rsa = Jwk {
            kty: "RSA".to_owned(),
            n: Some(URL_SAFE_NO_PAD.encode([255; 128])),
            e: Some("Aw".to_owned()),
            ..Jwk::default()
        };
        assert_eq!(fields(&rsa), ["public_key.n", "public_key.e"]);
    }
}
