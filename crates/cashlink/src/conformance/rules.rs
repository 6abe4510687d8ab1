//! What is checked: each rule with its place in the published reference (Partner API), or in Standard Webhooks.

/// Whether a departure breaks clients of the published API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The reference says so.
    Must,
    /// An older generation, an inference, or a part that an operator may leave out.
    May,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Stable name.
    pub id: &'static str,
    /// Where the reference says it.
    pub section: &'static str,
    /// What a conforming server or receiver does.
    pub expected: &'static str,
    /// What a departure means.
    pub weight: Weight,
}

const fn must(id: &'static str, section: &'static str, expected: &'static str) -> Rule {
    Rule {
        id,
        section,
        expected,
        weight: Weight::Must,
    }
}

const fn may(id: &'static str, section: &'static str, expected: &'static str) -> Rule {
    Rule {
        id,
        section,
        expected,
        weight: Weight::May,
    }
}

pub const TOKEN: Rule = must(
    "token.granted",
    "section 3",
    "POST {auth}/oauth/token with client credentials gives 200 and an access_token",
);
pub const TOKEN_SCOPES: Rule = must(
    "token.published_scopes",
    "section 3",
    "the scopes of the guides are granted to a distributor",
);
pub const TOKEN_WRONG: Rule = must(
    "token.wrong_secret",
    "section 3, RFC 6749 5.2",
    "a wrong secret is refused with 400 or 401",
);
pub const NO_TOKEN: Rule = must(
    "token.needed",
    "section 3",
    "a call without a token is refused with 401 or 403",
);
pub const BAD_TOKEN: Rule = must(
    "token.checked",
    "section 3",
    "a call with an invented token is refused with 401 or 403",
);
pub const PREFIXED: Rule = must(
    "paths.newest",
    "section 2",
    "the resources stand below {base}/distributor/v2/ (or {base}/v2/ of an older server)",
);
pub const OLDER_PATHS: Rule = may(
    "paths.older",
    "section 2",
    "the same resources stand below {base}/v2/",
);
pub const DOCUMENT: Rule = must(
    "documents.upload",
    "section 4",
    "POST documents/ with the part `file` gives a status below 300 and an id (UUID)",
);
pub const INVESTOR: Rule = must(
    "investors.create",
    "sections 5.2 and 6.1",
    "POST investors/ with the newest body gives 201 and an id (UUID)",
);
pub const INVESTOR_OLDER: Rule = may(
    "investors.create_older",
    "section 6.1",
    "POST investors/ takes the older body with pep_status at top level",
);
pub const INVESTOR_MIDDLE: Rule = may(
    "investors.create_account_name",
    "section 6.1",
    "POST investors/ takes bank_account_information for bank_account",
);
pub const INVESTOR_GET: Rule = must(
    "investors.get",
    "section 5.2",
    "GET investors/{id}/ gives the investor as it was sent",
);
pub const INVESTOR_LIST: Rule = must(
    "investors.list",
    "section 4",
    "GET investors/ gives count, next, previous and results, oldest first",
);
pub const INVESTOR_NEXT: Rule = must(
    "investors.list_next",
    "section 4",
    "following next reads every entry once",
);
pub const INVESTOR_PATCH: Rule = must(
    "investors.patch",
    "sections 5.2 and 7.5",
    "PATCH investors/{id}/ with communication gives a status below 300 and keeps it",
);
pub const INVESTOR_US: Rule = must(
    "investors.us_tax",
    "section 6.1",
    "an investor with is_subject_to_us_tax true is refused with 4xx",
);
pub const INVESTOR_BAD: Rule = must(
    "investors.incomplete",
    "section 6.1",
    "an investor without surname is refused with 4xx, not with 5xx",
);
pub const INVESTOR_UNKNOWN: Rule = must(
    "investors.unknown",
    "section 5.2",
    "GET of an investor that does not exist gives 404",
);
pub const KEY_REPEAT: Rule = must(
    "idempotency.repeat",
    "section 4",
    "a repeat with the same X-Idempotency-Key gives the answer of the first call",
);
pub const KEY_OTHER: Rule = must(
    "idempotency.other_key",
    "section 4",
    "the same body under another key makes another investor",
);
pub const KEY_PARALLEL: Rule = must(
    "idempotency.parallel",
    "section 4",
    "repeats that arrive at the same time make one investor",
);
pub const IDENT: Rule = must(
    "identifications.import",
    "section 6.4",
    "POST identifications/ with a complete import gives a status below 300 and an id",
);
pub const IDENT_EMPTY: Rule = may(
    "identifications.request",
    "section 6.4",
    "POST identifications/ with {} starts an identification",
);
pub const COMPANY: Rule = must(
    "investors.company",
    "section 6.2",
    "POST investors/ with legal_person and two uploaded proofs gives 201",
);
pub const OWNER: Rule = must(
    "benefiting_persons.create",
    "section 6.3",
    "POST benefiting-persons/ gives a status below 300",
);
pub const WALLET: Rule = must(
    "wallets.generic",
    "section 9",
    "POST wallets/eth-generic/ with address and receiving_enabled gives a status below 300 and an id",
);
pub const WALLET_OLDER: Rule = must(
    "wallets.generic_older",
    "section 9",
    "POST wallets/eth-generic/ with only an address is taken",
);
pub const WALLET_SHARED: Rule = must(
    "wallets.not_shared",
    "section 9",
    "an address that another investor has is refused with 4xx",
);
pub const WALLET_PATCH: Rule = must(
    "wallets.patch",
    "section 9",
    "PATCH wallets/{id} changes receiving_enabled",
);
pub const WALLET_MANAGED: Rule = may(
    "wallets.managed",
    "section 9",
    "POST wallets/eth-managed/ without a body opens a wallet in custody",
);
pub const PRODUCTS: Rule = may(
    "products.list",
    "section 5.2",
    "GET products/ gives the products of the platform as a page",
);
pub const CAMPAIGNS: Rule = may(
    "campaigns.list",
    "section 5.2",
    "GET campaigns/ gives the platform's campaigns as a page",
);
pub const MONEY: Rule = may(
    "money.shape",
    "section 4",
    "monetary values are amount (text), decimals and currency",
);
pub const ORDER: Rule = must(
    "investments.create",
    "section 7.2",
    "POST investments/ with units, signed_at and signed documents gives a status below 300 and an id",
);
pub const ORDER_STATUS: Rule = must(
    "investments.status",
    "section 7.1",
    "a new investment has an open status of the published line",
);
pub const ORDER_GET: Rule = must(
    "investments.get",
    "section 5.2",
    "GET investments/{id}/ gives units and status",
);
pub const ORDER_REPEAT: Rule = must(
    "investments.repeat",
    "section 4",
    "a repeat with the same key reserves nothing again",
);
pub const ORDER_KYC: Rule = must(
    "investments.kyc_pending",
    "section 7.1",
    "the order of an investor who is not identified is KYC_PENDING",
);
pub const ORDER_OWNERLESS: Rule = must(
    "investments.no_benefiting_person",
    "section 6.3",
    "the order of a company without benefiting person is KYC_PENDING",
);
pub const ORDER_WALLET: Rule = must(
    "investments.wallet_later",
    "section 7.4",
    "PATCH investments/{id}/ names the wallet later",
);
pub const ORDER_UNSIGNED: Rule = must(
    "investments.unsigned",
    "sections 7.2 and 7.5",
    "without signed_at there is a start_url, or a refusal with 4xx",
);
pub const ORDER_ZERO: Rule = must(
    "investments.units",
    "section 7.2",
    "an order of 0 units is refused with 4xx",
);
pub const ORDER_MIDDLE: Rule = may(
    "investments.create_middle",
    "section 7.2",
    "POST investments/ takes amount and wallet_address of the middle generation",
);
pub const STATEMENTS: Rule = must(
    "investments.registry_statements",
    "section 7.4",
    "GET investments/{id}/registry-statements/ gives a list",
);

pub const HOOK_GOOD: Rule = must(
    "webhooks.genuine",
    "section 10",
    "a genuine event is answered with 2xx within 15 seconds",
);
pub const HOOK_AGAIN: Rule = must(
    "webhooks.duplicate",
    "section 10",
    "the same event again is answered with 2xx, or it would be repeated for ever",
);
pub const HOOK_ORDER: Rule = must(
    "webhooks.reordered",
    "section 10",
    "a later event before an earlier one: both are answered with 2xx",
);
pub const HOOK_NEW: Rule = must(
    "webhooks.unknown_fields",
    "section 10",
    "fields, types and investments that the receiver does not know are answered with 2xx",
);
pub const HOOK_ROTATED: Rule = must(
    "webhooks.rotation",
    "Standard Webhooks",
    "during a rotation one fitting signature of several is enough, wherever it stands",
);
pub const HOOK_SLOW: Rule = must(
    "webhooks.slow",
    "section 10",
    "an event whose body arrives slowly is answered with 2xx",
);
pub const HOOK_UNSIGNED: Rule = must(
    "webhooks.unsigned",
    "Standard Webhooks",
    "an event without signature is refused",
);
pub const HOOK_FORGED: Rule = must(
    "webhooks.forged",
    "Standard Webhooks",
    "an event signed with another secret is refused",
);
pub const HOOK_CHANGED: Rule = must(
    "webhooks.changed",
    "Standard Webhooks",
    "a body that was changed after signing is refused",
);
pub const HOOK_OLD: Rule = must(
    "webhooks.replayed",
    "Standard Webhooks",
    "a genuine message of an hour ago is refused",
);
pub const HOOK_EARLY: Rule = must(
    "webhooks.early",
    "Standard Webhooks",
    "a message of the next hour is refused",
);
pub const HOOK_BEARER: Rule = must(
    "webhooks.bearer_token",
    "section 10",
    "a wrong bearer token is refused",
);
