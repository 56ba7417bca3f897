//! Reads texts, a line each, and prints the language that a library tells for each, with its confidence. One library a feature;
//! the words are taken out of the text as `enrich` does. See tests/bench/languages.py.
use std::io::{BufRead, Write};
use std::time::Instant;

fn own_words(text: &str) -> String {
    let own = |word: &&str| {
        let bare = word.trim_start_matches(['"', '“', '(', '.', '\'']);
        !(bare.starts_with(['@', '#', '＃', '＠'])
            || bare.starts_with("http://")
            || bare.starts_with("https://")
            || bare.starts_with("www.")
            || matches!(*word, "RT" | "via" | "MT"))
    };
    text.split_whitespace().filter(own).collect::<Vec<_>>().join(" ")
}

#[cfg(feature = "whatlang")]
fn teller(few: bool) -> impl Fn(&str) -> Option<(String, f64)> {
    use whatlang::{Detector, Lang::*};
    let detector = if few {
        Detector::with_allowlist(vec![Ara, Deu, Eng, Fra, Ind, Ita, Nld, Pes, Por, Rus, Spa, Tur, Ukr, Urd])
    } else {
        Detector::new()
    };
    move |text| detector.detect(text).map(|info| (info.lang().code().to_owned(), info.confidence()))
}
#[cfg(feature = "whichlang")]
fn teller(_: bool) -> impl Fn(&str) -> Option<(String, f64)> {
    |text| Some((whichlang::detect_language(text).three_letter_code().to_owned(), 1.0))
}
#[cfg(feature = "lingua")]
fn teller(low: bool) -> impl Fn(&str) -> Option<(String, f64)> {
    let mut builder = lingua::LanguageDetectorBuilder::from_all_languages();
    if low {
        builder.with_low_accuracy_mode();
    }
    let detector = builder.with_preloaded_language_models().build();
    move |text| {
        let values = detector.compute_language_confidence_values(text);
        values.first().filter(|(_, c)| *c > 0.0).map(|(l, c)| (l.iso_code_639_3().to_string(), *c))
    }
}

fn main() {
    let few = std::env::args().nth(1).is_some_and(|a| a == "few");
    let start = Instant::now();
    let tell = teller(few);
    let loaded = start.elapsed();
    let texts: Vec<String> = std::io::stdin().lock().lines().map(|l| own_words(&l.unwrap())).collect();
    let start = Instant::now();
    let answers: Vec<_> = texts.iter().map(|t| tell(t)).collect();
    let took = start.elapsed();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for a in answers {
        let (l, c) = a.unwrap_or(("und".into(), 0.0));
        writeln!(out, "{}\t{c:.4}", l.to_lowercase()).unwrap();
    }
    let rss = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = rss.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("").to_owned();
    eprintln!("load {:.3} s, {} texts in {:.3} s, {peak}", loaded.as_secs_f64(), texts.len(), took.as_secs_f64());
}
