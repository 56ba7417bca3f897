//! `simulate`: see the library.

fn main() -> std::process::ExitCode {
    stage::main::<simulate::Simulate>()
}
