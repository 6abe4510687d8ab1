//! Why a register refuses an instruction: the closed list, each with its words and its source. Documents call the first nineteen
//! R01 to R19.

use crate::UnknownCode;

// A macro against the rule of the house, as for the catalogue of problems: so that a code is one line, and list, names and texts cannot
// fall apart.
macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $source:literal, $sentence:literal;)*) => {
        /// Why a register refuses an instruction.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum InstructionRefusal {
            $($(#[$doc])* $variant,)*
        }

        impl InstructionRefusal {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Where the rule comes from.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Self::$variant => $source,)* }
            }

            /// A sentence for a person that says what would be right.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }
        }
    };
}

refusals! {
    /// One of the two sides has not agreed.
    NoAgreement = "r01_no_agreement", "§ 25(1) eWpG", "Both sides have to agree: the recipient's wallet has to let transfers come in (receiving_enabled).";
    /// Nobody entitled has instructed.
    NoInstruction = "r02_no_instruction", "§ 18(1) eWpG", "The holder has to instruct: sign with the key of the wallet that the units leave, and send nonce, deadline and signature.";
    /// The instruction cannot be attributed.
    BadAuth = "r03_bad_auth", "§ 18(1) eWpG, § 11(6) eWpRV", "The signature has to be that of the wallet that the units leave, over exactly this instruction, and its deadline must not be over.";
    /// The registrar knows better.
    KnownNotEntitled = "r04_known_not_entitled", "§ 18(1) eWpG", "The registrar knows that the holder is not entitled.";
    /// A third party stands in the holder's place.
    ThirdPartyMustInstruct = "r05_third_party_must_instruct", "§ 18(1) sentence 3 eWpG", "A right of a third party is entered: that party has to instruct.";
    /// The beneficiary's consent was not assured.
    NoBeneficiaryAssurance = "r06_no_beneficiary_assurance", "§ 18(1) sentence 2 eWpG", "A restriction is entered: the holder has to assure that the beneficiary consents.";
    /// The company has not consented.
    CompanyConsent = "r07_company_consent", "§ 25(3) eWpG, § 68 AktG", "The share is transferred with the company's consent only.";
    /// The issuer has not consented.
    IssuerConsent = "r08_issuer_consent", "§ 18(2) eWpG", "This change needs the issuer's consent.";
    /// An earlier instruction comes first.
    Order = "r09_order", "§ 18(3) eWpG", "An earlier instruction for this asset has not ended yet.";
    /// The holding is too small.
    Insufficient = "r10_insufficient", "§ 18 eWpG", "The wallet has fewer units that are not bound already; name a smaller amount.";
    /// The stock would change.
    TotalChanged = "r11_total_changed", "§ 7(3) eWpG", "The total stock must not change by this entry.";
    /// Not a whole denomination.
    Denomination = "r12_denomination", "terms", "The amount has to be a multiple of the minimum denomination.";
    /// The entry type does not allow it.
    EntryType = "r13_entry_type", "§ 8 eWpG", "The target is not allowed in this type of entry.";
    /// Somebody is not identified.
    Unidentified = "r14_unidentified", "§ 11 eWpRV, §§ 10, 11 GwG", "Who gives and who receives have to be investors of this environment who are identified and may hold units.";
    /// Something is frozen.
    Freeze = "r15_freeze", "GwG, court order, § 7(2) eWpG", "A wallet is frozen, or register and DLT network have to be reconciled first.";
    /// Other terms are in force.
    TermsNotCurrent = "r16_terms_not_current", "§ 5 eWpG", "The entry refers to terms that are not the current ones.";
    /// It was given before.
    Duplicate = "r17_duplicate", "§ 18(1) eWpG", "This signed instruction was given before; sign a new one with another nonce.";
    /// Not final yet.
    NotFinal = "r18_not_final", "§ 18(4) eWpG", "The transaction is not final on the DLT network.";
    /// The terms forbid it for now.
    Lockup = "r19_lockup", "terms", "The units cannot be transferred before the lock-up has ended.";
    /// The recipient's platform does not offer the product.
    ProductNotListed = "product_not_listed", "partner API", "The product has to be listed on the distribution platform of the recipient.";
    /// Somebody else has acquired since, and may rely on the register.
    AcquiredInGoodFaith = "acquired_in_good_faith", "§ 26 eWpG", "The units have moved on since the entry, to somebody who may rely on the register: the entry cannot be reversed.";
    /// Nobody has shown yet to hold the recipient's key.
    WalletUnproven = "wallet_unproven", "network policy", "Control of the recipient's address has to be proven first: its platform asks for a challenge and hands in the signature.";
    /// The recipient's wallet is about to have another address.
    WalletChanging = "wallet_changing", "network policy", "The recipient's wallet is about to have another address; wait until it has, or until the change is withdrawn.";
    /// The registrar has stopped transfers.
    TransfersPaused = "transfers_paused", "partner API", "Transfers of this product are stopped for now; try again later.";
    /// No key of the holder's.
    KeyUnknown = "key_unknown", "§ 11(6) eWpRV", "The investor has no registered key with this id, or possession of it was not proven; register it and hand in its signature.";
    /// Somebody has taken it back.
    KeyRevoked = "key_revoked", "§ 11(6) eWpRV", "The key was revoked; instruct with another one.";
    /// Its time is over.
    KeyExpired = "key_expired", "§ 11(6) eWpRV", "The key's time is over; register another one.";
    /// Its time has not come.
    KeyNotYetValid = "key_not_yet_valid", "§ 11(6) eWpRV", "The key is not valid yet; instruct once it is.";
    /// Nobody has shown who acts for the company.
    AuthorityUnproven = "authority_unproven", "§ 11 eWpRV", "The authority of who acts for the company has to be proven: record a proof with the investor.";
    /// What showed it is over.
    AuthorityExpired = "authority_expired", "§ 11 eWpRV", "The proof of who acts for the company is over; record one that is in force.";
    /// It was signed for another security.
    WrongAsset = "wrong_asset", "§ 18(1) eWpG", "The signature is good for another asset; sign with the token of this one.";
    /// It was signed for another network.
    WrongNetwork = "wrong_network", "§ 18(1) eWpG", "The signature is good for another DLT network; sign with the chain id of this asset.";
}

impl std::fmt::Display for InstructionRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::str::FromStr for InstructionRefusal {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let known = Self::ALL.iter().copied().find(|one| one.as_str() == text);
        known.ok_or(UnknownCode("the codes r01 to r19"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nineteen_are_numbered_and_all_are_sentences() {
        for (index, refusal) in InstructionRefusal::ALL.iter().enumerate() {
            let number = format!("r{:02}_", index + 1);
            assert_eq!(refusal.as_str().starts_with(&number), index < 19);
            assert_eq!(refusal.as_str().parse(), Ok(*refusal));
            assert!(refusal.message().ends_with('.'), "{refusal:?}");
            assert!(!refusal.source().is_empty(), "{refusal:?}");
        }
    }
}
