//! A derived study is usual, whole, and can be written out and read again.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use study::{Study, Window};

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn short_archives_weekly_long_ones_monthly() {
    let dates = |from: &str, to: &str| -> Vec<String> {
        Study::derived(date(from), date(to))
            .samples()
            .iter()
            .map(|sample| sample.date().to_string())
            .collect()
    };
    assert_eq!(dates("2015-06-03", "2015-06-03"), ["2015-06-03"]);
    assert_eq!(
        dates("2015-06-03", "2015-06-17"),
        ["2015-06-03", "2015-06-10", "2015-06-17"]
    );
    assert_eq!(dates("2015-06-17", "2015-06-03"), dates("2015-06-03", "2015-06-17"));
    // 119 days are 17 weeks; from the 120th day on, months.
    assert_eq!(dates("2015-01-02", "2015-04-30").len(), 17);
    assert_eq!(
        dates("2015-01-02", "2015-05-01"),
        ["2015-02-01", "2015-03-01", "2015-04-01", "2015-05-01"]
    );
}

#[test]
fn a_whole_study_is_written_out_and_read_again() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/diminishing-returns-2016/study.toml");
    let study = Study::read(&path).unwrap();
    let text = study.to_toml().unwrap();
    let again = Study::parse(&text, "written.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again.to_toml().unwrap(), text);
    assert_eq!(again.samples(), study.samples());
    assert_eq!(again.windows(), study.windows());
    let readings = |study: &Study| -> Vec<_> {
        study
            .comparisons()
            .iter()
            .map(|c| (c.figure().to_owned(), c.reading().clone(), c.window().to_owned()))
            .collect()
    };
    assert_eq!(readings(&again), readings(&study));
}

proptest! {
    #[test]
    fn derived_studies_survive_being_written(start in 0u64..20_000, length in 0u64..2_000) {
        let first = date("1990-01-01") + Days::new(start);
        let study = Study::derived(first, first + Days::new(length));
        prop_assert!(!study.samples().is_empty());
        prop_assert!(study.samples().iter().all(|sample| study.period().contains_sample(*sample)));
        prop_assert_eq!(study.windows().len(), 1);
        prop_assert_eq!(study.windows()[0].name(), Window::ALL);
        let text = study.to_toml().unwrap();
        let again = Study::parse(&text, "derived.toml").unwrap();
        prop_assert_eq!(again.to_toml().unwrap(), text);
        prop_assert_eq!(again.samples(), study.samples());
        prop_assert_eq!(again.title(), study.title());
        prop_assert_eq!(again.seed(), study.seed());
        prop_assert_eq!(again.focus_countries(), study.focus_countries());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}|(title|period|samples|\\[|\\]|=|'|\n|2015-06-01|\\{|\\}|,| |from|to|é){0,40}") {
        let _ = Study::parse(&text, "any.toml");
    }
}
