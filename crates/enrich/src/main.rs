//! The binary `enrich`; what it does stands in the library.

fn main() -> std::process::ExitCode {
    stage::main::<enrich::Enrich>()
}
