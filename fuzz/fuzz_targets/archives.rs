//! Zip and tar.

#![no_main]

use ingest::trial::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(wrong) = Target::Archives.hold(bytes) {
        panic!("{wrong}");
    }
});
