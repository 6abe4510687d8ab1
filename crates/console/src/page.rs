//! The table of pages: method, path, who may use it, and what answers.

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use registry::Right;

use crate::Console;

/// Who may use a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever has given the password.
    SigningIn,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever acts for an organisation with this right.
    Needs(Right),
    /// A holder who is signed in, by its own door.
    Holder,
    /// Whoever acts for a platform, with this right in the environment that the path names.
    NeedsInside(Right),
}

/// A page or form as tests see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// With parameters in braces.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// A page or form with what answers.
pub(crate) struct Page {
    pub(crate) entry: Entry,
    pub(crate) handler: MethodRouter<Console>,
}

impl Page {
    /// A page that is looked at.
    pub(crate) fn get<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: 'static,
    {
        Self {
            entry: Entry {
                method: "GET",
                path,
                access,
            },
            handler: get(handler),
        }
    }

    /// A form that is sent.
    pub(crate) fn post<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Console>,
        T: 'static,
    {
        Self {
            entry: Entry {
                method: "POST",
                path,
                access,
            },
            handler: post(handler),
        }
    }
}
