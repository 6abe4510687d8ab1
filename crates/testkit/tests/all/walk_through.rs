//! The README's two walk-throughs run as they stand there.

use std::path::Path;

use rstest::rstest;
use testkit::{Backend, Setup};
use tokio::process::Command;

use crate::python::{credentials, python, spoken};

/// The block behind its mark.
fn block(mark: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let (_, behind) = text
        .split_once(&format!("<!-- walk-through: {mark} -->"))
        .unwrap();
    let (_, block) = behind.split_once("```").unwrap();
    let (_, block) = block.split_once('\n').unwrap();
    block.split_once("\n```").unwrap().0.to_owned()
}

#[rstest]
#[case::curl("curl")]
#[case::python("python")]
#[tokio::test(flavor = "multi_thread")]
async fn the_readme_runs_as_it_stands(
    #[case] mark: &str,
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    // Given a network as the demo sets it up, and its credentials file in an empty folder.
    let app = Setup::new(backend).in_real_time().start().await;
    let folder = tempfile::tempdir().unwrap();
    credentials(&app, folder.path());
    let python = python();
    let mut command = match mark {
        "curl" => {
            let mut bash = Command::new("bash");
            bash.args(["-euo", "pipefail", "-c", &block(mark)]);
            bash
        }
        _ => {
            let mut command = Command::new(&python);
            command.args(["-c", &block(mark)]);
            command
        }
    };
    // When the block is run there, with the Python that the block names.
    let path = std::env::var("PATH").unwrap();
    let tools = python.parent().unwrap().display();
    command
        .current_dir(folder.path())
        .env("PATH", format!("{tools}:{path}"));
    command
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("CREDENTIALS")
        .kill_on_drop(true);

    // Then it ends with a delivery.
    let said = spoken(&command.output().await.unwrap());
    assert!(said.contains("DELIVERED"), "{said}");
}
