//! `cashlink serve` on an empty place: a configuration, a master key, and the name of the registrar.

use std::net::TcpListener;
use std::path::Path;

use database::vault::MasterKey;
use serde_json::json;

use crate::common::{Process, cashlink};

/// A network that nobody has used yet.
pub struct Network {
    pub process: Process,
    pub url: String,
    /// Makes the registrar's first administrator.
    pub first_link: String,
}

impl Network {
    /// Writes the configuration into this folder and serves it. Mails are kept for the mailbox, and platforms on this machine can
    /// prove their domain.
    pub async fn start(folder: &Path) -> Self {
        let url = format!("http://{}", free_address());
        let config = folder.join("cashlink.toml");
        std::fs::write(&config, configuration(folder, &url)).unwrap();
        let key = MasterKey::generate().unwrap().to_hex();
        std::fs::write(folder.join("master.key"), &*key).unwrap();
        let network = json!({"network": {"name": "first-sale", "registrar": "Musterregister Kryptowertpapiere GmbH"},
            "issuers": [], "platforms": [], "assets": []});
        std::fs::write(folder.join("network.json"), network.to_string()).unwrap();
        let mut command = cashlink(&["serve", "--migrate", "--config"]);
        command.arg(&config);
        let mut process = Process::start(&mut command, &folder.join("serve.log"));
        let first_link = process
            .wait_for("prints the first link", |process| {
                let end = process.end();
                assert!(
                    end.is_none(),
                    "it ended with {end:?}:\n{}",
                    process.printed()
                );
                let printed = process.printed();
                let link = printed
                    .split_whitespace()
                    .find(|word| word.starts_with(&url) && word.contains("/console/"))?;
                Some(link.to_owned())
            })
            .await;
        Self {
            process,
            url,
            first_link,
        }
    }
}

/// Links are made from the public URL, so that the port has to be known before.
fn free_address() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().to_string()
}

fn configuration(folder: &Path, url: &str) -> String {
    let path = |name: &str| folder.join(name).display().to_string();
    format!(
        "public_url = '{url}'\n\
         listen = '{}'\n\
         network_file = '{}'\n\
         [database]\nurl = 'sqlite:{}'\n\
         [documents]\ndirectory = '{}'\n\
         [master_key]\nfile = '{}'\n\
         [webhooks]\nallow_networks = ['127.0.0.0/8']\n\
         [mail]\nlanguage = 'en'\nmailbox_networks = ['127.0.0.0/8']\n",
        url.trim_start_matches("http://"),
        path("network.json"),
        path("cashlink.sqlite"),
        path("documents"),
        path("master.key"),
    )
}
