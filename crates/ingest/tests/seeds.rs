//! The saved corpus of the fuzz targets (`fuzz/seeds`), as it stands and in some thousands of seeded mutations: what must hold for any
//! bytes ([`ingest::trial`]) holds for these.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

use std::path::{Path, PathBuf};

use ingest::trial::{TARGETS, Target};

/// Mutations of the seeds of a target.
const MUTATIONS: u64 = 3_000;

/// SplitMix64: small, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not zero.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Where a stretch of some bytes begins and ends.
    fn stretch(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let from = self.below(bytes.len() + 1);
        let left = bytes.len() - from;
        let most = if self.below(4) == 0 { left } else { left.min(24) };
        from..from + self.below(most + 1)
    }
}

/// What formats stand on.
const TOKENS: [&[u8]; 20] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"null",
    b"-1",
    b"9.06E+17",
    b"\\ud83d",
    b"\xf0\x9f",
    b"1e999",
    b"}{",
];

fn mutate(chance: &mut Chance, seeds: &[Vec<u8>], of: usize) -> Vec<u8> {
    let mut bytes = seeds[of].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = chance.next() as u8,
            2 => bytes.truncate(at),
            3 => {
                bytes.drain(chance.stretch(&bytes));
            }
            4 => {
                // A chunk twice.
                let chunk = bytes[chance.stretch(&bytes)].to_vec();
                bytes.splice(at..at, chunk);
            }
            5 => {
                // A piece of another seed, put in or over what stands there.
                let other = &seeds[chance.below(seeds.len())];
                let piece = other[chance.stretch(other)].to_vec();
                let end = bytes.len().min(at + if chance.below(2) == 0 { 0 } else { piece.len() });
                bytes.splice(at..end, piece);
            }
            6 => {
                bytes.splice(at..at, TOKENS[chance.below(TOKENS.len())].iter().copied());
            }
            _ => {
                // Two chunks change places.
                let (a, b) = (chance.stretch(&bytes), at);
                let chunk: Vec<u8> = bytes.drain(a).collect();
                let b = b.min(bytes.len());
                bytes.splice(b..b, chunk);
            }
        }
    }
    bytes
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect()
}

/// Tries bytes; on the way to a panic says which, so that they can be kept.
fn hold(target: Target, bytes: &[u8], what: &str) {
    let outcome = std::panic::catch_unwind(|| target.hold(bytes));
    let wrong = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(wrong)) => wrong.to_string(),
        Err(_) => "it panics".to_owned(),
    };
    let kept = std::env::temp_dir().join(format!("trial-{}", blake3::hash(bytes).to_hex()));
    std::fs::write(&kept, bytes).unwrap();
    panic!("{what}: {wrong}; the bytes are in {}", kept.display());
}

fn replay(name: &str) {
    let target = Target::named(name).unwrap();
    let seeds = seeds(name);
    for (path, bytes) in &seeds {
        hold(target, bytes, &path.display().to_string());
    }
    let contents: Vec<Vec<u8>> = seeds.into_iter().map(|(_, bytes)| bytes).collect();
    for number in 0..MUTATIONS {
        let mut chance = Chance(number);
        let of = number as usize % contents.len();
        hold(
            target,
            &mutate(&mut chance, &contents, of),
            &format!("{name}, mutation {number}"),
        );
    }
}

#[test]
fn every_target_has_seeds_and_a_fuzz_target() {
    for (name, _) in TARGETS {
        assert!(!seeds(name).is_empty(), "{name}");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../fuzz/fuzz_targets/{name}.rs"));
        assert!(file.exists(), "{}", file.display());
    }
}

macro_rules! replays {
    ($($name:ident)+) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })+

        #[test]
        fn every_target_is_replayed() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$(stringify!($name)),+]);
        }
    };
}
replays! { any twitter_v1 twitter_v2 twitter_export activity bluesky mastodon telegram reddit csv lists containers archives }
