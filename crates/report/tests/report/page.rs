//! What the page says of the numbers, and what it keeps to itself.

use tables::{Flow, LedgerEntries, TableFile};

use crate::fixture::Fixture;
use crate::{make, numbers, words};

#[test]
fn synthetic_data_are_called_so_on_the_face() {
    let synthetic = make(&Fixture::plausible());
    assert!(words(&synthetic.html).contains("Synthetic data."));
    assert!(synthetic.html.contains("<title>[synthetic data]"));
    assert!(synthetic.markdown.contains("> **Synthetic data.**"));
    let real = make(&Fixture::hostile());
    assert!(!real.html.contains("ynthetic data") && !real.markdown.contains("ynthetic data"));
}

#[test]
fn every_measure_appears_and_none_without_a_number_lacks_its_reason() {
    let fixture = Fixture::plausible();
    let made = make(&fixture);
    let seen = words(&made.html);
    assert!(
        seen.contains("Lower quartile of followers"),
        "a series that no line shows"
    );
    let (with, without) = made.html.split_once("id=\"unmeasured-table\"").unwrap();
    let with = with.split_once("id=\"measures-table\"").unwrap().1;
    assert!(!with.contains("not measurable"));
    let batch = TableFile::<tables::Measures>::open(&fixture.path())
        .unwrap()
        .read()
        .unwrap();
    for row in batch.rows().unwrap() {
        assert!(seen.contains(row.measure), "{}", row.measure);
        let twin = row.measure.replace('_', "\\_");
        assert!(made.markdown.contains(&twin), "{twin}");
        if let Some(reason) = row.reason {
            let rows = without
                .lines()
                .filter(|line| line.contains(&format!("not measurable: {reason}")));
            let mut of_group = rows.filter(|line| line.contains(&format!("<span dir=\"auto\">{}</span>", row.group)));
            assert!(
                of_group.any(|line| line.contains(row.measure)),
                "{} {reason}",
                row.measure
            );
        }
    }
}

#[test]
fn the_twin_has_the_same_numbers() {
    let made = make(&Fixture::plausible());
    let html = words(&made.html);
    // What the page says of its charts' shapes has no twin.
    let (mut of_html, mut of_twin) = (numbers(&html), numbers(&made.markdown.replace('\\', "")));
    for numbers in [&mut of_html, &mut of_twin] {
        numbers.sort();
        numbers.dedup();
    }
    let only_in_twin: Vec<_> = of_twin.iter().filter(|number| !of_html.contains(number)).collect();
    assert!(only_in_twin.is_empty(), "{only_in_twin:?}");
    // Ticks of axes, and descriptions of charts, stand in the page alone.
    let outside_charts: String = made
        .html
        .split("<svg")
        .enumerate()
        .map(|(i, part)| {
            if i == 0 {
                part
            } else {
                part.split_once("</svg>").unwrap().1
            }
        })
        .collect();
    let mut of_page = numbers(&words(&outside_charts));
    of_page.sort();
    of_page.dedup();
    let only_in_page: Vec<_> = of_page.iter().filter(|number| !of_twin.contains(number)).collect();
    assert!(only_in_page.is_empty(), "{only_in_page:?}");
}

#[test]
fn no_small_group_is_shown_and_nobody_is_named() {
    let made = make(&Fixture::plausible());
    for text in [words(&made.html), made.markdown.clone()] {
        assert!(text.contains("not shown: a group smaller than 5"));
        assert!(text.contains("(fewer than 5 accounts)") && text.contains("example.org"));
        // The third return rests on three persons, the last lives on two, one relation and one hashtag on four accounts.
        for hidden in ["0.078", "0.0777", "333.3", "4,242", "4242", "secret", "10,000"] {
            assert!(!text.contains(hidden), "{hidden}");
        }
    }
    let ledger = TableFile::<LedgerEntries>::open(&made.path).unwrap().read().unwrap();
    let skipped: Vec<(String, i64)> = ledger
        .rows()
        .unwrap()
        .filter(|row| row.stage == "report" && row.flow == Flow::Skipped)
        .map(|row| (row.source.to_owned(), row.records))
        .collect();
    // Series: the last samples at which fewer than five members are in the focus countries.
    let of = |source: &str| {
        skipped
            .iter()
            .find(|(name, _)| name == source)
            .map(|(_, records)| *records)
    };
    assert_eq!(
        (of("measures"), of("survival"), of("network"), of("content")),
        (Some(1), Some(1), Some(1), Some(1))
    );
    assert!(of("series").is_some_and(|records| records > 0));
}

#[test]
fn tests_stand_with_their_adjusted_p_and_no_verdict() {
    let made = make(&Fixture::plausible());
    for text in [words(&made.html), made.markdown.clone()] {
        assert!(text.contains("120 and 200"), "{text}");
        // p, and twice that for Holm, both below what is told.
        assert!(text.matches("0.0001").count() >= 2);
        assert!(!text.contains("0.0123"), "the page tells of one group");
        assert!(!text.to_lowercase().contains("significant"));
        assert!(!text.contains("0.5000"), "a group of four");
    }
    let ledger = TableFile::<LedgerEntries>::open(&made.path).unwrap().read().unwrap();
    let of_tests: Vec<(String, i64)> = ledger
        .rows()
        .unwrap()
        .filter(|row| row.stage == "report" && row.source == "tests")
        .map(|row| (format!("{:?} {}", row.flow, row.reason), row.records))
        .collect();
    assert_eq!(
        of_tests.iter().map(|(_, records)| records).sum::<i64>(),
        8,
        "{of_tests:?}"
    );
    assert!(of_tests.contains(&("Skipped group smaller than min_group_size".to_owned(), 1)));
    assert!(of_tests.contains(&(
        "Skipped of a group or window that the page does not tell of".to_owned(),
        1
    )));
}

#[test]
fn numbers_of_posts_say_how_few_were_collected() {
    let made = make(&Fixture::plausible());
    let part = "The archive holds about 4 % of the posts that the counters of the listed accounts tell of";
    for text in [words(&made.html), made.markdown.clone()] {
        let text = text.replace('\u{a0}', " ");
        assert!(
            text.contains(&format!("{part}: this is of what was collected.")),
            "no caption says so"
        );
        for sentence in [
            "Posts, all accounts observed, in what was collected (about 4 %): 101,000 posts",
            "Tweets per day collected, listed accounts, in what was collected (about 4 %): 0.340",
            "Tweets per day between observations, listed accounts: 8.50",
        ] {
            assert!(text.contains(sentence), "{sentence}");
        }
        assert_eq!(text.matches(part).count(), 2, "the summary, and the one chart of posts");
    }
}

#[test]
fn numbers_say_what_their_n_counts() {
    let made = make(&Fixture::plausible());
    for text in [words(&made.html), made.markdown.clone()] {
        let text = text.replace('\u{a0}', " ");
        for said in [
            "1 (share of samples)",
            "n = 39 samples",
            "n = 1,203 accounts)",
            "n = 61 persons)",
            "n = 1,203 lives)",
        ] {
            assert!(text.contains(said), "{said}");
        }
    }
}

#[test]
fn a_line_of_zeros_is_named_and_a_series_that_nobody_knows_is_drawn() {
    let made = make(&Fixture::plausible());
    assert!(!made.html.contains("id=\"figure-chart-location-ambiguous"));
    for text in [words(&made.html), made.markdown.clone()] {
        let text = text.replace('*', "").replace('\u{a0}', " ");
        assert!(
            text.contains(
                "Share of members with an ambiguous location: zero in every group, wherever a number is shown"
            )
        );
        assert!(text.contains("Not a series that this report knows (n ="));
    }
    assert!(made.html.contains("id=\"figure-chart-series-1-listed"));
}

#[test]
fn tables_without_rows_make_a_report_that_says_so() {
    let made = make(&Fixture::without_rows());
    let seen = words(&made.html);
    assert!(seen.contains("No measure has a number on this input."));
    assert!(seen.contains("There is no series to draw."));
    assert!(seen.contains("compares no published figure"));
    assert!(!made.html.contains("<svg"));
}
