//! A key that never leaves its hardware: PKCS#11, spoken to a library of the hardware's maker that is opened at run time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use domain::Address;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Signer, SignerError, address_of};

/// secp256k1 by its object identifier, 1.3.132.0.10, in DER.
const SECP256K1: [u8; 7] = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
/// DER's beginning of an octet string of 65 bytes, into which most put the point.
const OCTETS: [u8; 2] = [0x04, 0x41];
/// A signature takes milliseconds, over a network some more.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a key is named on its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// `CKA_LABEL`.
    Label(String),
    /// `CKA_ID`.
    Id(Vec<u8>),
}

/// Where a key is and who may use it.
pub struct TokenPlace {
    /// The maker's library.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The key pair on it; private and public key have the same name.
    pub key: KeyName,
    /// The user's PIN.
    pub pin: AuthPin,
}

/// A key on a token. One signature at a time, which is how tokens work.
pub struct TokenKey {
    address: Address,
    line: Arc<Mutex<Line>>,
}

/// What leads to the token. Sessions end without our doing; then another one is opened.
struct Line {
    place: TokenPlace,
    open: Option<Open>,
    /// Each wrong PIN brings the token closer to locking itself, so that one is said once.
    is_pin_wrong: bool,
}

struct Open {
    session: Session,
    key: ObjectHandle,
    address: Address,
}

impl TokenKey {
    /// Finds the key and its account.
    ///
    /// # Errors
    /// `pkcs11_module`, `pkcs11_token`, `pkcs11_pin`, `pkcs11_key`, `other_curve`, `pkcs11_failed`.
    pub async fn open(place: TokenPlace) -> Result<Self, SignerError> {
        let mut line = Line {
            place,
            open: None,
            is_pin_wrong: false,
        };
        let (line, address) = blocking(move || {
            let address = line.opened().map(|open| open.address);
            (line, address)
        })
        .await?;
        Ok(Self {
            address: address?,
            line: Arc::new(Mutex::new(line)),
        })
    }
}

#[async_trait]
impl Signer for TokenKey {
    fn address(&self) -> Address {
        self.address
    }

    async fn sign(&self, digest: [u8; 32]) -> Result<[u8; 64], SignerError> {
        // A token that hangs keeps its line, and the next in it do not become threads that hang too.
        let line = timeout(PATIENCE, self.line.clone().lock_owned()).await;
        let mut line = line.map_err(|_| silent())?;
        let address = self.address;
        blocking(move || line.sign(address, &digest)).await?
    }
}

impl Line {
    fn sign(&mut self, account: Address, digest: &[u8; 32]) -> Result<[u8; 64], SignerError> {
        let was_open = self.open.is_some();
        match self.sign_once(account, digest) {
            // The session may be one from before the token was away.
            Err(error) if was_open => {
                tracing::warn!(
                    "the session with token {} is opened anew: {error}",
                    self.place.token
                );
                self.open = None;
                self.sign_once(account, digest)
            }
            signed => signed,
        }
    }

    fn sign_once(&mut self, account: Address, digest: &[u8; 32]) -> Result<[u8; 64], SignerError> {
        let open = self.opened()?;
        if open.address != account {
            let reason = format!("the key is another one than before, of {}", open.address);
            self.open = None;
            return Err(SignerError::new("pkcs11_key", reason));
        }
        let signed = open.session.sign(&Mechanism::Ecdsa, open.key, digest);
        let signed = signed.inspect_err(|_| self.open = None).map_err(failed)?;
        signed.try_into().map_err(|_| {
            SignerError::new(
                "signature_malformed",
                "what the token signed has not 64 bytes",
            )
        })
    }

    fn opened(&mut self) -> Result<&Open, SignerError> {
        if self.open.is_none() {
            self.open = Some(self.enter()?);
        }
        Ok(self.open.as_ref().expect("it was opened above"))
    }

    fn enter(&mut self) -> Result<Open, SignerError> {
        if self.is_pin_wrong {
            return Err(wrong_pin(&self.place.token));
        }
        let session = self.session()?;
        match session.login(UserType::User, Some(&self.place.pin)) {
            // The other office's key may be on the same token.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(Error::Pkcs11(
                RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinLocked
                | RvError::PinExpired,
                _,
            )) => {
                self.is_pin_wrong = true;
                return Err(wrong_pin(&self.place.token));
            }
            Err(error) => return Err(failed(error)),
        }
        let key = self.only(&session, ObjectClass::PRIVATE_KEY)?;
        let public = self.only(&session, ObjectClass::PUBLIC_KEY)?;
        let address = account(&session, public)?;
        Ok(Open {
            session,
            key,
            address,
        })
    }

    fn session(&self) -> Result<Session, SignerError> {
        let TokenPlace { module, token, .. } = &self.place;
        let library = Pkcs11::new(module).map_err(|error| {
            SignerError::new(
                "pkcs11_module",
                format!("{} is no module of PKCS#11: {error}", module.display()),
            )
        })?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another key of ours came first.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(failed(error)),
        }
        let slots = library.get_slots_with_initialized_token().map_err(failed)?;
        let slot = slots.into_iter().find(|slot| {
            let found = library.get_token_info(*slot);
            found.is_ok_and(|found| found.label().trim_end() == token)
        });
        let slot = slot.ok_or_else(|| {
            SignerError::new(
                "pkcs11_token",
                format!("no token with the label {token} is there"),
            )
        })?;
        library.open_ro_session(slot).map_err(failed)
    }

    /// The one key of a kind with the name of the configuration.
    fn only(&self, session: &Session, class: ObjectClass) -> Result<ObjectHandle, SignerError> {
        let (name, shown) = match &self.place.key {
            KeyName::Label(label) => (
                Attribute::Label(label.clone().into_bytes()),
                format!("label {label}"),
            ),
            KeyName::Id(id) => (Attribute::Id(id.clone()), format!("id {}", hex::encode(id))),
        };
        let found = session.find_objects(&[Attribute::Class(class), name]);
        match found.map_err(failed)?.as_slice() {
            [one] => Ok(*one),
            several => Err(SignerError::new(
                "pkcs11_key",
                format!(
                    "token {} has {} objects of class {class} with the {shown} instead of one",
                    self.place.token,
                    several.len()
                ),
            )),
        }
    }
}

fn account(session: &Session, public: ObjectHandle) -> Result<Address, SignerError> {
    let asked = [
        AttributeType::KeyType,
        AttributeType::EcParams,
        AttributeType::EcPoint,
    ];
    let (mut is_ec, mut is_curve, mut point) = (false, false, Vec::new());
    for attribute in session.get_attributes(public, &asked).map_err(failed)? {
        match attribute {
            Attribute::KeyType(kind) => is_ec = kind == KeyType::EC,
            Attribute::EcParams(curve) => is_curve = curve == SECP256K1,
            Attribute::EcPoint(bytes) => point = bytes,
            _ => {}
        }
    }
    if !is_ec || !is_curve {
        return Err(SignerError::new(
            "other_curve",
            "the token's key is no key of secp256k1",
        ));
    }
    // A bare point begins with 04 too, so that its length has to tell.
    let is_wrapped = point.len() == 67 && point.starts_with(&OCTETS);
    address_of(if is_wrapped { &point[2..] } else { &point })
}

/// The library may block for as long as it likes, so it gets a thread for blocking.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, SignerError> {
    match timeout(PATIENCE, spawn_blocking(work)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(SignerError::new("pkcs11_failed", error.to_string())),
        Err(_) => Err(silent()),
    }
}

fn silent() -> SignerError {
    SignerError::new(
        "pkcs11_failed",
        format!("the token gives no answer within {} s", PATIENCE.as_secs()),
    )
}

fn wrong_pin(token: &str) -> SignerError {
    SignerError::new(
        "pkcs11_pin",
        format!(
            "token {token} does not take the PIN; it is not said again before the next start, so that the token does not lock itself"
        ),
    )
}

/// The first sentence of what the library says.
fn failed(error: Error) -> SignerError {
    let text = error.to_string();
    let first = text.split(".  ").next().unwrap_or(&text);
    SignerError::new("pkcs11_failed", first)
}
