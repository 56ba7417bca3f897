//! Published beside reproduced: each `[[compare]]` of the study, read from the tables and judged by the rules of
//! [`study::verdict`].

use study::published::{Figure, Figures, Value};
use study::verdict::{self, Reproduced, Tolerance, Verdict};
use study::{Comparison, Reading, Reduce, Study, Window};
use tables::{Timestamp, VerdictWord};

use crate::input::{Hidden, Measured, Number, Point};
use crate::privacy::Privacy;

/// A published figure, ours, and the verdict.
#[derive(Debug, Clone)]
pub(crate) struct Compared<'a> {
    pub(crate) figure: &'a Figure,
    pub(crate) asked: &'a Comparison,
    /// What ours is, in words: measure or series, group, window.
    pub(crate) measured_as: String,
    pub(crate) ours: Number,
    pub(crate) verdict: VerdictWord,
    /// The rule applied and what it found, or why nothing could be compared.
    pub(crate) because: String,
}

/// Every comparison that the study asks for, in its order.
pub(crate) fn compare<'a>(
    study: &'a Study,
    figures: &'a Figures,
    measured: &Measured,
    privacy: Privacy,
) -> Vec<Compared<'a>> {
    study
        .comparisons()
        .iter()
        // `Study::check_figures` has refused ids that are not there.
        .filter_map(|asked| Some((asked, figures.get(asked.figure())?)))
        .map(|(asked, figure)| one(study, asked, figure, measured, privacy))
        .collect()
}

fn one<'a>(
    study: &Study,
    asked: &'a Comparison,
    figure: &'a Figure,
    measured: &Measured,
    privacy: Privacy,
) -> Compared<'a> {
    let place = format!("{}, window {}", asked.group(), asked.window());
    let (measured_as, found) = match asked.reading() {
        Reading::Measure(measure) => (
            format!("{measure} of {place}"),
            measure_reading(asked, figure, measure, measured),
        ),
        Reading::Series(series, reduce) => (
            format!("{}: series {series} of {place}", reduce_words(*reduce)),
            series_reading(study, asked, figure, series, *reduce, measured),
        ),
    };
    let (mut ours, outcome) = found;
    let (mut verdict, mut because) = (outcome.verdict, outcome.because);
    if let Some(hidden) = ours.hidden {
        privacy.hide(&mut ours);
        let tells_no_count = hidden == Hidden::CountsFew && matches!(figure.value, Value::Qualitative(_));
        if !tells_no_count {
            (ours.finding, ours.n) = (None, 0);
            (verdict, because) = (Verdict::NotMeasurable, privacy.reason());
        }
    }
    Compared {
        figure,
        asked,
        measured_as,
        ours,
        verdict: match verdict {
            Verdict::Agrees => VerdictWord::Agrees,
            Verdict::Differs => VerdictWord::Differs,
            Verdict::NotMeasurable => VerdictWord::NotMeasurable,
        },
        because,
    }
}

fn reduce_words(reduce: Reduce) -> &'static str {
    match reduce {
        Reduce::Max => "largest value",
        Reduce::Median => "median",
        Reduce::First => "first value",
        Reduce::Last => "last value",
        Reduce::ShareWithin => "share of samples within the published bound",
    }
}

fn measure_reading(
    asked: &Comparison,
    figure: &Figure,
    measure: &str,
    measured: &Measured,
) -> (Number, verdict::Outcome) {
    let mut ours = measured.measure(measure, asked.group(), asked.window()).map_or_else(
        || Number {
            reason: Some(format!(
                "metrics has no measure {measure} of {} in window {}",
                asked.group(),
                asked.window()
            )),
            ..Number::default()
        },
        |row| row.number.clone(),
    );
    if let Some(reason) = units_differ(figure, &ours) {
        ours = Number {
            reason: Some(reason),
            ..Number::default()
        };
    }
    let reproduced = Reproduced {
        value: ours.value,
        interval: ours.interval,
        finding: ours.finding.clone(),
        reason: ours.reason.clone(),
    };
    let outcome = asked.judge(figure, &reproduced);
    (ours, outcome)
}

fn tolerance(asked: &Comparison, figure: &Figure) -> Tolerance {
    Tolerance::of(figure, asked.tolerance_percent())
}

fn series_reading(
    study: &Study,
    asked: &Comparison,
    figure: &Figure,
    series: &str,
    reduce: Reduce,
    measured: &Measured,
) -> (Number, verdict::Outcome) {
    let window = study.window(asked.window());
    let points: Vec<&Point> = measured
        .points(series, asked.group())
        .filter(|point| window.is_none_or(|window| holds(window, point.at)))
        .collect();
    let present: Vec<&Point> = points
        .iter()
        .copied()
        .filter(|point| point.number.value.is_some())
        .collect();
    let differing = present.first().and_then(|point| units_differ(figure, &point.number));
    let inputs: Vec<verdict::Point> = points
        .iter()
        .filter(|_| differing.is_none())
        .map(|point| verdict::Point {
            value: point.number.value,
            interval: point.number.interval,
        })
        .collect();
    let (reproduced, mut outcome) = verdict::compare_series(&figure.value, tolerance(asked, figure), &inputs, reduce);
    let mut ours = Number {
        value: reproduced.value,
        interval: reproduced.interval,
        finding: reproduced.finding,
        reason: reproduced.reason,
        ..Number::default()
    };
    if ours.value.is_none() {
        // The series knows better than "no value" why it has none.
        let reason = differing.or_else(|| points.iter().find_map(|point| point.number.reason.clone()));
        let reason = reason.unwrap_or_else(|| format!("metrics has no series {series} of {}", asked.group()));
        outcome.because.clone_from(&reason);
        ours.reason = Some(reason);
        return (ours, outcome);
    }
    let used = used_points(&present, reduce, ours.value);
    ours.hidden = used.iter().find_map(|point| point.number.hidden);
    if let Some(point) = present.first() {
        point.number.unit.clone_into(&mut ours.unit);
        point.number.method.clone_into(&mut ours.method);
    }
    (ours.n, ours.counted) = match (reduce, used.first()) {
        (Reduce::First | Reduce::Last, Some(point)) => (point.number.n, point.number.counted.clone()),
        _ => (i64::try_from(present.len()).unwrap_or(i64::MAX), "samples".to_owned()),
    };
    if reduce == Reduce::ShareWithin {
        "share of samples".clone_into(&mut ours.unit);
    }
    (ours, outcome)
}

/// The points that the reduced number shows.
fn used_points<'a>(present: &[&'a Point], reduce: Reduce, value: Option<f64>) -> Vec<&'a Point> {
    match reduce {
        Reduce::First => present.first().copied().into_iter().collect(),
        Reduce::Last => present.last().copied().into_iter().collect(),
        Reduce::Max => present
            .iter()
            .copied()
            .filter(|point| point.number.value == value)
            .collect(),
        Reduce::Median => {
            let mut sorted = present.to_vec();
            sorted.sort_by(|a, b| a.number.value.unwrap_or(0.0).total_cmp(&b.number.value.unwrap_or(0.0)));
            let last = sorted.len().saturating_sub(1);
            sorted.get(last / 2..=sorted.len() / 2).unwrap_or_default().to_vec()
        }
        // A share of samples shows no single one.
        Reduce::ShareWithin => Vec::new(),
    }
}

fn holds(window: &Window, at: Timestamp) -> bool {
    // A sample's row is labelled with the last moment of its day and a bin's with its first: both lie inside.
    let (from, to) = (window.start().timestamp_millis(), window.end().timestamp_millis());
    from <= at.0 && at.0 < to
}

/// Why the two numbers cannot be compared, when they have different units.
fn units_differ(figure: &Figure, ours: &Number) -> Option<String> {
    if matches!(figure.value, Value::Qualitative(_)) || ours.value.is_none() {
        return None;
    }
    let base = |unit: &str| {
        let unit = unit.split('(').next().unwrap_or_default().trim().to_lowercase();
        unit.replace("posts", "tweets")
    };
    let (published, reproduced) = (base(&figure.unit), base(&ours.unit));
    (published != reproduced).then(|| {
        format!(
            "published in '{}', reproduced in '{}': not the same unit",
            figure.unit, ours.unit
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: &str = "id,study,measure,definition,period,value,unit,source,note\n\
        A1,S,m,d,p,<1000,accounts,s,\nA2,S,m,d,p,qualitative:down,trend,s,\n";

    fn study(compare: &str) -> Study {
        let text = format!("title = 'T'\nperiod = {{ from = 2015-06-01, to = 2015-06-30 }}\n{compare}");
        Study::parse(&text, "study.toml").unwrap()
    }

    fn point(day: i64, value: f64) -> Point {
        Point {
            measure: "size".to_owned(),
            group: "listed".to_owned(),
            // 2015-06-01 is day 16587; the label is the day's last moment.
            at: Timestamp((16_587 + day + 1) * tables::DAY_MS - 1),
            number: Number {
                value: Some(value),
                n: 100,
                unit: "accounts".to_owned(),
                ..Number::default()
            },
        }
    }

    fn judged(compare_entry: &str, mut measured: Measured) -> (Option<f64>, i64, VerdictWord, String) {
        let study = study(compare_entry);
        let figures = Figures::parse(FIGURES, "figures.csv").unwrap();
        let privacy = Privacy::new(5);
        privacy.mark(&mut measured);
        let rows = compare(&study, &figures, &measured, privacy);
        let row = &rows[0];
        (row.ours.value, row.ours.n, row.verdict, row.because.clone())
    }

    fn sizes(values: &[f64]) -> Measured {
        Measured {
            series: (0..).zip(values).map(|(day, value)| point(day, *value)).collect(),
            ..Measured::default()
        }
    }

    #[test]
    fn a_hidden_last_value_is_not_replaced_by_the_one_before_it() {
        let entry = "[[compare]]\nfigure = 'A1'\nseries = 'size'\nreduce = 'last'";
        let (value, n, verdict, because) = judged(entry, sizes(&[900.0, 3.0]));
        assert_eq!((value, n, verdict), (None, 0, VerdictWord::NotMeasurable));
        assert!(because.contains("smaller than 5"), "{because}");
        let (value, n, verdict, _) = judged(entry, sizes(&[900.0, 30.0]));
        assert_eq!((value, n, verdict), (Some(30.0), 100, VerdictWord::Agrees));
    }

    #[test]
    fn a_window_holds_its_own_samples_alone() {
        let window = "[[windows]]\nname = 'w'\nfrom = 2015-06-02\nto = 2015-06-03\n";
        let entry = "[[compare]]\nfigure = 'A1'\nseries = 'size'\nreduce = 'max'\nwindow = 'w'";
        let (value, n, _, _) = judged(&format!("{window}{entry}"), sizes(&[5000.0, 20.0, 30.0, 6000.0]));
        assert_eq!((value, n), (Some(30.0), 2));
    }

    #[test]
    fn a_share_of_samples_shows_no_sample() {
        let entry = "[[compare]]\nfigure = 'A1'\nseries = 'size'\nreduce = 'share_within'";
        let (value, n, verdict, _) = judged(entry, sizes(&[2000.0, 20.0, 3.0, 10.0]));
        assert_eq!((value, n, verdict), (Some(0.75), 4, VerdictWord::Agrees));
    }

    #[test]
    fn a_finding_outlives_a_hidden_count() {
        let entry = "[[compare]]\nfigure = 'A2'\nmeasure = 'location.focus'";
        let mut measured = Measured::default();
        measured.measures.push(crate::input::MeasureRow {
            measure: "location.focus".to_owned(),
            group: "listed".to_owned(),
            window: "all".to_owned(),
            number: Number {
                value: Some(2.5),
                n: 39,
                finding: Some("down".to_owned()),
                ..Number::default()
            },
        });
        let (value, _, verdict, _) = judged(entry, measured);
        assert_eq!((value, verdict), (None, VerdictWord::Agrees));
    }

    #[test]
    fn what_is_not_there_is_said_so() {
        let entry = "[[compare]]\nfigure = 'A1'\nmeasure = 'size.max'";
        let (value, _, verdict, because) = judged(entry, Measured::default());
        assert_eq!((value, verdict), (None, VerdictWord::NotMeasurable));
        assert!(because.contains("metrics has no measure size.max"), "{because}");
    }
}
