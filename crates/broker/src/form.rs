//! Forms: what a customer types, read with a limit.

use axum::extract::{FromRequest, Request};
use http::{ApiError, Fields};
use maud::{Markup, html};

use crate::customer::{Data, Kind};
use crate::{Error, Result};

const MOST_BYTES: usize = 64 * 1024;

/// A form that was sent.
pub(crate) struct Form(Fields);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Fields::read(request.into_body(), MOST_BYTES)
            .await
            .map(Self)
    }
}

impl Form {
    /// The text of a field without blanks around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.text(name)
    }

    /// How many units are wanted.
    pub(crate) fn units(&self) -> Result<i64> {
        let units = self.text("units").parse::<i64>().ok();
        units.filter(|units| *units > 0).ok_or(Error::Form(
            "Say how many units you want, as a whole number.",
        ))
    }

    pub(crate) fn kind(&self) -> Kind {
        Kind::parse(self.text("kind"))
    }

    /// What the customer tells of itself.
    pub(crate) fn data(&self) -> Result<Data> {
        let pairs = self.0.pairs().iter();
        let fields = pairs.map(|(name, value)| (name.clone(), value.trim().into()));
        let fields: serde_json::Map<_, _> = fields.collect();
        let data: Data = serde_json::from_value(fields.into())?;
        if data.forename.is_empty() || data.surname.is_empty() || data.street.is_empty() {
            return Err(Error::Form("Name and address are needed."));
        }
        Ok(data)
    }
}

/// The fields for a customer's data, with what is known in them.
pub(crate) fn fields(kind: Kind, data: &Data) -> Markup {
    html! {
        input type="hidden" name="kind" value=(kind.text());
        @if kind == Kind::Company {
            (input("company_name", "Company", &data.company_name, "text"))
            div class="grid" {
                (input("commercial_register", "Register", &data.commercial_register, "text"))
                (input("commercial_register_number", "Number", &data.commercial_register_number, "text"))
            }
            p { "Who signs for the company and owns it:" }
        }
        div class="grid" {
            (input("forename", "First name", &data.forename, "text"))
            (input("surname", "Last name", &data.surname, "text"))
        }
        div class="grid" {
            (input("birth_date", "Date of birth", &data.birth_date, "date"))
            (input("birth_place", "Place of birth", &data.birth_place, "text"))
        }
        (address(data))
        div class="grid" {
            (input("phone", "Telephone", &data.phone, "tel"))
            (input("email", "E-mail", &data.email, "email"))
        }
        div class="grid" {
            (input("iban", "IBAN", &data.iban, "text"))
            (input("bic", "BIC", &data.bic, "text"))
        }
        div class="grid" {
            (input("bank", "Bank", &data.bank, "text"))
            (input("tax_number", "Tax number", &data.tax_number, "text"))
        }
    }
}

/// The fields of an address.
pub(crate) fn address(data: &Data) -> Markup {
    html! {
        (input("street", "Street and number", &data.street, "text"))
        div class="grid" {
            (input("zip", "Postal code", &data.zip, "text"))
            (input("city", "City", &data.city, "text"))
        }
    }
}

fn input(name: &str, label: &str, value: &str, kind: &str) -> Markup {
    html! { label { (label) input type=(kind) name=(name) value=(value) required; } }
}
