//! Runs the steps of the suite one after the other, remembers how each went, and says it all at the end.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write, stderr, stdout};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::interrupt::Interrupt;
use crate::shell;

/// So much of a failed step is repeated at the end.
const TAIL_LINES: usize = 80;

/// How a step went.
pub enum Outcome {
    Passed,
    /// With what explains it.
    Failed(String),
    /// With the reason.
    Skipped(String),
}

/// A step that is behind us.
pub struct Step {
    pub name: &'static str,
    pub outcome: Outcome,
    pub time: Duration,
}

/// All steps of one run.
pub struct Steps {
    interrupt: Interrupt,
    pub done: Vec<Step>,
}

impl Steps {
    pub fn new(interrupt: Interrupt) -> Steps {
        Steps {
            interrupt,
            done: Vec::new(),
        }
    }

    /// Runs a program, shows its output as it comes, and returns the lines for which `keep` is true.
    pub fn program(
        &mut self,
        name: &'static str,
        command: &mut Command,
        keep: fn(&str) -> bool,
    ) -> Vec<String> {
        let mut kept = Vec::new();
        let interrupt = self.interrupt.clone();
        self.check(name, || {
            println!("$ {}", shell::show(command));
            let tail = watch(command, &interrupt)?;
            kept.extend(tail.lines.iter().filter(|line| keep(line)).cloned());
            if tail.succeeded {
                return Ok(());
            }
            let from = tail.lines.len().saturating_sub(TAIL_LINES);
            bail!(
                "$ {}\n{}",
                shell::show(command),
                Vec::from(tail.lines)[from..].join("\n")
            )
        });
        kept
    }

    /// Runs a check of ours.
    pub fn check(&mut self, name: &'static str, check: impl FnOnce() -> Result<()>) {
        if self.interrupt.wanted() {
            self.skip(name, "interrupted");
            return;
        }
        println!("\n=== {name}");
        let begin = Instant::now();
        let outcome = match check() {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        let time = begin.elapsed();
        match &outcome {
            Outcome::Failed(_) => println!("--- {name}: FAILED after {}", show_time(time)),
            _ => println!("--- {name}: ok in {}", show_time(time)),
        }
        self.done.push(Step {
            name,
            outcome,
            time,
        });
    }

    /// Leaves a step out, and says why.
    pub fn skip(&mut self, name: &'static str, reason: &str) {
        println!("\n=== {name}\nskipped: {reason}");
        self.done.push(Step {
            name,
            outcome: Outcome::Skipped(reason.to_owned()),
            time: Duration::ZERO,
        });
    }

    /// Prints the table and the first failure; an error if anything failed.
    pub fn finish(&self) -> Result<()> {
        println!("\n=== summary\n{}", self.table());
        let failed: Vec<_> = self.done.iter().filter_map(failure).collect();
        if let Some((name, explanation)) = failed.first() {
            println!("\n=== the first failure: {name}\n{explanation}");
        }
        if self.interrupt.wanted() {
            bail!("interrupted");
        }
        if !failed.is_empty() {
            bail!(
                "failed: {}",
                failed
                    .iter()
                    .map(|(name, _)| *name)
                    .collect::<Vec<_>>()
                    .join(", ")
            );
        }
        Ok(())
    }

    /// One line a step: what, how, how long.
    pub fn table(&self) -> String {
        let line = |step: &Step| {
            let (result, note) = match &step.outcome {
                Outcome::Passed => ("ok", String::new()),
                Outcome::Failed(_) => ("FAILED", String::new()),
                Outcome::Skipped(reason) => ("skipped", format!("  ({reason})")),
            };
            format!(
                "{:<12} {result:<8} {:>12}{note}",
                step.name,
                show_time(step.time)
            )
        };
        let mut lines: Vec<String> = self.done.iter().map(line).collect();
        let total = self.done.iter().map(|step| step.time).sum();
        lines.push(format!(
            "{:<12} {:<8} {:>12}",
            "together",
            "",
            show_time(total)
        ));
        lines.join("\n")
    }
}

fn failure(step: &Step) -> Option<(&'static str, &str)> {
    match &step.outcome {
        Outcome::Failed(explanation) => Some((step.name, explanation)),
        _ => None,
    }
}

/// Seconds, or minutes and seconds.
fn show_time(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// The end of what a program printed.
struct Tail {
    lines: VecDeque<String>,
    succeeded: bool,
}

/// Runs a program; its output goes to ours line by line, and its last lines are kept without colours.
fn watch(command: &mut Command, interrupt: &Interrupt) -> Result<Tail> {
    if stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", shell::show(command)))?;
    interrupt.running(child.id());
    let lines = Arc::new(Mutex::new(VecDeque::new()));
    let output = child.stdout.take().expect("stdout is piped");
    let errors = child.stderr.take().expect("stderr is piped");
    let readers = [
        thread::spawn({
            let lines = Arc::clone(&lines);
            move || pass_on(output, stdout(), &lines)
        }),
        thread::spawn({
            let lines = Arc::clone(&lines);
            move || pass_on(errors, stderr(), &lines)
        }),
    ];
    let status = child.wait();
    interrupt.idle();
    for reader in readers {
        reader.join().expect("a reader does not panic")?;
    }
    let lines = std::mem::take(&mut *lines.lock().expect("no reader panicked"));
    Ok(Tail {
        lines,
        succeeded: status?.success(),
    })
}

fn pass_on(from: impl Read, mut to: impl Write, lines: &Mutex<VecDeque<String>>) -> Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        to.flush()?;
        let text = without_colours(String::from_utf8_lossy(&line).trim_end());
        let mut lines = lines.lock().expect("no reader panicked");
        if lines.len() == 10 * TAIL_LINES {
            lines.pop_front();
        }
        lines.push_back(text);
        line.clear();
    }
    Ok(())
}

/// Drops the escape sequences of a terminal.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|letter: char| letter.is_ascii_alphabetic())
            .map_or(part.len(), |at| at + 1);
        text.push_str(&part[end..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_dropped() {
        assert_eq!(
            without_colours("\u{1b}[32;1m Summary\u{1b}[0m 2 passed"),
            " Summary 2 passed"
        );
    }
}
