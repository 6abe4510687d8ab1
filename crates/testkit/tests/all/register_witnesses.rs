//! Witnesses outside of the registrar's house sign what they have seen of a register's log; forks and strangers are refused.

use registry::Request;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{Backend, Setup, TestApp};
use tlog::note::{Algorithm, Signer};
use tlog::{Checkpoint, Cosignature, Note};

use crate::register_bundle::{files_of, judged, lines};
use crate::restrictions::{execute, has_problem};

const SIGNED_AT: u64 = 1_780_300_000;

fn witness(name: &str, secret: u8) -> Signer {
    Signer::new(name, Algorithm::Cosignature, &[secret; 32]).unwrap()
}

/// The log of the first asset, as anybody sees it.
async fn log(app: &TestApp) -> Value {
    let isin = app.register(0).await["isin"].as_str().unwrap().to_owned();
    let path = format!("api/network/v1/registers/{isin}/");
    app.stranger().get(&path).await.expect(200)
}

fn cosigned(text: &str, signer: &Signer) -> Value {
    let signatures = vec![Cosignature::sign(signer, text, SIGNED_AT)];
    let note = Note {
        text: text.to_owned(),
        signatures,
    };
    json!({"note": note.to_string()})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_registered_witness_has_signed_is_taken_without_a_token_and_a_fork_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network whose file names a witness, and a checkpoint of its register.
    let known = witness("witness.example", 9);
    let key = known.public().to_string();
    let setup = Setup::new(backend).network(move |file| {
        file["network"]["register"]["witnesses"] = json!([key]);
    });
    let app = setup.start().await;
    let before = log(&app).await;
    assert!(before["cosigned"].is_null());
    let isin = before["isin"].as_str().unwrap();
    let path = format!("api/network/v1/registers/{isin}/checkpoint/cosignatures/");
    let anybody = app.stranger();
    let note: Note = before["checkpoint"].as_str().unwrap().parse().unwrap();

    // When a stranger has signed it, when it is of a fork or of another log, or is no signature, then it is refused by name.
    let stranger = witness("stranger.example", 8);
    let body = cosigned(&note.text, &stranger);
    let reply = anybody.post(&path, &body).await;
    reply.refused("witness_unknown");
    let fork = Checkpoint {
        root: [7; 32],
        ..Checkpoint::parse(&note).unwrap()
    };
    let body = cosigned(&fork.text(), &known);
    let reply = anybody.post(&path, &body).await;
    reply.refused("checkpoint_forked");
    let larger = Checkpoint {
        size: fork.size + 1,
        ..Checkpoint::parse(&note).unwrap()
    };
    let body = cosigned(&larger.text(), &known);
    let reply = anybody.post(&path, &body).await;
    reply.refused("checkpoint_forked");
    let other = note.text.replacen("registers/", "registers/not-", 1);
    for body in [
        cosigned(&other, &known),
        json!({"note": "no note at all"}),
        json!({"note": cosigned(&other, &known)["note"].as_str().unwrap().replacen(&other, &note.text, 1)}),
    ] {
        let reply = anybody.post(&path, &body).await;
        assert_eq!(reply.status, 400, "{body}");
    }
    assert!(log(&app).await["cosigned"].is_null());

    // When the witness has, twice, then it is shown to everybody, once, and stays when the log grows.
    let body = cosigned(&note.text, &known);
    for _ in 0..2 {
        let taken = anybody.post(&path, &body).await.expect(200);
        assert_eq!(taken["witnesses"].as_array().unwrap().len(), 1);
    }
    // The audit log says which witness it was, once.
    let noted = app
        .app
        .registry
        .db
        .read(|tx| storage::audit::latest(tx, 50));
    let mut noted = noted.await.unwrap();
    noted.retain(|line| line.action == "register.cosign");
    assert_eq!(noted.len(), 1);
    assert!(noted[0].actor.starts_with("witness:witness.example+"));
    app.partner(0).await;
    let shown = log(&app).await["cosigned"].clone();
    assert_eq!(shown["root_hash"], before["root_hash"]);
    let read: Note = shown["checkpoint"].as_str().unwrap().parse().unwrap();
    let seen = Cosignature::verify(&read, known.public()).unwrap();
    assert_eq!(seen.time, SIGNED_AT);
    let log_key: tlog::Key = before["public_key"].as_str().unwrap().parse().unwrap();
    assert_eq!(Checkpoint::open(&read, &log_key).unwrap().size, 1);

    // Then the check of the register, the bundle and the independent verifier have it too.
    for finding in cashlink::register::verify(&app.app, None).await.unwrap() {
        assert_eq!(finding.difference, None, "{}", finding.isin);
    }
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("bundle.tar");
    let request = Request::internal("eva", "register export");
    let one = (Some(isin.parse().unwrap()), to.as_path());
    cashlink::register::write_bundle(&app.app, &request, one, None)
        .await
        .unwrap();
    let kept = lines(&files_of(&to)[&format!("registers/{isin}/cosignatures.jsonl")]);
    assert_eq!(kept.len(), 1);
    let witness_key = known.public().to_string();
    let (code, said) = judged(&to, &["--witness", &witness_key]).await;
    assert_eq!(code, 0, "{said}");
    let stranger_key = stranger.public().to_string();
    let (code, said) = judged(&to, &["--witness", &stranger_key]).await;
    assert!(code == 1 && said.contains("has signed nothing"), "{said}");
    execute(
        &app,
        "update register_cosignatures set text = text || 'more'",
        Vec::new(),
    )
    .await;
    assert!(has_problem(&app).await, "what is kept was changed");
}
