//! Figures that were measured elsewhere and are quoted: packages that no registry has, so that a run cannot bring them.

/// An act with the gas of CMTAT and of the uRWA token.
pub type Quoted = (&'static str, Option<u64>, Option<u64>);

/// CMTAT 3.1 (Standalone) and the community's ERC-7943 token (OZ uRWA with an allow list), both compiled with solc 0.8.37
/// and measured on 2026-11-22 with this version of the EVM under the rules of Osaka: per act, and per investor in a batch.
pub const QUOTED: [Quoted; 14] = [
    ("create an asset", Some(5_070_845), Some(1_694_497)),
    ("admit a wallet", None, Some(48_222)),
    ("deliver to a new wallet", Some(70_029), Some(104_910)),
    ("deliver to a holder", Some(52_929), Some(39_588)),
    ("transfer to an admitted wallet", Some(68_128), Some(59_901)),
    ("transfer to a holder", Some(51_028), Some(42_801)),
    ("forced transfer to a holder", Some(47_825), Some(45_080)),
    ("freeze part of a holding", Some(51_675), Some(48_068)),
    ("bar a wallet", Some(49_929), Some(31_124)),
    ("burn part of a holding", Some(53_002), Some(42_148)),
    ("burn a whole holding", Some(48_202), Some(37_348)),
    ("batch of 10, new", Some(35_357), Some(53_633)),
    ("batch of 100, new", Some(31_687), Some(50_970)),
    ("batch of 500, new", Some(31_364), Some(50_734)),
];

/// The same under the rules of the next fork.
pub const QUOTED_NEXT: [Quoted; 3] = [
    ("create an asset", Some(34_900_000), Some(11_700_000)),
    ("batch of 100, new", Some(119_719), Some(227_022)),
    ("batch of 100, holders", Some(21_799), Some(19_349)),
];
