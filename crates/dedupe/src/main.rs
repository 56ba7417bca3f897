//! `dedupe`: see the library.

fn main() -> std::process::ExitCode {
    stage::main::<dedupe::Dedupe>()
}
