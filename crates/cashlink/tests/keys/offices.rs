//! The keys of registry and enforcement: where they may be, what is refused, and how an office passes on.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{Operator, Server, refused, said, text};

const PASSWORD: &str = "correct horse battery staple";
/// The first key of anvil's and hardhat's mnemonic.
const DEVELOPMENT: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn operator() -> Operator {
    let operator = Operator::new(vec![("MASTER", "5a".repeat(32))]);
    write(&operator, "password", PASSWORD);
    operator
}

fn write(operator: &Operator, name: &str, content: &str) {
    let path = operator.path(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn configure(operator: &Operator, dlt: &str) {
    operator.configure(&format!("[master_key]\nenv = 'MASTER'\n{dlt}"));
}

fn keystore(operator: &Operator, arguments: &[&str]) -> Output {
    let new = ["--password-file", "password"];
    operator.run(&[&["dlt", "keystore"], arguments, &new[..]].concat())
}

fn in_keystore(office: &str, file: &str) -> String {
    format!("[dlt.{office}.keystore]\nfile = '{file}'\npassword = {{ file = 'password' }}\n")
}

/// What a key's maker says its account is.
fn account(output: &Output) -> String {
    let said = said(output);
    let begin = said.find("0x").expect("an account");
    said[begin..begin + 42].to_owned()
}

fn accounts(output: &Output) -> Vec<String> {
    let rows: Value = serde_json::from_str(&said(output)).unwrap();
    let rows = rows.as_array().unwrap();
    rows.iter()
        .map(|row| row["account"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_office_has_a_keystore_file_and_passes_on_to_another() {
    // Given a network with a keystore file for each office.
    let operator = operator();
    let made = ["registry", "enforcement", "next"]
        .map(|name| account(&keystore(&operator, &["new", "--to", name])));
    refused(
        &keystore(&operator, &["new", "--to", "registry"]),
        "exists already",
    );
    let both = |registry: &str, enforcement: &str| {
        let (one, two) = (
            in_keystore("registry", registry),
            in_keystore("enforcement", enforcement),
        );
        configure(&operator, &format!("{one}{two}"));
    };
    both("registry", "enforcement");
    let shown = operator.configured(&["dlt", "keys", "--json"]);
    assert_eq!(accounts(&shown), made[..2]);
    said(&operator.configured(&["migrate"]));
    said(&operator.configured(&["register", "verify"]));

    // When the configuration names another key, nothing starts before the office has passed on.
    both("next", "enforcement");
    refused(
        &operator.configured(&["register", "verify"]),
        "cashlink dlt rotate-key registry",
    );
    let found = operator.configured(&["register", "verify", "--json"]);
    assert!(!found.status.success());
    let finding: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(finding["finding"], "office_elsewhere");
    assert!(finding["detail"].as_str().unwrap().contains(&made[0]));
    write(
        &operator,
        "former.toml",
        "[keystore]\nfile = 'registry'\npassword = { file = 'password' }\n",
    );
    let rotate = [
        "dlt",
        "rotate-key",
        "registry",
        "--from",
        "former.toml",
        "--as",
        "Anna Berg",
    ];
    let rotated = said(&operator.configured(&rotate));
    assert!(
        rotated.contains(&format!("{} holds the office of registry now", made[2])),
        "{rotated}"
    );
    let again = said(&operator.configured(&rotate));
    assert!(again.contains("already"), "{again}");

    // Then it starts with the new key, and with the old one no more.
    said(&operator.configured(&["register", "verify"]));
    let audit = ["admin", "--operator", "Jonas Weber", "list", "audit"];
    let lines = said(&operator.configured(&audit));
    let line = lines.lines().find(|line| line.contains("dlt.rotate_key"));
    assert!(
        line.is_some_and(|line| line.contains("Anna Berg")),
        "{lines}"
    );
    both("registry", "enforcement");
    refused(
        &operator.configured(&["register", "verify"]),
        "rotate-key registry",
    );
}

#[test]
fn a_weak_open_or_damaged_keystore_file_is_refused_and_made_strong() {
    // Given a file as most tools write it: quick to open, for everybody who tries passwords.
    let operator = operator();
    let weak = json!({
        "version": 3,
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
                "c": 262_144,
                "dklen": 32,
                "prf": "hmac-sha256",
                "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        },
    });
    write(&operator, "weak", &weak.to_string());
    write(&operator, "weak.password", "testpassword");
    said(&keystore(&operator, &["new", "--to", "own"]));
    let with = |file: &str| {
        configure(
            &operator,
            &format!(
                "{}{}",
                in_keystore("registry", file),
                in_keystore("enforcement", "own")
            ),
        );
        operator.configured(&["dlt", "keys"])
    };
    let output = with("weak");
    refused(&output, "keystore_weak");
    assert!(
        text(&output).contains("cashlink dlt keystore import"),
        "{}",
        text(&output)
    );

    // When it is imported, it is strong.
    let import = ["import", "--from", "weak", "--to", "strong"];
    let password = ["--from-password-file", "weak.password"];
    let imported = account(&keystore(&operator, &[&import[..], &password].concat()));
    assert_eq!(
        imported.to_lowercase(),
        "0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b"
    );
    said(&with("strong"));

    // Then it opens with its password alone, whole, and where nobody else can read it.
    write(&operator, "password", "another");
    refused(&with("strong"), "keystore_password");
    write(&operator, "password", PASSWORD);
    let whole = std::fs::read_to_string(operator.path("strong")).unwrap();
    write(&operator, "strong", &whole[..whole.len() / 2]);
    refused(&with("strong"), "keystore_malformed");
    write(&operator, "strong", &whole);
    said(&with("strong"));
    for name in ["strong", "password"] {
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(operator.path(name), open).unwrap();
        refused(&with("strong"), "is open to others: chmod 600");
        let closed = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(operator.path(name), closed).unwrap();
    }
    refused(&with("missing"), "dlt.registry.keystore.file");
}

#[test]
fn a_chain_that_people_rely_on_gets_neither_one_key_nor_one_that_everybody_has() {
    let operator = operator();
    write(&operator, "plain", DEVELOPMENT);
    let dlt = |chain: u64, keys: &str| {
        let section =
            format!("[dlt]\nmode = 'rpc'\nchain_id = {chain}\nurl = 'http://127.0.0.1:9'\n{keys}");
        configure(&operator, &section);
        operator.configured(&["dlt", "keys"])
    };
    let plain = "registrar_key = { file = 'plain' }\n";
    said(&dlt(31_337, plain));
    refused(&dlt(137, plain), "cashlink dlt keystore import");
    refused(&dlt(137, ""), "dlt.registry");
    refused(
        &dlt(137, &in_keystore("registry", "own")),
        "dlt.enforcement",
    );

    let import = ["import", "--from", "plain", "--to", "published"];
    said(&keystore(&operator, &import));
    said(&keystore(&operator, &["new", "--to", "own"]));
    let two = |registry: &str, enforcement: &str| {
        format!(
            "{}{}",
            in_keystore("registry", registry),
            in_keystore("enforcement", enforcement)
        )
    };
    refused(&dlt(137, &two("own", "published")), "published_key");
    refused(&dlt(137, &two("own", "own")), "one_key_for_both");
    said(&dlt(31_337, &two("own", "published")));
    refused(
        &dlt(137, &format!("{plain}{}", two("own", "own"))),
        "dlt.registrar_key",
    );
}

#[test]
fn keys_in_the_kms_sign_and_are_refused_by_a_code() {
    // Given a key for each office in the KMS.
    let server = Server::start();
    let operator = Operator::with_credentials(&server.says["signer"]);
    let made = operator.run(&["new-master-key", "--to", "master.key"]);
    said(&made);
    let place = |office: &str, index: usize| {
        let key = server.says["signing"][index].as_str().unwrap();
        format!(
            "[dlt.{office}.kms]\nkey_id = '{key}'\nregion = 'eu-central-1'\nendpoint = '{}'\n",
            server.url()
        )
    };
    let configure = |operator: &Operator, registry: usize, enforcement: usize| {
        operator.configure(&format!(
            "[master_key]\nfile = 'master.key'\n{}{}",
            place("registry", registry),
            place("enforcement", enforcement)
        ));
    };
    configure(&operator, 0, 1);
    let shown = accounts(&operator.configured(&["dlt", "keys", "--json"]));
    assert_ne!(shown[0], shown[1]);

    // Then a network is made with them.
    said(&operator.configured(&["migrate"]));
    said(&operator.configured(&["register", "verify"]));

    // And what is no signature of the key, a key of another curve, and no permission is said so.
    configure(&operator, 2, 1);
    refused(
        &operator.configured(&["dlt", "keys"]),
        "signature_of_another_key",
    );
    configure(&operator, 3, 1);
    refused(&operator.configured(&["dlt", "keys"]), "other_curve");
    configure(&operator, 0, 1);
    let stranger = Operator {
        environment: Operator::with_credentials(&server.says["network"]).environment,
        ..operator
    };
    let output = stranger.configured(&["dlt", "keys"]);
    refused(&output, "kms_failed");
    assert!(
        text(&output).contains("kms:GetPublicKey"),
        "{}",
        text(&output)
    );
    drop(server);
    refused(&stranger.configured(&["dlt", "keys"]), "does not answer");
}

/// Sets a token of SoftHSM up with the tools of its package, as an operator would.
struct Token {
    home: PathBuf,
}

impl Token {
    fn make(operator: &Operator) -> Self {
        let home = operator.path("softhsm");
        std::fs::create_dir_all(home.join("tokens")).unwrap();
        let text = format!("directories.tokendir = {}\n", home.join("tokens").display());
        std::fs::write(home.join("softhsm2.conf"), text).unwrap();
        let token = Self { home };
        token.util(&[
            "--init-token",
            "--free",
            "--label",
            "cashlink",
            "--so-pin",
            "87654321",
            "--pin",
            "648219",
        ]);
        token
    }

    fn conf(&self) -> String {
        self.home.join("softhsm2.conf").display().to_string()
    }

    fn util(&self, arguments: &[&str]) {
        let output = Command::new("softhsm2-util")
            .args(arguments)
            .env("SOFTHSM2_CONF", self.conf())
            .output()
            .expect("softhsm2-util comes with Debian's softhsm2");
        assert!(output.status.success(), "{}", text(&output));
    }

    fn import(&self, label: &str, id: &str) {
        let python = std::env::var_os("CASHLINK_TEST_PYTHON").expect("run `cargo xtask test`");
        let script = "from cryptography.hazmat.primitives import serialization as s\n\
                      from cryptography.hazmat.primitives.asymmetric import ec\n\
                      key = ec.generate_private_key(ec.SECP256K1())\n\
                      form = (s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())\n\
                      print(key.private_bytes(*form).decode())";
        let pem = Command::new(python).args(["-c", script]).output().unwrap();
        let file = self.home.join("key.pem");
        std::fs::write(&file, said(&pem)).unwrap();
        let file = file.display().to_string();
        self.util(&[
            "--import", &file, "--token", "cashlink", "--label", label, "--id", id, "--pin",
            "648219",
        ]);
    }
}

#[test]
fn keys_in_softhsm_sign_and_are_refused_by_a_code() {
    let library = std::env::var("CASHLINK_TEST_SOFTHSM").expect(
        "CASHLINK_TEST_SOFTHSM is not set: install Debian's softhsm2 and run `cargo xtask test`",
    );
    let mut operator = operator();
    let token = Token::make(&operator);
    token.import("registry", "01");
    token.import("enforcement", "02");
    operator.environment.push(("SOFTHSM2_CONF", token.conf()));
    write(&operator, "pin", "648219\n");
    let with = |operator: &Operator, registry: &str| {
        configure(
            operator,
            &format!(
                "[dlt.registry.pkcs11]\nmodule = '{library}'\ntoken = 'cashlink'\n{registry}\n\
                 [dlt.enforcement.pkcs11]\nmodule = '{library}'\ntoken = 'cashlink'\nid = '02'\npin = {{ file = 'pin' }}\n"
            ),
        );
        operator.configured(&["dlt", "keys"])
    };
    let right = "label = 'registry'\npin = { file = 'pin' }";
    said(&with(&operator, right));
    said(&operator.configured(&["migrate"]));
    said(&operator.configured(&["register", "verify"]));
    refused(
        &with(&operator, &right.replace("registry", "missing")),
        "pkcs11_key",
    );
    refused(
        &with(&operator, &right.replace("label = 'registry'", "")),
        "by its label or by its id",
    );
    refused(
        &with(&operator, &right.replace("label = 'registry'", "id = 'xy'")),
        "dlt.registry.pkcs11.id",
    );
    write(&operator, "pin", "000000");
    let output = with(&operator, right);
    refused(&output, "pkcs11_pin");
    assert!(!text(&output).contains("000000"), "{}", text(&output));
    write(&operator, "pin", "");
    refused(&with(&operator, right), "it is empty");
}
