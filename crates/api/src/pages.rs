//! Lists: which stretch is asked for, by which filter, and the page that answers.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::{ApiError, PageQuery, QueryParams};
use registry::paging::{Listed, Paging};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wire::Page;

/// A list without filters.
#[derive(Debug, Deserialize)]
pub(crate) struct NoFilter {}

/// The page of a list that is asked for.
pub(crate) struct Pages<F = NoFilter, const LARGEST: u32 = 500> {
    /// What entries are wanted.
    pub(crate) filter: F,
    query: PageQuery<LARGEST>,
}

impl<F, const LARGEST: u32> Pages<F, LARGEST> {
    /// As the operations take it.
    pub(crate) fn paging(&self) -> Paging {
        Paging {
            offset: self.query.offset().unsigned_abs(),
            limit: self.query.page_size,
        }
    }

    /// The page with its links.
    pub(crate) fn answer<T>(&self, listed: Listed<T>) -> Json<Page<T>> {
        Json(self.query.answer(listed.count, listed.items))
    }
}

impl<S: Send + Sync, F: DeserializeOwned + Send, const LARGEST: u32> FromRequestParts<S>
    for Pages<F, LARGEST>
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = PageQuery::<LARGEST>::from_request_parts(parts, state).await?;
        let QueryParams(filter) = QueryParams::from_request_parts(parts, state).await?;
        Ok(Self { filter, query })
    }
}
