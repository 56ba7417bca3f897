//! Raw archives to tables.

fn main() -> std::process::ExitCode {
    stage::main::<ingest::Ingest>()
}
