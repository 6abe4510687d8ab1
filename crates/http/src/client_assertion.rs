//! Client assertions (RFC 7521, RFC 7523): a client signs a short-lived JWT instead of sending a secret.
//!
//! Only the one shape that the token endpoint takes is read; three algorithms, each bound to its kind of key, so that nobody can
//! choose the one that suits a forgery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wire::clients::PublicKey;

/// `client_assertion_type` of a JWT.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Algorithms that are verified.
pub const ALGORITHMS: &[&str] = &["ES256", "EdDSA", "RS256"];
/// No honest assertion is longer.
const LONGEST: usize = 8 * 1024;
/// An assertion is made for one request; this is time enough for it to arrive.
const LONGEST_LIFE_S: u64 = 300;
/// Clocks are a little apart.
const LEEWAY_S: u64 = 30;

/// An assertion that is well-formed; nothing of it is believed yet.
pub(crate) struct Assertion {
    header: Header,
    claims: Claims,
    signed: String,
    signature: Vec<u8>,
}

/// What has to be remembered of an assertion that was believed, so that it is believed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedAssertion {
    /// SHA-256 of its `jti`.
    pub id_hash: [u8; 32],
    /// Afterwards it is refused for its age; seconds since the Unix epoch.
    pub expires_at: u64,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: u64,
    nbf: Option<u64>,
    iat: Option<u64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Assertion {
    /// Reads an assertion. None if it is not a JWT with the claims that RFC 7523 section 3 demands.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = json(header)?;
        if header.crit.is_some() {
            return None;
        }
        Some(Self {
            header,
            claims: json(claims)?,
            signed: signed.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The client that it says it comes from.
    pub(crate) fn client_id(&self) -> &str {
        &self.claims.sub
    }

    /// What to remember, if one of the keys has signed it for this endpoint and it is in its time.
    pub(crate) fn verify(
        &self,
        keys: &[PublicKey],
        endpoint: &str,
        now: u64,
    ) -> Option<UsedAssertion> {
        let claims = &self.claims;
        let is_meant = claims.aud.names(endpoint) && claims.iss == claims.sub;
        let is_named = !claims.jti.is_empty() && claims.jti.len() <= 255;
        if !is_meant || !is_named || !self.is_in_time(now) {
            return None;
        }
        keys.iter()
            .filter(|key| self.header.kid.as_ref().is_none_or(|kid| *kid == key.kid))
            .any(|key| self.is_signed_by(key))
            .then(|| UsedAssertion {
                id_hash: Sha256::digest(claims.jti.as_bytes()).into(),
                // It is refused from here on, leeway included.
                expires_at: claims.exp.saturating_add(LEEWAY_S),
            })
    }

    fn is_in_time(&self, now: u64) -> bool {
        let claims = &self.claims;
        let latest = now.saturating_add(LEEWAY_S);
        claims.exp.saturating_add(LEEWAY_S) > now
            && claims.exp <= latest.saturating_add(LONGEST_LIFE_S)
            && claims.nbf.is_none_or(|from| from <= latest)
            && claims.iat.is_none_or(|at| at <= latest)
    }

    fn is_signed_by(&self, key: &PublicKey) -> bool {
        let verified = match (self.header.alg.as_str(), key.kty.as_str()) {
            ("ES256", "EC") => self.is_signed_on_p256(key),
            // RFC 9864 names the curve; both names mean the same.
            ("EdDSA" | "Ed25519", "OKP") => self.is_signed_on_ed25519(key),
            ("RS256", "RSA") => self.is_signed_by_rsa(key),
            _ => None,
        };
        verified.is_some()
    }

    fn is_signed_on_p256(&self, key: &PublicKey) -> Option<()> {
        let mut point = vec![4];
        point.extend(decoded(&key.x)?);
        point.extend(decoded(&key.y)?);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(self.signed.as_bytes(), &self.signature)
            .ok()
    }

    fn is_signed_on_ed25519(&self, key: &PublicKey) -> Option<()> {
        UnparsedPublicKey::new(&ED25519, decoded(&key.x)?)
            .verify(self.signed.as_bytes(), &self.signature)
            .ok()
    }

    fn is_signed_by_rsa(&self, key: &PublicKey) -> Option<()> {
        let components = RsaPublicKeyComponents {
            n: decoded(&key.n)?,
            e: decoded(&key.e)?,
        };
        components
            .verify(
                &RSA_PKCS1_2048_8192_SHA256,
                self.signed.as_bytes(),
                &self.signature,
            )
            .ok()
    }
}

impl Audience {
    fn names(&self, endpoint: &str) -> bool {
        match self {
            Self::One(one) => one == endpoint,
            Self::Several(several) => several.iter().any(|one| one == endpoint),
        }
    }
}

fn json<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn decoded(member: &Option<String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(member.as_ref()?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};

    const ENDPOINT: &str = "https://network.example/oauth/token";
    const NOW: u64 = 1_000_000;

    fn encoded(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn key(kty: &str, kid: &str) -> PublicKey {
        PublicKey {
            kty: kty.to_owned(),
            kid: kid.to_owned(),
            crv: None,
            x: None,
            y: None,
            n: None,
            e: None,
        }
    }

    struct Signer {
        pair: Ed25519KeyPair,
    }

    impl Signer {
        fn new() -> Self {
            let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
            let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
            Self { pair }
        }

        fn key(&self) -> PublicKey {
            PublicKey {
                x: Some(encoded(self.pair.public_key())),
                ..key("OKP", "k1")
            }
        }

        fn sign(&self, header: &Value, claims: &Value) -> String {
            let signed = format!(
                "{}.{}",
                encoded(header.to_string()),
                encoded(claims.to_string())
            );
            let signature = encoded(self.pair.sign(signed.as_bytes()));
            format!("{signed}.{signature}")
        }
    }

    fn claims() -> Value {
        json!({"iss": "broker", "sub": "broker", "aud": ENDPOINT, "exp": NOW + 60, "jti": "j1"})
    }

    fn with(field: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[field] = value;
        claims
    }

    fn is_believed(text: &str, keys: &[PublicKey]) -> bool {
        let parsed = Assertion::parse(text);
        parsed.is_some_and(|one| one.verify(keys, ENDPOINT, NOW).is_some())
    }

    #[test]
    fn a_signed_assertion_is_believed_and_remembered_until_it_is_old() {
        let signer = Signer::new();
        let text = signer.sign(&json!({"alg": "EdDSA", "kid": "k1"}), &claims());
        let parsed = Assertion::parse(&text).unwrap();
        assert_eq!(parsed.client_id(), "broker");
        let used = parsed.verify(&[signer.key()], ENDPOINT, NOW).unwrap();
        assert_eq!(used.expires_at, NOW + 60 + LEEWAY_S);
        // Several audiences are as good, if one of them is this endpoint.
        let several = with("aud", json!(["https://elsewhere.example", ENDPOINT]));
        let text = signer.sign(&json!({"alg": "EdDSA"}), &several);
        assert!(is_believed(&text, &[signer.key()]));
    }

    #[test]
    fn whatever_is_not_as_it_should_be_is_not_believed() {
        let signer = Signer::new();
        let keys = [signer.key()];
        let header = json!({"alg": "EdDSA", "kid": "k1"});
        let good = signer.sign(&header, &claims());
        assert!(is_believed(&good, &keys));
        for wrong in [
            with("aud", json!("https://elsewhere.example")),
            with("iss", json!("somebody else")),
            with("exp", json!(NOW - LEEWAY_S)),
            with("exp", json!(NOW + LONGEST_LIFE_S + LEEWAY_S + 1)),
            with("exp", json!("soon")),
            with("exp", json!(null)),
            with("nbf", json!(NOW + LEEWAY_S + 1)),
            with("iat", json!(NOW + LEEWAY_S + 1)),
            with("jti", json!("")),
            with("jti", json!(null)),
        ] {
            assert!(
                !is_believed(&signer.sign(&header, &wrong), &keys),
                "{wrong}"
            );
        }
        for wrong in [
            json!({"alg": "none"}),
            json!({"alg": "HS256"}),
            json!({"alg": "ES256"}),
            json!({"alg": "EdDSA", "kid": "k2"}),
            json!({"alg": "EdDSA", "crit": ["b64"]}),
        ] {
            assert!(
                !is_believed(&signer.sign(&wrong, &claims()), &keys),
                "{wrong}"
            );
        }
        assert!(!is_believed(&good, &[Signer::new().key()]));
        assert!(!is_believed(&good, &[]));
        let unsigned = good.rsplit_once('.').unwrap().0;
        for malformed in [
            "",
            "a.b",
            "a.b.c",
            &format!("{unsigned}."),
            &"a".repeat(LONGEST + 1),
        ] {
            assert!(!is_believed(malformed, &keys));
        }
    }

    #[test]
    fn a_key_serves_its_own_algorithm_only() {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref();
        let p256 = PublicKey {
            x: Some(encoded(&point[1..33])),
            y: Some(encoded(&point[33..])),
            ..key("EC", "k1")
        };
        let sign = |alg: &str| {
            let header = json!({ "alg": alg }).to_string();
            let signed = format!("{}.{}", encoded(header), encoded(claims().to_string()));
            let signature = pair.sign(&random, signed.as_bytes()).unwrap();
            format!("{signed}.{}", encoded(signature))
        };
        assert!(is_believed(&sign("ES256"), std::slice::from_ref(&p256)));
        assert!(!is_believed(&sign("EdDSA"), std::slice::from_ref(&p256)));
        assert!(!is_believed(&sign("ES256"), &[Signer::new().key()]));
    }
}
