//! The binary `metrics`; see the library.

fn main() -> std::process::ExitCode {
    stage::heap::set_up();
    stage::main::<metrics::Metrics>()
}
