//! The one place that writes to the terminal.

use std::fmt::Display;
use std::io::{self, Write};

/// A line of the command's result, on standard output. A reader that has left (`cashlink … | head`) ends the program
/// quietly: nothing is left to do.
pub fn say(line: impl Display) {
    if writeln!(io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

/// A line of a program that has more to do than to speak, on standard output.
pub fn show(line: impl Display) {
    // Whether anybody reads it changes nothing.
    let _ = writeln!(io::stdout(), "{line}");
}

/// A line beside the result, on standard error.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
