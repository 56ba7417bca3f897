//! The binary `enrich`; what it does stands in the library.

fn main() -> std::process::ExitCode {
    stage::heap::set_up();
    stage::main::<enrich::Enrich>()
}
