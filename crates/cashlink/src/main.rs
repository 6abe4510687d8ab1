//! The executable; everything it does is in the library.

fn main() -> std::process::ExitCode {
    cashlink::cli::main()
}
