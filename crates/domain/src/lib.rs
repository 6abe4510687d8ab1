//! The pure rules of the network: identifiers, values, and what may happen to investors, investments and the register.
//!
//! Nothing here awaits, reads a clock, draws a random number or knows SQL, HTTP or JSON: time and randomness are arguments.

pub mod address;
pub mod application;
pub mod asset_request;
pub mod bank;
pub mod campaign;
pub mod country;
pub mod currency;
pub mod deadline;
pub mod decision;
pub mod delivery_policy;
pub mod email;
pub mod erasure;
pub mod fields;
pub mod handover;
pub mod identification;
pub mod identifier;
pub mod ids;
pub mod inspection;
pub mod instruction;
pub mod investment;
pub mod investor;
pub mod issuer;
pub mod kyc;
pub mod language;
pub mod legal_form;
pub mod licence;
pub mod money;
pub mod network_profile;
pub mod offer;
pub mod offering;
pub mod participation;
pub mod password;
pub mod payment_reference;
pub mod people;
pub mod percent;
pub mod product;
pub mod proposal;
pub mod redemption;
pub mod refusal;
pub mod register;
pub mod register_content;
pub mod register_rules;
pub mod reregistration;
pub mod restriction;
pub mod rules;
pub mod sign_in_message;
pub mod slug;
pub mod statement;
pub mod terms;
pub mod text;
pub mod time;
pub mod transaction_hash;
pub mod transfer;
pub mod units;
pub mod wallet;

pub use address::{Address, AddressError};
pub use application::{Application, ApplicationStatus};
pub use asset_request::AssetRequestStatus;
pub use bank::{Bic, BicError, Iban, IbanError};
pub use campaign::{Campaign, Mandates};
pub use country::{Country, CountryError};
pub use currency::{Currency, CurrencyError};
pub use deadline::{DeadlineRule, DeadlineState};
pub use decision::{Actor, Decision, DecisionKind, DecisionState};
pub use email::{EmailAddress, EmailAddressError};
pub use fields::{FieldCode, FieldError, FieldErrors, FieldValue};
pub use identification::{Identification, ImportTrust};
pub use identifier::{Isin, IsinError, Lei, LeiError};
pub use ids::*;
pub use inspection::{InspectionBasis, InspectionScope, InspectionStatus};
pub use instruction::{
    ActsBy, Authority, AuthorityBasis, AuthorityProof, CompanyAuthority, Instruction,
    InstructionKey, InstructionRefusal, InstructionState, KeyKind, KeyRevocation, KeyStatus, Means,
    Revocation, RevokedBy,
};
pub use investment::{
    Acceptance, Blocker, CorruptInvestment, Failure, Investment, Moved, Order, Receipt, Recipient,
    State, Status, StatusChange, StoredInvestment, Terms,
};
pub use investor::{
    BankAccount, BenefitingPerson, Communication, Investor, LegalPerson, NaturalPerson, Person,
    TaxInformation,
};
pub use issuer::IssuerProfile;
pub use kyc::{KycFacts, KycStatus, PastIdentification};
pub use language::{Language, LanguageError};
pub use legal_form::LegalForm;
pub use licence::{Licence, LicenceType, LicensedService};
pub use money::{Money, MoneyError};
pub use network_profile::NetworkProfile;
pub use offer::{DocumentType, Offer, OfferDocument};
pub use offering::{OfferingType, Placement};
pub use participation::{Broker, Participation};
pub use payment_reference::{PaymentReference, PaymentReferenceError};
pub use people::{
    Organisation, Permission, Permissions, PlatformRole, Products, RegistrarRole, Role,
};
pub use percent::{Percent, PercentError};
pub use product::{Price, Product, ProductStatus, ProductType};
pub use proposal::Proposal;
pub use redemption::{Redemption, RedemptionState, RedemptionStatus};
pub use refusal::{Refusal, RefusalKind};
pub use register::{Entry, Frontier, Holdings};
pub use register_content::{EntryType, RegisterContent, RegisterTerms, Share};
pub use reregistration::{Ground, ReregistrationDetails};
pub use restriction::{Extent, RestrictionDetails, RestrictionKind};
pub use rules::{Rule, RuleName};
pub use sign_in_message::SignInMessage;
pub use slug::slug;
pub use statement::{HolderKind, StatementKind, StatementReason};
pub use text::UnknownCode;
pub use time::{Date, DateError, Timestamp, TimestampError};
pub use transaction_hash::{TransactionHash, TransactionHashError};
pub use transfer::TransferRules;
pub use units::{Units, UnitsError};
pub use wallet::{
    AddressChange, AddressNature, ContractAnswer, ProofScheme, Standing, Wallet, WalletKind,
    WalletPolicy, WalletProof,
};
