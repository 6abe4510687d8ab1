//! The HTTP kit: what every API of the house does alike, and nothing that knows of investors or registers.
//!
//! [`frame()`] goes around a finished router; extractors ([`JsonBody`], [`MultipartFile`], [`QueryParams`], [`PathParams`],
//! [`PageQuery`], [`IdempotencyKey`], [`BearerToken`], [`RequestContext`]) answer with problems of one shape; [`token_endpoint`]
//! and [`AccessTokens`] are OAuth 2.0 for client credentials; [`Server`] listens.

mod bearer;
mod body;
mod client_assertion;
mod context;
mod download;
mod error;
mod form;
mod frame;
mod idempotency;
mod json;
mod json_value;
mod limits;
mod multipart;
mod networks;
mod paging;
mod params;
mod paths;
mod reader;
mod serve;
mod surroundings;
mod token_endpoint;
mod tokens;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use bearer::BearerToken;
pub use client_assertion::{ALGORITHMS, ASSERTION_TYPE, UsedAssertion};
pub use context::{ClientIp, RequestContext};
pub use download::Download;
pub use error::{ApiError, Fault};
pub use form::{Fields, cookie};
pub use frame::{Settings, frame};
pub use idempotency::IdempotencyKey;
pub use json::{JsonBody, OptionalJsonBody};
pub use json_value::fingerprint;
pub use limits::Limits;
pub use multipart::{MultipartFile, MultipartForm};
pub use networks::{Network, NotANetwork};
pub use paging::PageQuery;
pub use params::{PathParams, QueryParams};
pub use paths::{PathRules, Slash};
pub use serve::{Server, Tls};
pub use surroundings::{RealSurroundings, Surroundings};
pub use token_endpoint::{
    Client, ClientDirectory, ServerMetadata, TokenAnswer, TokenIssuer, TokenRefusal, secret_hash,
    token_endpoint,
};
pub use tokens::{AccessTokens, DEFAULT_LIFETIME, Token, TokenError};
