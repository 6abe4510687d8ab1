//! Bringing and changing products: the form with its documents, which are uploaded one by one and stay with the form.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ProductId;
use maud::{Markup, html};
use registry::{Paging, Right, issuers, issuing, platforms};
use uuid::Uuid;
use wire::Problem;
use wire::issuing::{IssuedProduct, ProductCreate};
use wire::products::ProductStatus;

use crate::Console;
use crate::form::{Fields, Uploaded};
use crate::issued::PATH;
use crate::json_form::{self, rows_shown};
use crate::layout;
use crate::page::{Access, Page};
use crate::parts::{self, Form};
use crate::product_form::{self, Choices};
use crate::refused::{Refused, refusal, status};
use crate::visitor::Member;
use crate::{upload, words};

const WRITES: Access = Access::Needs(Right::WriteIssuedProducts);
/// More issuers and platforms than a form shows are found by the API.
const MOST: Paging = Paging {
    offset: 0,
    limit: 500,
};

pub(crate) fn pages() -> Vec<Page> {
    vec![
        Page::get("/console/issued/products/new", WRITES, new),
        Page::post("/console/issued/products/new", WRITES, create),
        Page::get("/console/issued/products/{product_id}/edit", WRITES, edit),
        Page::post("/console/issued/products/{product_id}/edit", WRITES, update),
    ]
}

async fn new(State(console): State<Console>, who: Member) -> Result<Response, Refused> {
    who.caller.require(Right::WriteIssuedProducts)?;
    let fields = product_form::empty(&console.registry.networks.production.network);
    render(&console, &who, None, &fields, None).await
}

async fn create(State(console): State<Console>, uploaded: Uploaded) -> Result<Response, Refused> {
    save(&console, None, uploaded).await
}

async fn edit(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    who.caller.require(Right::WriteIssuedProducts)?;
    let product = ProductId::from_uuid(id);
    let product = issuing::get(&console.registry, &who.caller, product).await?;
    let fields = product_form::known(&product)?;
    render(&console, &who, Some(&product), &fields, None).await
}

async fn update(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    let caller = &uploaded.posted.who.caller;
    caller.require(Right::WriteIssuedProducts)?;
    let product = issuing::get(&console.registry, caller, ProductId::from_uuid(id)).await?;
    save(&console, Some(product), uploaded).await
}

/// Keeps the file that came along, and then the product, unless only the file was to be kept.
async fn save(
    console: &Console,
    known: Option<IssuedProduct>,
    uploaded: Uploaded,
) -> Result<Response, Refused> {
    let Uploaded { posted, file } = uploaded;
    posted.who.caller.require(Right::WriteIssuedProducts)?;
    let (who, known) = (&posted.who, known.as_ref());
    let mut fields = without_removed(&posted.fields);
    if let Some(file) = file {
        match upload::keep(console, &posted, file).await {
            Ok(document) => fields = with_document(&fields, document.id),
            Err(error) => {
                let problem = refusal(&posted.who, error)?;
                return render(console, who, known, &fields, Some(&problem)).await;
            }
        }
    }
    if posted.fields.text("step") == "upload" {
        return render(console, who, known, &fields, None).await;
    }
    let (registry, request) = (&console.registry, posted.request());
    let saved = match known {
        None => match product_form::proposed(&fields) {
            Ok(body) => match json_form::body::<ProductCreate>(&body) {
                Ok(body) => issuing::create(registry, &request, body).await,
                Err(errors) => Err(errors.into()),
            },
            Err(error) => Err(error),
        },
        Some(product) => {
            let patch = match is_issued(product) {
                true => product_form::told(&fields),
                false => product_form::proposed(&fields),
            };
            match patch {
                Ok(patch) => {
                    let id = ProductId::from_uuid(product.id);
                    issuing::update(registry, &request, id, patch).await
                }
                Err(error) => Err(error),
            }
        }
    };
    match saved {
        Ok(answer) => {
            let product: IssuedProduct = answer.json()?;
            Ok(layout::done(&format!("{PATH}/{}", product.id), "saved"))
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(console, who, known, &fields, Some(&problem)).await
        }
    }
}

fn is_issued(product: &IssuedProduct) -> bool {
    matches!(
        product.status,
        ProductStatus::Issuing | ProductStatus::Active
    )
}

/// The issuance contract has a field of its own; every other document stands in the list.
fn with_document(fields: &Fields, id: Uuid) -> Fields {
    let (kind, title) = (fields.text("new_type"), fields.text("new_title"));
    if kind == "ISSUANCE" {
        return upload::with(fields, &[("issuance_document_id", id.to_string())]);
    }
    let index = (0..)
        .find(|index| {
            fields
                .text(&format!("documents[{index}].document_id"))
                .is_empty()
        })
        .unwrap_or_default();
    let name = |member: &str| format!("documents[{index}].{member}");
    upload::with(
        fields,
        &[
            (&name("document_type"), kind.to_owned()),
            (&name("document_id"), id.to_string()),
            (&name("title"), title.to_owned()),
            // The next one has a title of its own.
            ("new_title", String::new()),
        ],
    )
}

/// Documents that are ticked to be taken out are so.
fn without_removed(fields: &Fields) -> Fields {
    let removed: Vec<String> = fields
        .all("remove")
        .map(|index| format!("documents[{index}]."))
        .collect();
    let is_kept = |name: &str| !removed.iter().any(|start| name.starts_with(start));
    let kept = fields.pairs().iter().filter(|(name, _)| is_kept(name));
    Fields::known(kept.cloned().collect())
}

async fn choices(console: &Console, who: &Member) -> Result<Choices, Refused> {
    let (registry, caller) = (&console.registry, &who.caller);
    let issuers = issuers::list(registry, caller, MOST).await?.items;
    let platforms = platforms::list(registry, caller, MOST).await?.items;
    Ok(Choices {
        issuers: issuers
            .into_iter()
            .map(|one| (one.id.to_string(), one.company_name))
            .collect(),
        platforms: platforms
            .into_iter()
            .map(|one| (one.id.to_string(), one.platform_company_name))
            .collect(),
    })
}

async fn render(
    console: &Console,
    who: &Member,
    product: Option<&IssuedProduct>,
    fields: &Fields,
    problem: Option<&Problem>,
) -> Result<Response, Refused> {
    let visitor = &who.visitor;
    let choices = choices(console, who).await?;
    let names = upload::names(console, who, fields).await?;
    let form = Form {
        visitor,
        fields,
        problem,
    };
    let new = visitor.say("New product", "Neues Produkt");
    let title = product.map_or(new, |product| product.name.as_str());
    let path = match product {
        Some(product) => format!("{PATH}/{}/edit", product.id),
        None => format!("{PATH}/new"),
    };
    let body = html! {
        (parts::back(PATH, visitor.say("Products", "Produkte")))
        h1 { (title) }
        (parts::problem(visitor, problem))
        @if choices.issuers.is_empty() {
            p { a href="/console/issuers/new" { (visitor.say("Bring an issuer first.", "Bringen Sie zuerst einen Emittenten.")) } }
        }
        form method="post" action=(path) enctype="multipart/form-data" {
            (parts::hidden(visitor))
            (parts::default_button("step", "save", visitor.say("Save", "Speichern")))
            @if product.is_none_or(|product| !is_issued(product)) { (product_form::proposed_inputs(&form, &choices)) }
            (product_form::told_inputs(&form, &choices))
            (documents(&form, &names))
            button type="submit" name="step" value="save" { (visitor.say("Save", "Speichern")) }
        }
    };
    let status = problem.map_or(StatusCode::OK, status);
    Ok(layout::page_with_status(visitor, status, title, &body))
}

/// What is kept already, what is to be taken out, and one more.
fn documents(form: &Form<'_>, names: &BTreeMap<String, String>) -> Markup {
    let visitor = form.visitor;
    let kinds = words::options(visitor, words::DOCUMENTS);
    html! {
        h2 { (visitor.say("Documents", "Dokumente")) }
        @let issuance = form.fields.text("issuance_document_id");
        @if !issuance.is_empty() {
            p { (visitor.say("Issuance contract: ", "Emissionsvertrag: ")) strong { (upload::name(names, issuance)) } }
            input type="hidden" name="issuance_document_id" value=(issuance);
        }
        (form.wrong_with("issuance_document_id"))
        @for index in 0..rows_shown(form.fields, "documents", "document_id") {
            @let name = |member: &str| format!("documents[{index}].{member}");
            @let id = form.fields.text(&name("document_id"));
            @if !id.is_empty() {
                div class="two" {
                    (form.select(&name("document_type"), visitor.say("Document", "Dokument"), &kinds, ""))
                    (form.input(&name("title"), visitor.say("Title", "Titel"), "text"))
                    label { input type="checkbox" name="remove" value=(index); (visitor.say("Take out", "Herausnehmen")) " " (upload::name(names, id)) }
                }
                input type="hidden" name=(name("document_id")) value=(id);
                (form.wrong_with(&name("document_id")))
            }
        }
        div class="two" {
            (form.input("file", visitor.say("One more: PDF or picture", "Ein weiteres: PDF oder Bild"), "file"))
            (form.select("new_type", visitor.say("It is", "Es ist"), &kinds, ""))
            (form.input("new_title", visitor.say("Title", "Titel"), "text"))
        }
        button type="submit" name="step" value="upload" class="outline" { (visitor.say("Upload", "Hochladen")) }
    }
}
