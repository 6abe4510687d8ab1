//! What a wallet signs to sign in (EIP-4361).

use crate::{Address, Timestamp};

/// What the holder says by signing.
pub const STATEMENT: &str = "Show me what the register says about the holdings of this wallet.";

/// A request to sign in. It is good for one server, once, until it expires; it moves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInMessage {
    /// Host, and port if it is not the usual one, of the page that asks.
    pub domain: String,
    /// The wallet.
    pub address: Address,
    /// The page that asks.
    pub uri: String,
    /// The network of the wallet (EIP-155).
    pub chain_id: u64,
    /// At least eight letters and digits, good once.
    pub nonce: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// From then on it is good no more.
    pub expires_at: Timestamp,
}

impl SignInMessage {
    /// The text that the wallet shows and signs.
    #[must_use]
    pub fn text(&self) -> String {
        let Self {
            domain,
            address,
            uri,
            chain_id,
            nonce,
            issued_at,
            expires_at,
        } = self;
        format!(
            "{domain} wants you to sign in with your Ethereum account:\n{address}\n\n{STATEMENT}\n\n\
             URI: {uri}\nVersion: 1\nChain ID: {chain_id}\nNonce: {nonce}\n\
             Issued At: {issued_at}\nExpiration Time: {expires_at}"
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_the_lines_of_the_standard() {
        let message = SignInMessage {
            domain: "register.example".to_owned(),
            address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
                .parse()
                .unwrap(),
            uri: "https://register.example/holder".to_owned(),
            chain_id: 1,
            nonce: "32891757".to_owned(),
            issued_at: Timestamp::parse("2026-11-22T15:00:00Z").unwrap(),
            expires_at: Timestamp::parse("2026-11-22T15:10:00Z").unwrap(),
        };
        let lines = [
            "register.example wants you to sign in with your Ethereum account:",
            "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
            "",
            STATEMENT,
            "",
            "URI: https://register.example/holder",
            "Version: 1",
            "Chain ID: 1",
            "Nonce: 32891757",
            "Issued At: 2026-11-22T15:00:00.000000Z",
            "Expiration Time: 2026-11-22T15:10:00.000000Z",
        ];
        assert_eq!(message.text(), lines.join("\n"));
    }
}
