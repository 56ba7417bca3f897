//! Prints the data dictionary: `just dictionary` writes it to docs/tables.md.

#![expect(clippy::print_stdout, reason = "the text is what the example is for")]

fn main() {
    print!("{}", tables::dictionary::markdown());
}
