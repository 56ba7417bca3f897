//! Raw archives to tables.

fn main() -> std::process::ExitCode {
    ingest::heap::set_up();
    stage::main::<ingest::Ingest>()
}
