//! What a handle, a display name, a self-description, a picture's address come to when what people change at a return is taken
//! out: counters, separators, repeated letters, letters written as digits.

/// Two similar letters are one: `0` and `o`, `1`, `i` and `l`, `3` and `e`, `4` and `a`, `5` and `s`, `7` and `t`.
fn plain(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | 'i' | '!' | '|' => 'l',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Letters without swaps and repetitions.
fn folded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase).map(plain) {
        if letter.is_alphanumeric() && !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out
}

/// A handle's stem: lower case, counters at its ends and digits that stand together taken off, separators out, letter swaps
/// undone, repeated letters once. What is shorter than three letters then is no stem; the whole handle is taken instead.
pub(super) fn stem(handle: &str) -> String {
    let trimmed = handle.trim_matches(|c: char| !c.is_alphabetic());
    let mut kept = String::with_capacity(trimmed.len());
    let letters: Vec<char> = trimmed.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
        // One digit between letters stands for a letter; several are a counter.
        if letter.is_ascii_digit() && (digit(at.checked_sub(1)) || digit(Some(at + 1))) {
            continue;
        }
        kept.push(*letter);
    }
    let stem = folded(&kept);
    if stem.chars().count() >= 3 {
        stem
    } else {
        handle.to_lowercase()
    }
}

/// The number at a handle's end, if one stands there.
fn counter(handle: &str) -> Option<u64> {
    let digits = handle.bytes().rev().take_while(u8::is_ascii_digit).count();
    handle[handle.len() - digits..].parse().ok()
}

/// Whether a handle's counter goes on where an earlier one's stopped: one to five more, or a small one where there was none.
pub(super) fn counts_on(earlier: &str, later: &str) -> bool {
    let from = counter(earlier).unwrap_or(0);
    counter(later).is_some_and(|to| (1..=5).contains(&to.wrapping_sub(from)))
}

/// A display name as it is compared: words in lower case, signs out, one space between words. `None` when nothing is left.
pub(super) fn display(name: &str) -> Option<String> {
    let words: Vec<String> = tokens(name).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The words of a name or handle, folded as stems are; words of one letter, and numbers, are left out.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut from = 0;
    let mut cuts: Vec<&str> = Vec::new();
    let mut before: Option<char> = None;
    for (at, letter) in text.char_indices() {
        let camel = letter.is_uppercase() && before.is_some_and(char::is_lowercase);
        if !letter.is_alphanumeric() || camel {
            cuts.push(&text[from..at]);
            from = if camel { at } else { at + letter.len_utf8() };
        }
        before = Some(letter);
    }
    cuts.push(&text[from..]);
    cuts.into_iter()
        .map(|word| word.trim_matches(|c: char| c.is_ascii_digit()))
        .map(folded)
        .filter(|word| word.chars().count() >= 2)
}

/// A self-description's words and pairs of words that follow one another, in lower case.
pub(super) fn shingles(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let pairs = words.windows(2).map(|pair| pair.join(" "));
    let mut shingles: Vec<String> = pairs.chain(words.iter().cloned()).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// What tells a picture: its address without host, size (`_normal`, `_400x400`, …) and ending.
pub(super) fn picture(address: &str) -> &str {
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.split_once('/').map_or(path, |(_, rest)| rest);
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    match stem.rsplit_once('_') {
        Some((rest, size))
            if ["normal", "bigger", "mini", "original"].contains(&size)
                || size
                    .split_once('x')
                    .is_some_and(|(w, h)| w.parse::<u16>().is_ok() && h.parse::<u16>().is_ok()) =>
        {
            rest
        }
        _ => stem,
    }
}

/// The site of a link, lower case, without `www.`.
pub(super) fn site(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next()?.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    (!host.is_empty()).then_some(host)
}

/// Words by which people tell that they or others are back. Short on purpose: a sign of return weighs what the data say it
/// weighs, so a phrase that is missing costs evidence and a phrase too many dilutes it.
const RETURN_WORDS: &[&str] = &[
    "i'm back",
    "im back",
    "i am back",
    "back again",
    "is back",
    "welcome back",
    "new account",
    "new acc",
    "old account",
    "last account",
    "previous account",
    "backup account",
    "suspended",
    "returned",
    "here again",
    "here i am again",
    "عدت",
    "عدنا",
    "رجعت",
    "حسابي الجديد",
    "الحساب الجديد",
    "حساب جديد",
    "بعودتك",
    "مرة أخرى",
];

/// Whether a text speaks of a return.
pub(super) fn speaks_of_return(text: &str) -> bool {
    let text = text.to_lowercase();
    RETURN_WORDS.iter().any(|words| text.contains(words))
}

/// The handles that a text names with `@`, lower case.
pub(super) fn named_handles(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('@').skip(1).filter_map(|rest| {
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == '-'))
            .unwrap_or(rest.len());
        let handle = rest[..end].trim_end_matches(['.', '-']).to_lowercase();
        (!handle.is_empty()).then_some(handle)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_returning_people_change_is_not_in_the_stem() {
        for handle in [
            "maple_garden_7",
            "Maple__Garden12",
            "_maplegarden_",
            "mapl3_garden_8",
            "MapleGardeen99",
        ] {
            assert_eq!(stem(handle), stem("maplegarden"), "{handle}");
        }
        assert_ne!(stem("maple_kite"), stem("maple_lamp"));
        assert_eq!(stem("_7_"), "_7_");
        assert_eq!(stem("ab"), "ab");
        assert_eq!(stem("مطر_9"), stem("مطر"));
        assert_eq!(stem(""), "");
    }

    #[test]
    fn counters_go_on() {
        assert!(counts_on("maple_7", "maple__8") && counts_on("maple", "maple_2") && counts_on("maple_9", "Maple12"));
        assert!(!counts_on("maple_7", "maple_7") && !counts_on("maple_8", "maple_7") && !counts_on("maple_8", "maple"));
        assert!(!counts_on("maple_1", "maple_99999999999999999999999"));
    }

    #[test]
    fn words_of_names() {
        let words = |text| tokens(text).collect::<Vec<_>>();
        assert_eq!(words("🌱 Maple Garden 2"), ["maple", "garden"]);
        assert_eq!(words("MapleGarden_7"), ["maple", "garden"]);
        assert_eq!(display("☀️ 7"), None);
        assert_eq!(display("MAPLE  garden"), Some("maple garden".to_owned()));
    }

    #[test]
    fn pictures_sites_and_handles() {
        assert_eq!(
            picture("https://a.example/p/12/face_normal.png"),
            picture("http://b.example/p/12/face_400x400.jpg")
        );
        assert_ne!(
            picture("https://a.example/p/12/face.png"),
            picture("https://a.example/p/13/face.png")
        );
        assert_eq!(
            site("https://www.Garden.example/x?y"),
            Some("garden.example".to_owned())
        );
        let named: Vec<String> = named_handles("old one was @Maple_7. now @kite").collect();
        assert_eq!(named, ["maple_7", "kite"]);
        assert!(speaks_of_return("I am BACK again") && !speaks_of_return("tea and rain"));
    }
}
