//! The rules of agreement, one by one, and what must hold for every number.

use proptest::prelude::*;
use study::published::{Value, built_in};
use study::verdict::{IntervalPosition, Outcome, Point, Reproduced, Tolerance, Verdict, compare, compare_series};
use study::{Reduce, Study};

fn value(text: &str) -> Value {
    text.parse().expect("a value of the grammar")
}

fn number(point: f64, interval: Option<(f64, f64)>) -> Reproduced {
    Reproduced {
        value: Some(point),
        interval,
        ..Reproduced::default()
    }
}

fn found(word: &str) -> Reproduced {
    Reproduced {
        value: Some(0.0),
        finding: Some(word.into()),
        ..Reproduced::default()
    }
}

#[track_caller]
fn says(published: &str, tolerance: Tolerance, ours: &Reproduced, verdict: Verdict, because: &str) -> Outcome {
    let outcome = compare(&value(published), tolerance, ours);
    assert_eq!((outcome.verdict, outcome.because.as_str()), (verdict, because));
    outcome
}

#[test]
fn a_point_within_a_bound_agrees_whatever_its_interval() {
    let rounding = Tolerance::Rounding;
    says("<1000", rounding, &number(999.0, None), Verdict::Agrees, "within <1000");
    says(
        "<1000",
        rounding,
        &number(1000.0, None),
        Verdict::Differs,
        "not within <1000",
    );
    says(
        "<=1000",
        rounding,
        &number(1000.0, None),
        Verdict::Agrees,
        "within <=1000",
    );
    let reaching = "within 300-400; the interval reaches beyond it";
    let outcome = says(
        "300-400",
        rounding,
        &number(390.0, Some((370.0, 410.0))),
        Verdict::Agrees,
        reaching,
    );
    assert_eq!(outcome.interval, IntervalPosition::Overlaps);
    let outcome = says(
        "300-400",
        rounding,
        &number(350.0, Some((300.0, 400.0))),
        Verdict::Agrees,
        "within 300-400",
    );
    assert_eq!(outcome.interval, IntervalPosition::Within);
}

#[test]
fn a_point_outside_differs_and_the_interval_is_told() {
    let near = "not within 300-400, but the interval reaches it";
    says(
        "300-400",
        Tolerance::Rounding,
        &number(410.0, Some((395.0, 430.0))),
        Verdict::Differs,
        near,
    );
    let far = "not within 300-400, nor does the interval reach it";
    says(
        "300-400",
        Tolerance::Rounding,
        &number(450.0, Some((410.0, 490.0))),
        Verdict::Differs,
        far,
    );
    // An open bound is not reached by an interval that only touches it.
    says(
        "<2",
        Tolerance::Rounding,
        &number(3.0, Some((2.0, 4.0))),
        Verdict::Differs,
        "not within <2, nor does the interval reach it",
    );
    says(
        "<=2",
        Tolerance::Rounding,
        &number(3.0, Some((2.0, 4.0))),
        Verdict::Differs,
        "not within <=2, but the interval reaches it",
    );
}

#[test]
fn a_single_number_has_a_tolerance() {
    says(
        "5.5",
        Tolerance::ABOUT,
        &number(6.0, None),
        Verdict::Agrees,
        "within 10 % of 5.5",
    );
    says(
        "5.5",
        Tolerance::ABOUT,
        &number(6.1, None),
        Verdict::Differs,
        "not within 10 % of 5.5",
    );
    says(
        "5.5",
        Tolerance::Rounding,
        &number(5.54, None),
        Verdict::Agrees,
        "within rounding of 5.5",
    );
    says(
        "5.5",
        Tolerance::Rounding,
        &number(5.56, None),
        Verdict::Differs,
        "not within rounding of 5.5",
    );
    says(
        "678",
        Tolerance::Rounding,
        &number(678.4, None),
        Verdict::Agrees,
        "within rounding of 678",
    );
    let figures = built_in().unwrap();
    assert_eq!(
        Tolerance::of(figures.get("BP21").unwrap(), None),
        Tolerance::Percent(10.0)
    );
    assert_eq!(
        Tolerance::of(figures.get("BP21").unwrap(), Some(5.0)),
        Tolerance::Percent(5.0)
    );
    assert_eq!(Tolerance::of(figures.get("BM08").unwrap(), None), Tolerance::Rounding);
}

#[test]
fn findings_are_compared_as_words_and_never_as_numbers() {
    says(
        "qualitative:flat",
        Tolerance::Rounding,
        &found("flat"),
        Verdict::Agrees,
        "found `flat` as published",
    );
    says(
        "qualitative:flat",
        Tolerance::Rounding,
        &found("down"),
        Verdict::Differs,
        "found `down`, published `flat`",
    );
    let undecided = "inconclusive: this input decides neither for nor against it";
    says(
        "qualitative:flat",
        Tolerance::Rounding,
        &found("inconclusive"),
        Verdict::NotMeasurable,
        undecided,
    );
    let none = "no finding and no reason were given";
    says(
        "qualitative:flat",
        Tolerance::Rounding,
        &number(0.0, None),
        Verdict::NotMeasurable,
        none,
    );
}

#[test]
fn a_finding_may_mean_the_published_word() {
    let text = "title = 'T'\nperiod = { from = 2015-06-01, to = 2015-06-30 }\n[[compare]]\nfigure = 'BP18'\n\
                measure = 'persistence.followers'\nfinding = 'down'\n";
    let study = Study::parse(text, "study.toml").expect("a study");
    let figures = built_in().expect("the figures");
    study.check_figures(&figures).expect("a figure in words");
    let (asked, figure) = (&study.comparisons()[0], figures.get("BP18").expect("it is published"));
    for (finding, verdict, because) in [
        ("down", Verdict::Agrees, "found `down`, published as `yes`"),
        ("up", Verdict::Differs, "found `up`, published `yes`"),
        (
            "inconclusive",
            Verdict::NotMeasurable,
            "inconclusive: this input decides neither for nor against it",
        ),
    ] {
        let outcome = asked.judge(figure, &found(finding));
        assert_eq!((outcome.verdict, outcome.because.as_str()), (verdict, because));
    }
}

#[test]
fn what_is_missing_is_not_measurable_with_its_reason() {
    let missing = Reproduced {
        reason: Some("needs accounts.created_at".into()),
        ..Reproduced::default()
    };
    says(
        "14.5",
        Tolerance::ABOUT,
        &missing,
        Verdict::NotMeasurable,
        "needs accounts.created_at",
    );
    says(
        "<2",
        Tolerance::ABOUT,
        &number(f64::NAN, None),
        Verdict::NotMeasurable,
        "no number and no reason were given",
    );
}

fn series(values: &[Option<f64>]) -> Vec<Point> {
    values
        .iter()
        .map(|value| Point {
            value: *value,
            interval: value.map(|v| (v - 1.0, v + 1.0)),
        })
        .collect()
}

#[test]
fn a_series_is_reduced_without_its_gaps() {
    let points = series(&[None, Some(900.0), Some(1200.0), None, Some(800.0), Some(700.0), None]);
    let of = |reduce| {
        let (ours, outcome) = compare_series(&value("<1000"), Tolerance::Rounding, &points, reduce);
        (ours.value.unwrap(), ours.interval, outcome.verdict)
    };
    assert_eq!(of(Reduce::Max), (1200.0, None, Verdict::Differs));
    assert_eq!(of(Reduce::Median), (850.0, None, Verdict::Agrees));
    assert_eq!(of(Reduce::First), (900.0, Some((899.0, 901.0)), Verdict::Agrees));
    assert_eq!(of(Reduce::Last), (700.0, Some((699.0, 701.0)), Verdict::Agrees));
    assert_eq!(of(Reduce::ShareWithin), (0.75, None, Verdict::Agrees));
}

#[test]
fn exactly_half_is_not_more_than_half() {
    let points = series(&[Some(900.0), Some(1100.0)]);
    let (ours, outcome) = compare_series(&value("<1000"), Tolerance::Rounding, &points, Reduce::ShareWithin);
    assert_eq!((ours.value, outcome.verdict), (Some(0.5), Verdict::Differs));
    assert_eq!(outcome.because, "1 of 2 values within <1000; more than half are needed");
}

#[test]
fn an_empty_series_and_a_word_for_a_bound_are_not_measurable() {
    for reduce in [
        Reduce::Max,
        Reduce::Median,
        Reduce::First,
        Reduce::Last,
        Reduce::ShareWithin,
    ] {
        let (ours, outcome) = compare_series(&value("<1000"), Tolerance::Rounding, &series(&[None]), reduce);
        assert_eq!((ours.value, outcome.verdict), (None, Verdict::NotMeasurable));
        assert_eq!(outcome.because, "the series has no value");
    }
    let (_, outcome) = compare_series(
        &value("qualitative:down"),
        Tolerance::Rounding,
        &series(&[Some(1.0)]),
        Reduce::ShareWithin,
    );
    assert_eq!(outcome.verdict, Verdict::NotMeasurable);
}

proptest! {
    /// The verdict on a bound is the bound read aloud, and a share is a share.
    #[test]
    fn verdicts_follow_the_bound(bound in 0u32..50, points in prop::collection::vec(0u32..50, 1..20)) {
        let below = Value::Below(f64::from(bound));
        for point in &points {
            let verdict = compare(&below, Tolerance::Rounding, &number(f64::from(*point), None)).verdict;
            prop_assert_eq!(verdict == Verdict::Agrees, point < &bound);
        }
        let within = points.iter().filter(|point| **point < bound).count();
        let line: Vec<Point> = points.iter().map(|p| Point { value: Some(f64::from(*p)), interval: None }).collect();
        let (ours, outcome) = compare_series(&below, Tolerance::Rounding, &line, Reduce::ShareWithin);
        prop_assert_eq!(ours.value, Some(within as f64 / points.len() as f64));
        prop_assert_eq!(outcome.verdict == Verdict::Agrees, 2 * within > points.len());
    }

    /// A point within makes its interval reach; an interval all within holds a point within.
    #[test]
    fn intervals_and_points_do_not_contradict(low in 0.0..100.0, a in 0.0..50.0, b in 0.0..50.0, from in 0.0..100.0, width in 0.0..50.0) {
        let outcome = compare(&Value::Range(from, from + width), Tolerance::Rounding, &number(low + a, Some((low, low + a + b))));
        if outcome.verdict == Verdict::Agrees {
            prop_assert_ne!(outcome.interval, IntervalPosition::Outside);
        }
        if outcome.interval == IntervalPosition::Within {
            prop_assert_eq!(outcome.verdict, Verdict::Agrees);
        }
    }
}
