//! The binary `metrics`; see the library.

fn main() -> std::process::ExitCode {
    stage::main::<metrics::Metrics>()
}
