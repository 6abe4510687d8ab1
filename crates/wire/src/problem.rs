//! Every refusal of the public APIs: one shape (RFC 9457) and one closed catalogue of codes, because partners branch on them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The media type of a [`Problem`].
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// A refusal or fault, as RFC 9457 problem details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Page that documents the code, relative to the server: `/problems/{code}`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid_body")]
    pub kind: String,
    /// Short text, always the same for a code.
    pub title: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// What is wrong with this very request.
    pub detail: String,
    /// Path of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Stable code. Text and not the enum, so that an older client can read the answer of a newer server.
    #[schema(value_type = ProblemCode)]
    pub code: String,
    /// The fields concerned; empty when the refusal is not about fields.
    #[serde(default)]
    #[schema(required)]
    pub errors: Vec<FieldError>,
    /// Identity of the request, to name to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The resource that stands in the way, for example the one made earlier with the same idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<Uuid>,
    /// Seconds after which a repeat may succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with the code's title and status.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            instance: None,
            code: code.as_str().to_owned(),
            errors: Vec::new(),
            request_id: None,
            resource_id: None,
            retry_after_s: None,
        }
    }

    /// Adds one field error.
    pub fn with_error(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// The code, unless it is one that this version does not know.
    pub fn known_code(&self) -> Option<ProblemCode> {
        ProblemCode::find(&self.code)
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path of the field: `natural_person.birth_date`, `wallets[0].address`; `body` for the whole body.
    pub field: String,
    /// Stable code. Text for the reason given at [`Problem::code`].
    #[schema(value_type = FieldCode)]
    pub code: String,
    /// The same for a person.
    pub message: String,
}

impl FieldError {
    /// One field's error.
    pub fn new(field: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code: code.as_str().to_owned(),
            message: message.into(),
        }
    }
}

// A macro against the rule of the house: with it a code is one line, and the list, the names and the texts cannot fall apart.
macro_rules! catalogue {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $status:literal, $title:literal, $description:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[doc = $description] $variant,)*
        }

        impl $name {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The code as partners see it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $code,)* }
            }

            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self { $($name::$variant => $status,)* }
            }

            /// The short text that goes with the code.
            pub const fn title(self) -> &'static str {
                match self { $($name::$variant => $title,)* }
            }

            /// What the code means and what to do about it.
            pub const fn description(self) -> &'static str {
                match self { $($name::$variant => $description,)* }
            }
        }
    };
}

catalogue! {
    /// The closed catalogue of refusals.
    ProblemCode {
        InvalidJson = "invalid_json", 400, "The body is not JSON", "The body could not be parsed as JSON, or names a field twice; the detail gives line and column.";
        InvalidEncoding = "invalid_encoding", 400, "The body is not UTF-8", "JSON is sent in UTF-8; the detail gives the position of the first wrong byte.";
        InvalidBody = "invalid_body", 400, "The body has wrong fields", "Fields are missing, of the wrong type or have values that are not possible; `errors` names each.";
        InvalidParameter = "invalid_parameter", 400, "A query parameter or header is wrong", "A query parameter or header has a value that is not possible; `errors` names it.";
        UnknownField = "unknown_field", 400, "The body has unknown fields", "Under `Prefer: handling=strict` a field that the API does not know is refused instead of ignored.";
        InvalidIdempotencyKey = "invalid_idempotency_key", 400, "The idempotency key is malformed", "A key is 1 to 255 visible ASCII characters; when both headers are sent they must be the same.";
        TokenMissing = "token_missing", 401, "An access token is needed", "The request has no `Authorization: Bearer` header.";
        TokenInvalid = "token_invalid", 401, "The access token is not valid here", "The token was not issued by this server for this environment, or its client was withdrawn.";
        TokenExpired = "token_expired", 401, "The access token has expired", "Take a new token and repeat the request.";
        SignInRefused = "sign_in_refused", 401, "Signing in was refused", "Address, password or code are wrong; which of them is not told.";
        SessionEnded = "session_ended", 401, "The session has ended", "Nobody is signed in, or not any more; sign in and try again.";
        FormExpired = "form_expired", 403, "The form has expired", "The form was not made for this session; load the page again and repeat what you did.";
        InsufficientScope = "insufficient_scope", 403, "The token lacks a scope", "The operation needs a scope that the token does not carry; the detail names it.";
        AcceptMandateMissing = "accept_mandate_missing", 403, "No mandate to accept", "Only the issuer accepts investments in this campaign; `accepted_at` cannot be given.";
        PaymentMandateMissing = "payment_mandate_missing", 403, "No mandate to report payment", "Only the issuer marks investments of this campaign as paid; `paid_at` cannot be given.";
        AddressNotAllowed = "address_not_allowed", 403, "The address is not allowed", "The client is bound to networks, and the request comes from elsewhere.";
        NotPermitted = "not_permitted", 403, "Not permitted", "The client may not do this.";
        NotFound = "not_found", 404, "Not found", "There is no such resource, or it belongs to someone else.";
        MethodNotAllowed = "method_not_allowed", 405, "Method not allowed", "The resource does not have this method; the `Allow` header lists those it has.";
        RequestTimeout = "request_timeout", 408, "The request took too long", "The request did not end in time; repeat it with the same idempotency key.";
        InvestmentState = "investment_state", 409, "The investment's status forbids this", "The investment is in a status in which this cannot be done.";
        IdempotencyInFlight = "idempotency_in_flight", 409, "The first request is still running", "A request with the same idempotency key is being worked on; repeat after `Retry-After`.";
        WalletAddressTaken = "wallet_address_taken", 409, "The address is in use", "The wallet address is already registered in this environment.";
        WalletChallengeUsed = "wallet_challenge_used", 409, "The challenge was used", "A challenge is answered once; ask for another one.";
        WalletChallengeExpired = "wallet_challenge_expired", 409, "The challenge is over", "The challenge is too old, or the wallet is to have another address by now; ask for another one.";
        WalletInUse = "wallet_in_use", 409, "The wallet is in use", "Units are entered for the wallet or on their way to it; where units are, the address changes by a re-registration.";
        R17Duplicate = "r17_duplicate", 409, "The instruction was given before", "The holder signed this very instruction once, and it is in the queue or has ended (R17); sign another one with a new nonce.";
        R18NotFinal = "r18_not_final", 409, "The units are not the issuer's yet", "The transaction that enters the issuer as holder is not final; what comes after it has to wait (R18, § 18(4) eWpG).";
        RedemptionState = "redemption_state", 409, "The redemption's step forbids this", "The redemption is at a step at which this cannot be done: it is paid, re-registered to the issuer and deleted in this order.";
        ConsentUsed = "consent_used", 409, "A transfer rests on the consent", "The holder has instructed a transfer that rests on this consent; it can be taken back only if that transfer is refused.";
        Conflict = "conflict", 409, "Conflict", "The request contradicts the present state of the resource.";
        LastManager = "last_manager", 409, "Nobody would manage members", "The last person who manages an organisation's members can be neither removed nor given another role.";
        IssuerExists = "issuer_exists", 409, "The issuer exists already", "There is an issuer of this firm; a firm is one issuer of the network.";
        ProductState = "product_state", 409, "The product's status forbids this", "The product is in a status in which this cannot be done.";
        TermsNotDeposited = "terms_not_deposited", 409, "The terms are not deposited", "A crypto security is entered after its terms were deposited: the product needs a document of the type TERMS or ISSUANCE (§ 5 eWpG).";
        TermsNotCurrent = "terms_not_current", 409, "Other terms are deposited", "The product's terms are not those of the version that was deposited last; deposit them by changing the product (§ 5 eWpG).";
        NetworkNotStated = "network_not_stated", 409, "The DLT network's operators are not stated", "An electronic security is entered on a network of several operators with a pattern of control alone; the registrar's configuration does not state them (§ 4(11) eWpG).";
        AlreadyListed = "already_listed", 409, "The product is listed there already", "There is a listing of this product on this platform; `resource_id` names it.";
        DeliveryStarted = "delivery_started", 409, "Delivery has started", "The units are being delivered; the change comes too late.";
        CancellationPeriodOver = "cancellation_period_over", 409, "The cancellation period is over", "The investor can no longer withdraw from this investment.";
        CancellationRefused = "cancellation_refused", 409, "The investment cannot be cancelled", "The investment has a status or a campaign that does not allow cancellation.";
        FourEyesRequired = "four_eyes_required", 409, "Another person has to confirm", "A decision takes effect when somebody else than who proposed it confirms it.";
        DecisionClosed = "decision_closed", 409, "The decision is closed", "The decision was confirmed or withdrawn before.";
        ParticipationState = "participation_state", 409, "The platform's standing forbids this", "The platform has a standing in the network in which this cannot be done.";
        StatementNotReady = "statement_not_ready", 409, "The statement is being made", "The document is made in a moment; the event `registry_statement.available` tells when it can be fetched.";
        InspectionNotGranted = "inspection_not_granted", 409, "The inspection is not granted", "What an inspection shows can be read once another one of the registrar has confirmed it.";
        CheckpointForked = "checkpoint_forked", 409, "The checkpoint is of a fork", "The log never had this root with so many entries: who signed it has seen another log, and the registrar has to be asked.";
        RegisterHandedOver = "register_handed_over", 409, "The register is not kept here", "The register was handed over to another registrar, or is here to be read only; nothing is entered in it (§§ 21, 22 eWpG).";
        Erased = "erased", 410, "The data were erased", "The person's data were erased for good; what the register has to keep stays, without them.";
        LinkInvalid = "link_invalid", 410, "The link is not valid any more", "The link was used, was withdrawn, or is too old.";
        ApplicationState = "application_state", 409, "The application's status forbids this", "The application has a status in which this cannot be done.";
        ApplicationDuplicate = "application_duplicate", 409, "The firm has applied already", "The firm takes part already, or another application of it is open.";
        AssetRequestState = "asset_request_state", 409, "The request's status forbids this", "The request for an asset has a status in which this cannot be done.";
        AssetRequestDuplicate = "asset_request_duplicate", 409, "The asset is asked for already", "The platform has an open request for this asset; withdraw it first.";
        DomainNotProven = "domain_not_proven", 409, "The domain is not proven", "Put the token where it is looked for, have it checked, and submit then.";
        BodyTooLarge = "body_too_large", 413, "The body is too large", "The body is larger than the limit that the detail names.";
        UnsupportedMediaType = "unsupported_media_type", 415, "The media type is not supported", "The `Content-Type` or `Content-Encoding` is not one that this operation reads.";
        DocumentTypeNotAccepted = "document_type_not_accepted", 415, "The type of document is not accepted", "The file's content is not of an accepted type, or not of the type it claims.";
        IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used for another request", "The key belongs to an earlier request with another body; `resource_id` names what that one made.";
        UsTaxNotAccepted = "us_tax_not_accepted", 422, "Investors subject to US tax are not accepted", "An investor with `is_subject_to_us_tax` true cannot be created.";
        UnitsBelowMinimum = "units_below_minimum", 422, "Fewer units than the minimum", "The campaign has a minimum that the units do not reach.";
        UnitsAboveMaximum = "units_above_maximum", 422, "More units than the maximum", "The campaign has a maximum that the units exceed.";
        UnitsOffStep = "units_off_step", 422, "The units are off the step", "Units are a multiple of the campaign's step.";
        AllocationExceeded = "allocation_exceeded", 422, "The allocation is exhausted", "The campaign does not have as many units left.";
        PersonsExceeded = "persons_exceeded", 422, "No more persons may invest", "The campaign is a private placement with a limited number of persons, and as many have invested; who has invested may do so again.";
        CampaignNotOpen = "campaign_not_open", 422, "The campaign is not open yet", "The campaign opens later.";
        CampaignClosed = "campaign_closed", 422, "The campaign is closed", "The campaign takes no investments any more.";
        RequiredDocumentMissing = "required_document_missing", 422, "A required document is missing", "The campaign requires a signed document of a type that was not given; the detail names it.";
        WalletNotAccepted = "wallet_not_accepted", 422, "The wallet cannot be used", "The wallet does not receive, is frozen, or is not of the product's network.";
        WalletNotOfInvestor = "wallet_not_of_investor", 422, "The wallet is not the investor's", "The wallet is not one of this investor.";
        ManagedWalletNotAvailable = "managed_wallet_not_available", 422, "Managed wallets are not available", "This registrar holds no keys for investors; register an address of the investor's own.";
        CustodyTermsNotAccepted = "custody_terms_not_accepted", 422, "The terms of custody are not accepted", "A wallet is managed once its investor has accepted the terms of custody in force; name their version and when with `custody_terms`.";
        WalletUnproven = "wallet_unproven", 422, "Control of the address is not proven", "Units reach this wallet once control of its address is proven: ask for a challenge, have it signed, and hand the signature in.";
        WalletChanging = "wallet_changing", 422, "The wallet changes its address", "The wallet is about to have another address; nothing comes in until it has, or until the change is withdrawn.";
        WalletProofInvalid = "wallet_proof_invalid", 422, "The signature does not prove control", "The signature is not by the key of this address over the text or the typed data of the challenge, or the wallet's contract refuses it.";
        WalletSignatureMalleable = "wallet_signature_malleable", 422, "The signature is not canonical", "A signature has its s in the lower half of the curve's order (EIP-2); most libraries make it so.";
        WalletNotAContract = "wallet_not_a_contract", 422, "There is no contract at the address", "`eip1271` is for contract wallets that are deployed on the network; sign with `eip191` or `eip712`.";
        WalletContractUnusable = "wallet_contract_unusable", 422, "The wallet's contract does not answer", "The contract at the address reverts, takes too much gas, or answers otherwise than EIP-1271 says.";
        WebhookAddressNotAllowed = "webhook_address_not_allowed", 422, "The webhook address is not allowed", "The URL is not https, or leads to an address that may not be called.";
        StatementCollectiveEntry = "statement_collective_entry", 422, "No statements of collective entries", "A custodian's entry is a collective one; register statements are for single entries (§ 19 eWpG).";
        ProductNotListed = "product_not_listed", 422, "The product is not listed for the platform", "The product may not be held by the investors of this distribution platform.";
        R01NoAgreement = "r01_no_agreement", 422, "The recipient has not agreed", "The wallet that shall receive does not let transfers come in (R01, § 25 eWpG).";
        R02NoInstruction = "r02_no_instruction", 422, "The holder has not instructed", "The holder has to sign with the key of the wallet that the units leave (R02, § 18(1) eWpG).";
        R03BadAuth = "r03_bad_auth", 422, "The instruction cannot be attributed", "The signature is not that of the wallet that the units leave, over exactly this instruction, or its deadline is over (R03, § 11(6) eWpRV).";
        KeyUnknown = "key_unknown", 422, "The key is not registered", "The investor has no registered key with this id, or possession of it was not proven (§ 11(6) eWpRV).";
        KeyRevoked = "key_revoked", 422, "The key was revoked", "The key was revoked before the instruction came; instruct with another one (§ 11(6) eWpRV).";
        KeyExpired = "key_expired", 422, "The key has expired", "The key's `valid_until` was over when the instruction came; register another one.";
        KeyNotYetValid = "key_not_yet_valid", 422, "The key is not valid yet", "The key's `valid_from` had not come when the instruction came.";
        KeyProofInvalid = "key_proof_invalid", 422, "The signature does not prove possession", "The signature is not by this key over the challenge's message.";
        KeyChallengeExpired = "key_challenge_expired", 409, "The key's challenge has expired", "The challenge was not answered in time; register the key again and have the new challenge signed.";
        AuthorityUnproven = "authority_unproven", 422, "Who acts for the company is not proven", "No proof of authority of the person who acts for the company is recorded, and no mandate of its platform covers it (§ 11 eWpRV).";
        AuthorityExpired = "authority_expired", 422, "The proof of authority is over", "The last day of the company's proof of authority is over; record one that is in force.";
        AuthorityNotApplicable = "authority_not_applicable", 422, "Authority does not apply", "A natural person acts for itself; only a company needs a proof of who acts for it.";
        WrongAsset = "wrong_asset", 422, "The signature is for another asset", "The holder signed with the token of another asset; a signature is good for one asset alone.";
        WrongNetwork = "wrong_network", 422, "The signature is for another network", "The holder signed with the chain id of another DLT network; a signature is good on one network alone.";
        R04KnownNotEntitled = "r04_known_not_entitled", 422, "The holder is not entitled", "The registrar knows that the holder is not entitled to these units (R04, § 18(1) eWpG).";
        R05ThirdPartyMustInstruct = "r05_third_party_must_instruct", 422, "A third party has to instruct", "A right of a third party is entered for these units: that party instructs in the holder's place (R05, § 18(1) eWpG).";
        R06NoBeneficiaryAssurance = "r06_no_beneficiary_assurance", 422, "The beneficiary's consent is not assured", "A restriction is entered for these units: the holder has to assure that who benefits from it consents (R06, § 18(1) eWpG).";
        R07CompanyConsent = "r07_company_consent", 422, "The company has not consented", "These shares are transferred with the company's consent alone, and none is recorded that covers this transfer (R07, § 25(3) eWpG, § 68(2) AktG).";
        R08IssuerConsent = "r08_issuer_consent", 422, "The issuer has not consented", "This change needs the issuer's consent; name where it is kept if the issuer has not given it here (R08, § 18(2) eWpG).";
        R10Insufficient = "r10_insufficient", 422, "The holding is too small", "The wallet has fewer units than asked for that are not bound by earlier instructions (R10).";
        R12Denomination = "r12_denomination", 422, "Not a whole denomination", "Units of this product move in whole multiples of its denomination_units (R12).";
        R13EntryType = "r13_entry_type", 422, "The type of entry does not allow it", "Collective entries are for licensed custodians and central securities depositories unless the terms exclude them, and have no restrictions (R13, § 8 eWpG).";
        R14Unidentified = "r14_unidentified", 422, "A side is not identified", "The address is no wallet of an investor here, or an investor concerned is not identified or may not hold units (R14, § 11 eWpRV).";
        R15Freeze = "r15_freeze", 422, "A wallet is frozen", "A wallet concerned is frozen, or register and DLT network have to be reconciled first (R15).";
        R16TermsNotCurrent = "r16_terms_not_current", 422, "Other terms are in force", "The instruction names a version of the terms that is not the one in force; read that one and instruct again (R16, § 5 eWpG).";
        R19Lockup = "r19_lockup", 422, "The units are locked up", "The terms of the product do not let its units be transferred yet (R19).";
        AcquiredInGoodFaith = "acquired_in_good_faith", 422, "The units have moved on", "Somebody has acquired the units since the entry and may rely on the register (§ 26 eWpG): the entry cannot be reversed.";
        WitnessUnknown = "witness_unknown", 422, "No registered witness has signed", "None of the signatures is of a witness whose key the registrar has registered.";
        TransfersPaused = "transfers_paused", 422, "Transfers are stopped", "The registrar has stopped transfers of this product for now.";
        PlatformSuspended = "platform_suspended", 422, "The platform is suspended", "A suspended platform takes no new investments; reading and running investments go on.";
        PlatformNotAdmitted = "platform_not_admitted", 422, "The platform is not admitted", "Only a platform that the registrar has admitted takes investments.";
        LicenceExpired = "licence_expired", 422, "The licence has expired", "The platform's licence is over; new investments are taken once the registrar has the new one on record.";
        LicenceDoesNotCover = "licence_does_not_cover", 422, "The licence does not cover the product", "The platform has no licence in force that lets it broker products of this legal form.";
        PlatformNotAllowed = "platform_not_allowed", 422, "The platform is not allowed", "The registrar has not allowed listings of this issuer on this distribution platform.";
        RegistryAccountMismatch = "registry_account_mismatch", 422, "The registry account is another company's", "An issuer mirrors the registry account of the same company: name, commercial register and number must match.";
        LegalFormContradiction = "legal_form_contradiction", 422, "The legal form contradicts the product", "The legal form given does not go with `ewpg` and `product_type`.";
        BenefitingPersonNotApplicable = "benefiting_person_not_applicable", 422, "Benefiting persons do not apply", "Only legal persons have benefiting persons.";
        TooMany = "too_many", 422, "Too many", "A list has more items, or a resource more children, than the limit that the detail names.";
        AmountOverflow = "amount_overflow", 422, "The amount is too large", "The amount that results cannot be represented.";
        SignInPaused = "sign_in_paused", 429, "Signing in is paused", "There were too many attempts for this account or from this address; each further one waits longer.";
        RateLimited = "rate_limited", 429, "Too many requests", "The client sends more requests than agreed; repeat after `Retry-After`.";
        Internal = "internal", 500, "Internal error", "A fault on our side; nothing was changed. Name the request id to support.";
        Unavailable = "unavailable", 503, "Not available at the moment", "A part that the operation needs does not answer; repeat after `Retry-After`.";
    }
}

impl ProblemCode {
    /// The code of this name.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.as_str() == code)
    }
}

/// The closed catalogue of what can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// The field is required and not there.
    Missing,
    /// The JSON type is another one.
    InvalidType,
    /// The value is not one of the list.
    UnknownValue,
    /// The text does not have the required form.
    InvalidFormat,
    /// The check digits are wrong.
    InvalidChecksum,
    /// The text or list is too long.
    TooLong,
    /// The text or list is too short.
    TooShort,
    /// The number is too small or too large.
    OutOfRange,
    /// The date lies in the future and may not.
    InFuture,
    /// The date lies in the past and may not.
    InPast,
    /// The API does not know the field.
    UnknownField,
    /// What the field refers to does not exist.
    NotFound,
    /// The value is there twice.
    Duplicate,
    /// The field cannot be changed any more.
    Immutable,
}

impl FieldCode {
    /// The code as partners see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::InvalidType => "invalid_type",
            Self::UnknownValue => "unknown_value",
            Self::InvalidFormat => "invalid_format",
            Self::InvalidChecksum => "invalid_checksum",
            Self::TooLong => "too_long",
            Self::TooShort => "too_short",
            Self::OutOfRange => "out_of_range",
            Self::InFuture => "in_future",
            Self::InPast => "in_past",
            Self::UnknownField => "unknown_field",
            Self::NotFound => "not_found",
            Self::Duplicate => "duplicate",
            Self::Immutable => "immutable",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_spelled_as_the_schema_spells_them() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ProblemCode::ALL {
            assert!(
                seen.insert(code.as_str()),
                "{} is there twice",
                code.as_str()
            );
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(ProblemCode::find(code.as_str()), Some(*code));
            assert!((400..600).contains(&code.status()));
        }
        for code in [
            FieldCode::Missing,
            FieldCode::InvalidChecksum,
            FieldCode::NotFound,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_problem_has_the_shape_of_rfc_9457() {
        let problem = Problem::new(ProblemCode::InvalidBody, "One field is wrong.")
            .with_error(FieldError::new("units", FieldCode::Missing, "is required"));

        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            serde_json::json!({
                "type": "/problems/invalid_body",
                "title": "The body has wrong fields",
                "status": 400,
                "detail": "One field is wrong.",
                "code": "invalid_body",
                "errors": [{"field": "units", "code": "missing", "message": "is required"}],
            })
        );
        assert_eq!(problem.known_code(), Some(ProblemCode::InvalidBody));
    }

    #[test]
    fn a_code_of_a_newer_server_can_be_read() {
        let text =
            r#"{"type":"/problems/x","title":"t","status":422,"detail":"d","code":"of_tomorrow"}"#;

        let problem: Problem = serde_json::from_str(text).unwrap();

        assert_eq!(
            (problem.code.as_str(), problem.known_code()),
            ("of_tomorrow", None)
        );
    }
}
