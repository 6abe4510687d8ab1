//! The same client for programs without an asynchronous runtime: a thread of its own does the waiting.

mod distributor;
mod issuer;

use std::future::Future;
use std::sync::Arc;
use std::thread;

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::answers::Page;
use crate::{Environment, Error, Result, Settings};

pub use distributor::Distributor;
pub use issuer::Issuer;

/// One set of credentials at one environment. Copies share connections, token and thread.
#[derive(Clone)]
pub struct Client {
    runtime: Arc<Runtime>,
    inner: crate::Client,
}

impl Client {
    /// With the usual limits. Nothing is sent yet.
    ///
    /// # Errors
    /// If the URL is none, or the system gives no thread.
    pub fn new(environment: Environment) -> Result<Self> {
        Self::with_settings(environment, Settings::default())
    }

    /// With limits of the caller's.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_settings(environment: Environment, settings: Settings) -> Result<Self> {
        Ok(Self {
            runtime: Arc::new(Runtime::start()?),
            inner: crate::Client::with_settings(environment, settings)?,
        })
    }

    /// Takes a token now, to find out early whether the credentials are right.
    ///
    /// # Errors
    /// [`Error::SignIn`] if they are not.
    pub fn sign_in(&self) -> Result<()> {
        self.runtime.wait(self.inner.sign_in())?
    }

    /// The Distributor API.
    pub fn distributor(&self) -> Distributor {
        Distributor {
            runtime: Arc::clone(&self.runtime),
            inner: self.inner.distributor(),
        }
    }

    /// The Issuer API.
    pub fn issuer(&self) -> Issuer {
        Issuer {
            runtime: Arc::clone(&self.runtime),
            inner: self.inner.issuer(),
        }
    }
}

/// The thread that drives sockets and timers while callers wait.
pub(crate) struct Runtime {
    handle: Handle,
    /// Dropped with the last client, which ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Runtime {
    fn start() -> Result<Self> {
        let failed = |error: std::io::Error| Error::Settings(format!("no thread: {error}"));
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new()
            .name("cashlink-sdk".to_owned())
            .spawn(move || _ = runtime.block_on(stopped))
            .map_err(failed)?;
        Ok(Self {
            handle,
            _stop: stop,
        })
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        // Waiting here would stop every task of that runtime.
        if Handle::try_current().is_ok() {
            return Err(Error::WithinRuntime);
        }
        Ok(self.handle.block_on(future))
    }
}

/// A list of the server, oldest entry first.
pub struct List<T> {
    runtime: Arc<Runtime>,
    inner: crate::List<T>,
}

/// The entries of a list, one page in memory at a time. Ends after the first error.
pub struct Entries<T> {
    runtime: Arc<Runtime>,
    stream: BoxStream<'static, Result<T>>,
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    fn new(runtime: &Arc<Runtime>, inner: crate::List<T>) -> Self {
        Self {
            runtime: Arc::clone(runtime),
            inner,
        }
    }

    /// With so many entries on a page; the server may have a maximum.
    pub fn page_size(self, entries: u32) -> Self {
        Self {
            inner: self.inner.page_size(entries),
            ..self
        }
    }

    /// The first page alone.
    ///
    /// # Errors
    /// As every call.
    pub fn first_page(&self) -> Result<Page<T>> {
        self.runtime.wait(self.inner.first_page())?
    }

    /// Every entry at once.
    ///
    /// # Errors
    /// As every call, and [`Error::TooMany`] if there are more than the limit.
    pub fn all(self, limit: usize) -> Result<Vec<T>> {
        self.runtime.wait(self.inner.all(limit))?
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoIterator for List<T> {
    type Item = Result<T>;
    type IntoIter = Entries<T>;

    fn into_iter(self) -> Entries<T> {
        Entries {
            runtime: self.runtime,
            stream: self.inner.stream(),
        }
    }
}

impl<T> Iterator for Entries<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        match self.runtime.wait(self.stream.try_next()) {
            Ok(entry) => entry.transpose(),
            Err(error) => Some(Err(error)),
        }
    }
}
