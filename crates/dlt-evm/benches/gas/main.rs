//! `cargo xtask bench gas`: what each act of a token costs, ours and others', in one run and one table per fork.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a program that measures and prints"
)]

mod machine;
mod openzeppelin;
mod ours;
mod quoted;
mod table;
mod trex;

use std::path::PathBuf;
use std::process::ExitCode;

use revm::primitives::hardfork::SpecId;

use crate::ours::Kind;
use crate::table::{Column, Floor};

/// The fork after the present one, as this version of the EVM has it; its prices are not final.
const NEXT: SpecId = SpecId::AMSTERDAM;

/// A batch of 100 new investors may cost this much of the floor, in thousandths.
const MOST: [(Kind, u64); 2] = [(Kind::Plain, 1_013), (Kind::Clone, 1_015)];

fn main() -> ExitCode {
    // `cargo bench` adds an argument of its own.
    let packages = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let packages = packages.map(PathBuf::from);
    let mut passed = true;
    for (fork, title, quoted) in [
        (
            machine::TODAY,
            "Prices of today (Osaka)",
            &quoted::QUOTED[..],
        ),
        (
            NEXT,
            "Prices of the next fork (Amsterdam), not final",
            &quoted::QUOTED_NEXT[..],
        ),
    ] {
        let plain = ours::measure(fork, Kind::Plain);
        let clone = ours::measure(fork, Kind::Clone);
        if fork == machine::TODAY {
            for (kind, most) in MOST {
                let figures = match kind {
                    Kind::Plain => &plain,
                    Kind::Clone => &clone,
                };
                passed &= table::judge(figures, kind, most);
            }
        }
        let mut columns = vec![
            Column::measured("ours, clone", clone),
            Column::measured("ours, plain", plain),
        ];
        if let Some(packages) = &packages {
            let compiled = packages.join("OpenZeppelin.json");
            let modules = packages.join("node_modules");
            columns.push(Column::measured(
                "OZ ERC-20",
                openzeppelin::measure(fork, &compiled),
            ));
            columns.push(Column::measured("T-REX", trex::measure(fork, &modules)));
        }
        columns.push(Column::quoted("CMTAT (quoted)", quoted, |row| row.1));
        columns.push(Column::quoted("uRWA (quoted)", quoted, |row| row.2));
        let floor = (fork == machine::TODAY).then_some(Floor);
        table::print(title, &columns, floor);
    }
    if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
