//! The catalogue: assets of all issuers, filtered and searched.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use http::QueryParams;
use maud::{Markup, html};
use registry::catalogue::{self, Wanted};
use registry::{Listed, Right};
use serde::Deserialize;
use wire::Problem;
use wire::catalogue::CatalogueAsset;

use crate::Console;
use crate::form::Fields;
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::refused::{Refused, refusal, status};
use crate::registers::shown;
use crate::states;
use crate::visitor::{Member, Visitor};
use crate::words;

pub(crate) const PATH: &str = "/console/catalogue";

pub(crate) fn pages() -> Vec<Page> {
    vec![Page::get(PATH, Access::Needs(Right::ReadCatalogue), show)]
}

/// The filters, with the names of the API; a field that was left empty filters nothing.
#[derive(Debug, Default, Deserialize)]
struct Query {
    page: Option<u64>,
    sector: Option<String>,
    legal_form: Option<String>,
    network: Option<String>,
    status: Option<String>,
    currency: Option<String>,
    minimum_up_to: Option<String>,
    matures_from: Option<String>,
    matures_until: Option<String>,
    search: Option<String>,
}

impl Query {
    fn fields(&self) -> Vec<(String, String)> {
        [
            ("search", &self.search),
            ("sector", &self.sector),
            ("legal_form", &self.legal_form),
            ("network", &self.network),
            ("status", &self.status),
            ("currency", &self.currency),
            ("minimum_up_to", &self.minimum_up_to),
            ("matures_from", &self.matures_from),
            ("matures_until", &self.matures_until),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .filter(|(_, value)| !value.trim().is_empty())
        .collect()
    }
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<Query>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let page = query.page.unwrap_or(1).clamp(1, 100_000);
    let said = query.fields();
    let fields = Fields::known(said.clone());
    let asked = match wanted(&fields) {
        Ok(wanted) => {
            catalogue::list(&console.registry, &who.caller, wanted, parts::paging(page)).await
        }
        Err(error) => Err(error),
    };
    let (listed, problem) = match asked {
        Ok(listed) => (listed, None),
        Err(error) => {
            let nothing = Listed {
                count: 0,
                items: Vec::new(),
            };
            (nothing, Some(refusal(&who, error)?))
        }
    };
    let rows: Vec<_> = listed.items.iter().map(|one| row(visitor, one)).collect();
    let title = visitor.say("Catalogue", "Katalog");
    let body = html! {
        h1 { (title) }
        (parts::problem(visitor, problem.as_ref()))
        (filter(visitor, &fields, problem.as_ref()))
        (parts::table(visitor, &head(visitor), &rows))
        (parts::pager(visitor, &path(&said), page, listed.count))
    };
    let status = problem.as_ref().map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

fn wanted(fields: &Fields) -> registry::Result<Wanted> {
    let minimum_up_to = match fields.optional("minimum_up_to").map(|text| text.parse()) {
        None => None,
        Some(Ok(amount)) => Some(amount),
        Some(Err(_)) => {
            return Err(registry::Error::Field(
                "minimum_up_to",
                wire::FieldCode::InvalidType,
                "Give a whole amount.".to_owned(),
            ));
        }
    };
    Ok(Wanted {
        sector: fields.optional("sector"),
        legal_form: fields.optional("legal_form"),
        issuer_id: None,
        network: fields.optional("network"),
        status: fields.optional("status"),
        currency: fields.optional("currency"),
        minimum_up_to,
        matures_from: fields.optional("matures_from"),
        matures_until: fields.optional("matures_until"),
        search: fields.optional("search"),
    })
}

/// The address of this list with its filters.
fn path(said: &[(String, String)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(said);
    match query.finish().as_str() {
        "" => PATH.to_owned(),
        query => format!("{PATH}?{query}"),
    }
}

fn filter(visitor: &Visitor, fields: &Fields, problem: Option<&Problem>) -> Markup {
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let legal_forms = words::with_none(visitor, words::LEGAL_FORMS);
    let statuses = words::with_none(visitor, states::PRODUCTS);
    html! {
        form method="get" action=(PATH) {
            div class="two" {
                (form.input("search", visitor.say("Name, issuer, ISIN or symbol", "Name, Emittent, ISIN oder Symbol"), "search"))
                (form.input("sector", visitor.say("Sector", "Sektor"), "text"))
                (form.select("legal_form", visitor.say("Legal form", "Rechtsform"), &legal_forms, ""))
                (form.select("status", "Status", &statuses, ""))
                (form.input("network", visitor.say("DLT network", "DLT-Netzwerk"), "text"))
                (form.input("currency", visitor.say("Currency", "Währung"), "text"))
                (form.input("minimum_up_to", visitor.say("Smallest investment up to", "Mindestanlage bis"), "text"))
                (form.input("matures_from", visitor.say("Repaid from", "Rückzahlung ab"), "date"))
                (form.input("matures_until", visitor.say("Repaid until", "Rückzahlung bis"), "date"))
            }
            button type="submit" { (visitor.say("Show", "Anzeigen")) }
        }
    }
}

fn head(visitor: &Visitor) -> [&'static str; 9] {
    [
        "Asset",
        visitor.say("Issuer", "Emittent"),
        "ISIN",
        visitor.say("Sector", "Sektor"),
        visitor.say("Legal form", "Rechtsform"),
        visitor.say("Smallest investment", "Mindestanlage"),
        visitor.say("Repaid on", "Rückzahlung am"),
        visitor.say("Units to give", "Verfügbare Stück"),
        "Status",
    ]
}

fn row(visitor: &Visitor, one: &CatalogueAsset) -> Vec<Markup> {
    let form = words::word(visitor, words::LEGAL_FORMS, &shown(&one.legal_form));
    vec![
        html! { a href=(format!("{PATH}/{}", one.id)) { (one.name) } },
        parts::text(&one.issuer.company_name),
        parts::code(&one.isin),
        parts::optional(one.sector.as_deref()),
        parts::text(form),
        parts::money(visitor, &one.minimum_amount),
        parts::day(one.matures_on.as_deref()),
        parts::text(one.unallocated_units),
        states::state(visitor, states::PRODUCTS, &shown(&one.status)),
    ]
}
