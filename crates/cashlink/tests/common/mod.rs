//! The executable as a process of its own: started, listened to through its log, ended by its id.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to do what it was asked for.
pub const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// The executable, away from the configuration of whoever runs the tests.
pub fn cashlink(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cashlink"));
    command.args(arguments);
    for name in [
        "CASHLINK_CONFIG",
        "CASHLINK_OPERATOR",
        "CASHLINK_CRASH_AT",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command
}

/// Leaves a line for the record of a full run, where one is made.
pub fn note(name: &str, text: &str) {
    println!("{name}: {text}");
    if let Some(folder) = std::env::var_os("CASHLINK_NOTES") {
        let file = PathBuf::from(folder).join(format!("{name}.txt"));
        fs::write(file, format!("{text}\n")).expect("the folder of the notes is there");
    }
}

/// A process that ends with its handle at the latest.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it; everything it prints goes to this file.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let output = File::create(log).expect("a file for what it prints");
        let errors = output.try_clone().expect("a second handle of it");
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .expect("the executable starts");
        Self {
            child,
            log: log.to_owned(),
        }
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// How it ended, if it did.
    pub fn end(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("our own child can be asked")
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        // It fails only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, as systemd and containers do.
    #[allow(dead_code, reason = "not every test ends a process politely")]
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("there is a kill").success());
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it goes on.
    #[allow(dead_code, reason = "not every test waits for an end")]
    pub async fn ended(&mut self) -> ExitStatus {
        self.wait_for("ends", |process| process.end()).await
    }

    /// Looks again and again until there is an answer.
    ///
    /// # Panics
    /// If there is none.
    pub async fn wait_for<T>(&mut self, what: &str, look: impl Fn(&mut Self) -> Option<T>) -> T {
        let begin = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "the process never {what}; it printed:\n{}",
                self.printed()
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
