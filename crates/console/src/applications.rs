//! Applications to take part (§ 18 eWpRV): the applicant writes, proves its domain, hands in and answers; the registrar asks and proposes
//! an answer.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::{ApplicationId, DocumentId};
use http::{Download, QueryParams};
use registry::documents::{self, Upload};
use registry::{Answer, Right, admissions, application_documents, applications, participation};
use uuid::Uuid;
use wire::FieldCode;
use wire::applications::{
    Admission, ApplicantCompany, Application, ApplicationAnswer, ApplicationDocument,
    ApplicationDraft, ApplicationMessageCreate, Licence,
};
use wire::documents::Document;

use crate::Console;
use crate::application_form;
use crate::application_list::render_list;
use crate::application_pages::render;
use crate::form::{Fields, Posted, Uploaded};
use crate::layout;
use crate::page::{Access, Page};
use crate::query::WithStatus;
use crate::refused::{Refused, refusal};
use crate::visitor::Member;

pub(crate) const PATH: &str = "/console/applications";

pub(crate) fn pages() -> Vec<Page> {
    let reads = Access::Needs(Right::ReadApplications);
    let writes = Access::Needs(Right::WritePlatform);
    vec![
        Page::get(PATH, reads, show),
        Page::post(PATH, writes, start),
        Page::get("/console/applications/{application_id}", reads, show_one),
        Page::post("/console/applications/{application_id}", writes, save),
        Page::post(
            "/console/applications/{application_id}/domain",
            writes,
            verify_domain,
        ),
        Page::post(
            "/console/applications/{application_id}/documents",
            writes,
            upload,
        ),
        Page::get(
            "/console/applications/{application_id}/documents/{document_id}",
            reads,
            download,
        ),
        Page::post(
            "/console/applications/{application_id}/documents/{document_id}/remove",
            writes,
            remove,
        ),
        Page::post(
            "/console/applications/{application_id}/submit",
            writes,
            submit,
        ),
        Page::post(
            "/console/applications/{application_id}/withdraw",
            writes,
            withdraw,
        ),
        Page::post(
            "/console/applications/{application_id}/messages",
            Access::Needs(Right::WriteApplications),
            say,
        ),
        Page::post(
            "/console/applications/{application_id}/answer",
            Access::Needs(Right::WriteNetwork),
            answer,
        ),
    ]
}

async fn show(
    State(console): State<Console>,
    who: Member,
    QueryParams(query): QueryParams<WithStatus>,
) -> Result<Response, Refused> {
    render_list(&console, &who, query.status.as_deref(), query.page(), None).await
}

/// The firm was named when it registered.
async fn start(
    State(console): State<Console>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let registry = &console.registry;
    posted.who.caller.require(Right::WritePlatform)?;
    let own = participation::get(registry, &posted.who.caller).await?;
    let draft = ApplicationDraft {
        company: Some(ApplicantCompany {
            name: Some(own.company_name),
            ..ApplicantCompany::default()
        }),
        // Begun, so that what is missing is said field by field.
        licence: Some(Licence::default()),
        ..ApplicationDraft::default()
    };
    match applications::create(registry, &posted.request(), draft).await {
        Ok(answer) => {
            let made: Application = answer.json()?;
            Ok(layout::done(&format!("{PATH}/{}", made.id), "created"))
        }
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render_list(&console, &posted.who, None, 1, Some(&problem)).await
        }
    }
}

async fn show_one(
    State(console): State<Console>,
    who: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    render(&console, &who, ApplicationId::from_uuid(id), None, None).await
}

async fn save(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let draft = application_form::read(&posted.fields);
    let id = ApplicationId::from_uuid(id);
    let saved = applications::update(&console.registry, &posted.request(), id, draft).await;
    finish(&console, &posted, id, saved, "saved").await
}

async fn verify_domain(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ApplicationId::from_uuid(id);
    let asked = applications::verify_domain(&console.registry, &posted.request(), id).await;
    finish_stored(&console, &posted, id, asked, "domain-asked").await
}

async fn submit(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ApplicationId::from_uuid(id);
    let done = applications::submit(&console.registry, &posted.request(), id).await;
    finish_stored(&console, &posted, id, done, "application-submitted").await
}

async fn withdraw(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ApplicationId::from_uuid(id);
    let done = applications::withdraw(&console.registry, &posted.request(), id).await;
    finish_stored(&console, &posted, id, done, "application-withdrawn").await
}

async fn say(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ApplicationId::from_uuid(id);
    let body = ApplicationMessageCreate {
        text: posted.fields.text("text").to_owned(),
    };
    let said = applications::write_message(&console.registry, &posted.request(), id, body).await;
    finish(&console, &posted, id, said, "said").await
}

async fn answer(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    posted.who.caller.require(Right::WriteNetwork)?;
    let id = ApplicationId::from_uuid(id);
    let proposed = match proposal(&posted.fields) {
        Ok(body) => {
            admissions::propose_answer(&console.registry, &posted.request(), id, body).await
        }
        Err(error) => Err(error),
    };
    finish(&console, &posted, id, proposed, "proposed").await
}

fn proposal(fields: &Fields) -> registry::Result<ApplicationAnswer> {
    let decision = match fields.text("decision") {
        "admit" => Admission::Admit,
        "refuse" => Admission::Refuse,
        _ => {
            let message = "This is either admit or refuse.".to_owned();
            return Err(registry::Error::Field(
                "decision",
                FieldCode::UnknownValue,
                message,
            ));
        }
    };
    Ok(ApplicationAnswer {
        decision,
        reason: fields.optional("reason"),
        risk_analysis: fields.optional("risk_analysis"),
    })
}

async fn upload(
    State(console): State<Console>,
    Path(id): Path<Uuid>,
    Uploaded { posted, file }: Uploaded,
) -> Result<Response, Refused> {
    let id = ApplicationId::from_uuid(id);
    let caller = &posted.who.caller;
    caller.require(Right::WritePlatform)?;
    let kept = match file {
        Some(file) => {
            let upload = Upload {
                name: file.file_name,
                content_type: Some(file.content_type),
                bytes: file.bytes,
                sha256: file.sha256,
            };
            attach(&console, &posted, id, upload).await
        }
        None => Err(registry::Error::Field(
            "file",
            FieldCode::Missing,
            "Choose a file.".to_owned(),
        )),
    };
    finish_stored(&console, &posted, id, kept, "uploaded").await
}

/// Keeps the document, then names it in the draft.
async fn attach(
    console: &Console,
    posted: &Posted<Member>,
    id: ApplicationId,
    upload: Upload,
) -> registry::Result<Answer> {
    let registry = &console.registry;
    let draft = applications::get(registry, &posted.who.caller, id).await?;
    let kept: Document = documents::upload(registry, &posted.request(), upload)
        .await?
        .json()?;
    let mut named = draft.content.documents.unwrap_or_default();
    // The same form sent twice names one document.
    if !named.iter().any(|one| one.document_id == kept.id) {
        named.push(ApplicationDocument {
            document_id: kept.id,
            document_type: posted.fields.text("document_type").to_owned(),
        });
    }
    name_documents(console, posted, id, named).await
}

async fn remove(
    State(console): State<Console>,
    Path((id, document)): Path<(Uuid, Uuid)>,
    posted: Posted<Member>,
) -> Result<Response, Refused> {
    let id = ApplicationId::from_uuid(id);
    posted.who.caller.require(Right::WritePlatform)?;
    let application = applications::get(&console.registry, &posted.who.caller, id).await?;
    let mut named = application.content.documents.unwrap_or_default();
    named.retain(|one| one.document_id != document);
    let removed = name_documents(&console, &posted, id, named).await;
    finish_stored(&console, &posted, id, removed, "deleted").await
}

/// The form's key stands for the upload; this follows from it.
async fn name_documents(
    console: &Console,
    posted: &Posted<Member>,
    id: ApplicationId,
    named: Vec<ApplicationDocument>,
) -> registry::Result<Answer> {
    let request = registry::Request {
        key: None,
        ..posted.request()
    };
    let patch = ApplicationDraft {
        documents: Some(named),
        ..ApplicationDraft::default()
    };
    applications::update(&console.registry, &request, id, patch).await
}

async fn download(
    State(console): State<Console>,
    who: Member,
    Path((id, document)): Path<(Uuid, Uuid)>,
) -> Result<Download, Refused> {
    let (id, document) = (
        ApplicationId::from_uuid(id),
        DocumentId::from_uuid(document),
    );
    let content = application_documents::get(&console.registry, &who.caller, id, document).await?;
    Ok(Download::new(content.content_type, content.bytes))
}

/// Back to the application, or the page again with what was typed and what is wrong with it.
async fn finish(
    console: &Console,
    posted: &Posted<Member>,
    id: ApplicationId,
    outcome: registry::Result<Answer>,
    flash: &'static str,
) -> Result<Response, Refused> {
    match outcome {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), flash)),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            let fields = Some(&posted.fields);
            render(console, &posted.who, id, fields, Some(&problem)).await
        }
    }
}

/// The same for forms that are one button: beside what is wrong stands what is kept.
async fn finish_stored(
    console: &Console,
    posted: &Posted<Member>,
    id: ApplicationId,
    outcome: registry::Result<Answer>,
    flash: &'static str,
) -> Result<Response, Refused> {
    match outcome {
        Ok(_) => Ok(layout::done(&format!("{PATH}/{id}"), flash)),
        Err(error) => {
            let problem = refusal(&posted.who, error)?;
            render(console, &posted.who, id, None, Some(&problem)).await
        }
    }
}
