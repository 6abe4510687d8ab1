//! Pages of a list: which one is asked for, and the links to its neighbours.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Schema};
use wire::{FieldCode, Page};

use crate::context::RequestContext;
use crate::error::ApiError;
use crate::params::pairs;

pub(crate) const PAGE: &str = "page";
pub(crate) const PAGE_SIZE: &str = "page_size";
const DEFAULT_SIZE: u32 = 50;
/// Entries on a page at most, where a list says nothing else.
const LARGEST_SIZE: u32 = 500;
/// What the document's `int32` can say.
const LARGEST_PAGE: u32 = i32::MAX as u32;

/// The page asked for, with what is needed to link to its neighbours. A page has at most `LARGEST` entries.
#[derive(Debug, Clone)]
pub struct PageQuery<const LARGEST: u32 = LARGEST_SIZE> {
    /// Number of the page, from 1.
    pub page: u32,
    /// Entries on a page, from 1.
    pub page_size: u32,
    address: String,
    others: Vec<(String, String)>,
}

impl<const LARGEST: u32> PageQuery<LARGEST> {
    /// Entries to skip.
    pub fn offset(&self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.page_size)
    }

    /// Entries to take.
    pub fn limit(&self) -> i64 {
        i64::from(self.page_size)
    }

    /// The page, with its links. `count` is the number of entries on all pages.
    pub fn answer<T>(&self, count: u64, results: Vec<T>) -> Page<T> {
        let last = count.div_ceil(u64::from(self.page_size)).max(1);
        let current = u64::from(self.page);
        Page {
            count,
            next: (current < last).then(|| self.link(current + 1)),
            // From beyond the end the way back leads to the last page.
            previous: (current > 1).then(|| self.link((current - 1).min(last))),
            results,
        }
    }

    fn link(&self, page: u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.others);
        query.append_pair(PAGE, &page.to_string());
        if self.page_size != DEFAULT_SIZE {
            query.append_pair(PAGE_SIZE, &self.page_size.to_string());
        }
        format!("{}?{}", self.address, query.finish())
    }
}

impl<S: Send + Sync, const LARGEST: u32> FromRequestParts<S> for PageQuery<LARGEST> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let context = RequestContext::of(parts)?;
        let (paging, others): (Vec<_>, Vec<_>) = pairs(parts)?
            .into_iter()
            .partition(|(name, _)| name == PAGE || name == PAGE_SIZE);
        Ok(Self {
            page: number(&paging, PAGE, LARGEST_PAGE)?.unwrap_or(1),
            page_size: number(&paging, PAGE_SIZE, LARGEST)?.unwrap_or(DEFAULT_SIZE),
            address: format!("{}{}", context.public_url(), context.path()),
            others,
        })
    }
}

/// The parameter as a number from 1 to the largest.
fn number(pairs: &[(String, String)], name: &str, largest: u32) -> Result<Option<u32>, ApiError> {
    let mut values = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v);
    let Some(text) = values.next() else {
        return Ok(None);
    };
    let refuse = |code, message: String| Err(ApiError::parameter(name, code, message));
    if values.next().is_some() {
        return refuse(FieldCode::Duplicate, "is there twice".to_owned());
    }
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return refuse(
            FieldCode::InvalidFormat,
            "must be a whole number".to_owned(),
        );
    }
    match text.parse() {
        Ok(number) if (1..=largest).contains(&number) => Ok(Some(number)),
        _ => refuse(
            FieldCode::OutOfRange,
            format!("must be from 1 to {largest}"),
        ),
    }
}

/// Only the documentation of [`PageQuery`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
struct PageParameters {
    /// Number of the page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Entries on a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    page_size: Option<u32>,
}

impl<const LARGEST: u32> IntoParams for PageQuery<LARGEST> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = PageParameters::into_params(parameter_in);
        for parameter in &mut parameters {
            if parameter.name == PAGE_SIZE
                && let Some(RefOr::T(Schema::Object(size))) = &mut parameter.schema
            {
                size.maximum = Some(LARGEST.into());
            }
        }
        parameters
    }
}
