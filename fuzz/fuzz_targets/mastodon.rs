//! Mastodon and its like.

#![no_main]

use ingest::settings::Kind;
use ingest::trial::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(wrong) = Target::Records(Kind::Mastodon).hold(bytes) {
        panic!("{wrong}");
    }
});
