//! What is happening, while it happens: a spinner on a terminal, plain lines otherwise.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal::note;
/// Shows the steps of the demo on standard error.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A spinner if somebody watches a terminal.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}")
                .expect("the template is well formed");
            let bar = ProgressBar::new_spinner().with_style(style);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar }
    }

    /// Says what is done from here on.
    pub fn step(&self, what: impl Into<String>) {
        let what = what.into();
        match &self.bar {
            Some(bar) => bar.set_message(what),
            None => line(&format!("… {what}")),
        }
    }

    /// Says what is done by now; it stays on the screen.
    pub fn done(&self, what: &str) {
        let text = format!("✓ {what}");
        match &self.bar {
            Some(bar) => bar.println(text),
            None => line(&text),
        }
    }

    /// Takes the spinner away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
fn line(text: &str) {
    note(text);
}
