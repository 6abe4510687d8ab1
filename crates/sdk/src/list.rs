//! Lists: page by page as a stream, or all at once up to a limit.

use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::connection::{Call, Connection};
use crate::read::Told;
use crate::{Error, Result};

/// A list of the server, oldest entry first. Nothing is read before [`List::stream`], [`List::all`] or [`List::first_page`].
pub struct List<T> {
    connection: Arc<Connection>,
    base: Url,
    path: String,
    query: Vec<(String, String)>,
    entries: PhantomData<fn() -> T>,
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Entries on all pages together, if the server says so.
    pub count: Option<u64>,
    /// The entries of this page.
    pub results: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
}

/// As servers write it: a page, or just the entries.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sent<T> {
    Page {
        #[serde(default)]
        count: Option<u64>,
        #[serde(default)]
        next: Option<String>,
        results: Vec<T>,
    },
    All(Vec<T>),
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            connection: Arc::clone(&self.connection),
            base: self.base.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            entries: PhantomData,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    pub(crate) fn new(
        connection: &Arc<Connection>,
        base: &Url,
        path: impl Into<String>,
        query: Vec<(String, String)>,
    ) -> Self {
        Self {
            connection: Arc::clone(connection),
            base: base.clone(),
            path: path.into(),
            query,
            entries: PhantomData,
        }
    }

    /// With so many entries on a page; the server may have a maximum.
    pub fn page_size(mut self, entries: u32) -> Self {
        self.query
            .push(("page_size".to_owned(), entries.to_string()));
        self
    }

    /// The first page alone.
    ///
    /// # Errors
    /// As every call.
    pub async fn first_page(&self) -> Result<Page<T>> {
        Ok(self.read(&self.query).await?.0)
    }

    /// Every entry, one page in memory at a time. Ends after the first error.
    pub fn stream(self) -> BoxStream<'static, Result<T>> {
        let begin = Some(self.query.clone());
        let pages = stream::try_unfold((self, begin), |(list, query)| async move {
            let Some(query) = query else {
                return Ok::<_, Error>(None);
            };
            let (page, next) = list.read(&query).await?;
            let entries = stream::iter(page.results.into_iter().map(Ok));
            Ok(Some((entries, (list, next))))
        });
        pages.try_flatten().boxed()
    }

    /// Every entry at once.
    ///
    /// # Errors
    /// As every call, and [`Error::TooMany`] if there are more than the limit: a list cut short would look like a whole one.
    pub async fn all(self, limit: usize) -> Result<Vec<T>> {
        let mut entries = Vec::new();
        let mut stream = self.stream();
        while let Some(entry) = stream.try_next().await? {
            if entries.len() == limit {
                return Err(Error::TooMany { limit });
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// A page, and where the next one is.
    async fn read(
        &self,
        query: &[(String, String)],
    ) -> Result<(Page<T>, Option<Vec<(String, String)>>)> {
        let call = Call::get(&self.path).query(query.to_vec());
        let (count, next, results) = match self.connection.call(&self.base, &call).await? {
            Sent::Page {
                count,
                next,
                results,
            } => (count, next, results),
            Sent::All(results) => (None, None, results),
        };
        let next = next.map(|next| self.follow(&next, query, results.is_empty()));
        let next = next.transpose()?;
        let page = Page {
            count,
            results,
            has_more: next.is_some(),
        };
        Ok((page, next))
    }

    /// Only the query of `next` is followed: behind a proxy its host may be wrong, and the token goes nowhere but to the environment.
    fn follow(
        &self,
        next: &str,
        here: &[(String, String)],
        empty: bool,
    ) -> Result<Vec<(String, String)>> {
        let lost = |reason: &str| {
            let told = Told {
                method: "GET",
                path: &self.path,
            };
            Err(told.unreadable(200, reason.to_owned(), false))
        };
        let Ok(url) = self.base.join(next) else {
            return lost("a page whose next is no address");
        };
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        if query == here || empty {
            return lost("a page that leads nowhere but to another one");
        }
        Ok(query)
    }
}
