//! Texts as sets of shingles: overlapping runs of characters or of words. How alike two texts are is the Jaccard similarity of
//! their sets, |A ∩ B| / |A ∪ B| (Broder 1997, On the resemblance and containment of documents).
//!
//! A shingle stands as a hash of 64 bits, fixed for ever: in a pair of posts, two shingles share one by accident with a probability
//! below 10^-13.

use std::fmt;
use std::str::FromStr;

/// What a shingle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shingling {
    /// So many characters in a row, spaces among them.
    Characters(usize),
    /// So many words in a row.
    Words(usize),
}

/// The longest shingle.
const LONGEST: usize = 20;

impl FromStr for Shingling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shingling = text.split_once(':').and_then(|(unit, length)| {
            let length = length.parse().ok().filter(|length| (1..=LONGEST).contains(length))?;
            match unit {
                "chars" => Some(Self::Characters(length)),
                "words" => Some(Self::Words(length)),
                _ => None,
            }
        });
        shingling.ok_or_else(|| format!("give chars:N or words:N, N from 1 to {LONGEST}"))
    }
}

impl fmt::Display for Shingling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Characters(length) => write!(f, "chars:{length}"),
            Self::Words(length) => write!(f, "words:{length}"),
        }
    }
}

/// Multiplier of the polynomial that a run of symbols is hashed with; odd, else arbitrary.
const BASE: u64 = 0x9e6c_63d0_876a_4c71;

impl Shingling {
    /// Puts the hashes of a normalised text's shingles into `shingles`, as often as they occur. A text shorter than a shingle is
    /// one. `symbols` is working memory.
    pub(crate) fn shingle(self, text: &str, symbols: &mut Vec<u64>, shingles: &mut Vec<u64>) {
        symbols.clear();
        let length = match self {
            Self::Characters(length) => {
                symbols.extend(text.chars().map(|c| u64::from(u32::from(c))));
                length
            }
            Self::Words(length) => {
                symbols.extend(text.split(' ').map(|word| {
                    let hash = word.bytes().fold(1, |hash: u64, byte| {
                        hash.wrapping_mul(BASE).wrapping_add(u64::from(byte))
                    });
                    scatter(hash)
                }));
                length
            }
        };
        shingles.clear();
        let length = length.min(symbols.len());
        let (head, tail) = symbols.split_at(length);
        let push = |hash: u64, symbol: u64| hash.wrapping_mul(BASE).wrapping_add(symbol);
        let mut hash = head.iter().fold(0, |hash, symbol| push(hash, *symbol));
        shingles.push(scatter(hash));
        // What the symbol that leaves the window has been multiplied with by then.
        let leaving = (0..length).fold(1, |power: u64, _| power.wrapping_mul(BASE));
        for (entering, left) in tail.iter().zip(symbols.iter()) {
            hash = push(hash, *entering).wrapping_sub(left.wrapping_mul(leaving));
            shingles.push(scatter(hash));
        }
    }

    /// As [`Shingling::shingle`], each shingle once, in ascending order.
    pub(crate) fn set(self, text: &str, symbols: &mut Vec<u64>, set: &mut Vec<u64>) {
        self.shingle(text, symbols, set);
        set.sort_unstable();
        set.dedup();
    }
}

/// Spreads a number over all 64 bits, one to one (the last step of SplitMix64: Steele, Lea and Flood 2014).
pub(crate) fn scatter(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// The Jaccard similarity of two sets in ascending order, neither empty.
#[expect(clippy::cast_precision_loss, reason = "a text has fewer shingles than 2^52")]
pub(crate) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let shared = shared(a, b);
    // Correctly rounded, so that a pair whose similarity is the threshold is not below it.
    shared as f64 / (a.len() + b.len() - shared) as f64
}

/// Whether the sets are at least so similar. Sets of too different sizes are told apart without looking at what is in them.
#[expect(clippy::cast_precision_loss, reason = "a text has fewer shingles than 2^52")]
pub(crate) fn is_near(a: &[u64], b: &[u64], least: f64) -> bool {
    let (fewer, more) = (a.len().min(b.len()), a.len().max(b.len()));
    fewer as f64 / more as f64 >= least && jaccard(a, b) >= least
}

fn shared(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(shingling: Shingling, text: &str) -> Vec<u64> {
        let mut set = Vec::new();
        shingling.set(text, &mut Vec::new(), &mut set);
        set
    }

    /// The shingles as texts.
    fn plainly(shingling: Shingling, text: &str) -> BTreeSet<Vec<String>> {
        let (symbols, length): (Vec<String>, usize) = match shingling {
            Shingling::Characters(length) => (text.chars().map(String::from).collect(), length),
            Shingling::Words(length) => (text.split(' ').map(str::to_owned).collect(), length),
        };
        if symbols.len() < length {
            return [symbols].into();
        }
        symbols.windows(length).map(<[String]>::to_vec).collect()
    }

    #[test]
    fn shinglings_are_written_as_they_are_read() {
        for text in ["chars:5", "words:2", "chars:1", "words:20"] {
            assert_eq!(text.parse::<Shingling>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "chars",
            "chars:",
            "chars:0",
            "chars:21",
            "words:-1",
            "letters:3",
            "5",
        ] {
            assert!(text.parse::<Shingling>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn hashes_are_those_of_every_release() {
        // Signatures of other releases would be comparable; a change here changes which near-copies are found.
        assert_eq!(
            set(Shingling::Characters(5), "tea"),
            [scatter(
                ((116 * u128::from(BASE) + 101) as u64)
                    .wrapping_mul(BASE)
                    .wrapping_add(97)
            )]
        );
    }

    fn shingling() -> impl Strategy<Value = Shingling> {
        (1..7_usize, any::<bool>()).prop_map(|(length, words)| match words {
            true => Shingling::Words(length),
            false => Shingling::Characters(length),
        })
    }

    proptest! {
        #[test]
        fn similarity_is_that_of_the_sets_of_texts(shingling in shingling(), a in "[ab é]{1,30}", b in "[ab é]{1,30}") {
            let (sets, texts) = ([set(shingling, &a), set(shingling, &b)], [plainly(shingling, &a), plainly(shingling, &b)]);
            prop_assert_eq!(sets[0].len(), texts[0].len());
            let brute = texts[0].intersection(&texts[1]).count() as f64 / texts[0].union(&texts[1]).count() as f64;
            prop_assert_eq!(jaccard(&sets[0], &sets[1]), brute);
            for least in [0.5, 0.8, 1.0] {
                prop_assert_eq!(is_near(&sets[0], &sets[1], least), brute >= least);
            }
        }
    }
}
