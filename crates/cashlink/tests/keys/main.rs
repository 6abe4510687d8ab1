//! The keys that are not in the configuration itself: the master key and those of the offices, in files, in hardware, and in AWS KMS, where
//! a server of others checks signatures and permissions.

#![allow(clippy::unwrap_used)]

mod master;
mod offices;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A key management service in a process of its own.
struct Server {
    child: Child,
    says: Value,
}

impl Server {
    fn start() -> Self {
        let python = std::env::var_os("CASHLINK_TEST_PYTHON")
            .expect("run `cargo xtask test`, which brings the Python clients");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/kms_server.py");
        let mut child = Command::new(python)
            .arg(script)
            .env("NO_PROXY", "127.0.0.1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        reader.read_line(&mut line).unwrap();
        let says = serde_json::from_str(&line).expect("the server says where it is");
        Self { child, says }
    }

    fn url(&self) -> &str {
        self.says["url"].as_str().unwrap()
    }

    fn key(&self, index: usize) -> &str {
        self.says["keys"][index].as_str().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whoever runs the network, in a folder of its own.
struct Operator {
    folder: tempfile::TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Operator {
    fn with_credentials(user: &Value) -> Self {
        Self::new(vec![
            ("AWS_ACCESS_KEY_ID", user["id"].as_str().unwrap().to_owned()),
            (
                "AWS_SECRET_ACCESS_KEY",
                user["secret"].as_str().unwrap().to_owned(),
            ),
        ])
    }

    fn new(environment: Vec<(&'static str, String)>) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_cashlink"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("NO_PROXY", "127.0.0.1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().cloned())
            .output()
            .unwrap()
    }

    /// Makes a wrapped key in this file.
    fn new_key(&self, server: &Server, key: usize, file: &str) -> Output {
        self.run(&[
            "new-master-key",
            "--to",
            file,
            "--kms-key-id",
            server.key(key),
            "--kms-region",
            "eu-central-1",
            "--kms-endpoint",
            server.url(),
        ])
    }

    fn configure(&self, section: &str) {
        let text = format!(
            "public_url = 'http://localhost'\n[database]\nurl = 'sqlite:network.sqlite'\n\
             [documents]\ndirectory = 'documents'\n{section}"
        );
        std::fs::write(self.path("cashlink.toml"), text).unwrap();
    }

    fn configured(&self, arguments: &[&str]) -> Output {
        self.run(&[arguments, &["--config", "cashlink.toml"]].concat())
    }
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(output));
    text(output)
}

fn refused(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", text(output));
    assert!(text(output).contains(words), "{}", text(output));
}
