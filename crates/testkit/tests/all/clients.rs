//! The packed Python and TypeScript clients, installed as a partner installs them, play the main job against a running network.

use std::path::{Path, PathBuf};

use rstest::rstest;
use testkit::{Backend, Setup, TestApp};
use tokio::process::Command;

use crate::python::{credentials, python, spoken};

/// Where `cargo xtask clients` has put the packed clients.
const CLIENTS: &str = "CASHLINK_TEST_CLIENTS";

fn clients() -> PathBuf {
    match std::env::var_os(CLIENTS) {
        Some(path) => path.into(),
        None => panic!("{CLIENTS} is not set: run `cargo xtask test`, which packs the clients"),
    }
}

/// The one file of this kind in a folder.
fn packed(folder: &Path, ending: &str) -> PathBuf {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut found = entries.map(|entry| entry.unwrap().path());
    found
        .find(|path| path.to_string_lossy().ends_with(ending))
        .unwrap()
}

fn story(language: &str, file: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    tests.join(language).join(file)
}

async fn run(command: &mut Command) -> String {
    // No proxy stands between the test and loopback.
    command
        .env("NO_PROXY", "127.0.0.1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    spoken(&command.kill_on_drop(true).output().await.unwrap())
}

async fn network(backend: Backend) -> TestApp {
    Setup::new(backend).in_real_time().start().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_plays_the_main_job(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let folder = tempfile::tempdir().unwrap();
    let wheel = packed(&clients().join("python/dist"), ".whl");
    let options = [
        "--no-index",
        "--no-deps",
        "--quiet",
        "--disable-pip-version-check",
    ];
    let mut install = Command::new(python());
    install.args(["-m", "pip", "install"]).args(options);
    run(install.arg("--target").arg(folder.path()).arg(wheel)).await;

    // The types of the wheel are those that the story was written with.
    let story = story("python", "sdk_story.py");
    let mut check = Command::new(python());
    check.args(["-m", "mypy", "--strict", "--cache-dir"]);
    check.arg(folder.path().join("cache")).arg(&story);
    run(check.env("MYPYPATH", folder.path())).await;

    let mut play = Command::new(python());
    play.arg(story).env("PYTHONPATH", folder.path());
    let said = run(play.env("CREDENTIALS", credentials(&app, folder.path()))).await;
    assert!(said.contains("content"), "{said}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_typescript_client_plays_the_main_job(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let app = network(backend).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let typescript = clients().join("typescript");
    std::fs::write(place.join("package.json"), r#"{"type": "module"}"#).unwrap();
    let options = [
        "--offline",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ];
    let mut install = Command::new("npm");
    install.current_dir(place).arg("install").args(options);
    run(install.arg(packed(&typescript, ".tgz"))).await;

    // The types of the tarball are those that the story was written with.
    std::fs::copy(story("typescript", "sdk_story.ts"), place.join("story.ts")).unwrap();
    let modules = typescript.join("node_modules");
    let mut check = Command::new("node");
    check
        .current_dir(place)
        .arg(modules.join("typescript/bin/tsc"));
    check.args([
        "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node",
    ]);
    check.arg("--typeRoots").arg(modules.join("@types"));
    run(check.args(["--outDir", "out", "story.ts"])).await;

    let mut play = Command::new("node");
    play.current_dir(place).arg("out/story.js");
    let said = run(play.env("CREDENTIALS", credentials(&app, place))).await;
    assert!(said.contains("content"), "{said}");
}
