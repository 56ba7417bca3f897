//! Raw archives to tables.

fn main() -> std::process::ExitCode {
    stage::heap::set_up();
    stage::main::<ingest::Ingest>()
}
