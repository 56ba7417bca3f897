//! The tests of hypotheses that the page tells of: those of one group over the whole period. The others stand in the table.

use stage::StageDir;
use study::Window;
use tables::{Table, TableError, Tests};

use crate::input::{Hidden, Measured, Number};
use crate::number;
use crate::privacy::Privacy;
use crate::table::{Cell, PageTable, Row, Style, columns};
use crate::words;

/// Why a row was left out, as the ledger counts it.
pub(crate) const ELSEWHERE: &str = "of a group or window that the page does not tell of";
/// Families whose n counts samples: few of them are few moments, not few people.
const OF_SAMPLES: &str = "trend.";
/// Below it a p-value is told as a bound.
const LEAST_P: f64 = 0.0001;

/// A row of `tests`.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) family: String,
    pub(crate) test: String,
    pub(crate) group: String,
    pub(crate) p_value: Option<f64>,
    pub(crate) p_holm: Option<f64>,
    pub(crate) family_size: i64,
    pub(crate) n_other: Option<i64>,
    /// The effect, and the n of the first group.
    pub(crate) number: Number,
}

/// Reads the rows of whole groups over the whole period, and keeps those of the first group that has a p-value; returns how many
/// others there are.
pub(crate) fn read(dir: &StageDir, measured: &mut Measured) -> Result<(), TableError> {
    let table = dir.table::<Tests>()?;
    measured.rows.push((Tests::NAME, table.rows()));
    let mut tests: Vec<Test> = Vec::new();
    for batch in table.batches() {
        let batch = batch?;
        let told = batch
            .rows()?
            .filter(|row| row.window == Window::ALL && words::GROUPS.contains(&row.group));
        tests.extend(told.map(|row| Test {
            family: row.family.to_owned(),
            test: row.test.to_owned(),
            group: row.group.to_owned(),
            p_value: finite(row.p_value),
            p_holm: finite(row.p_holm),
            family_size: row.family_size,
            n_other: row.n_other,
            number: Number {
                value: finite(row.effect),
                interval: finite(row.ci_low).zip(finite(row.ci_high)),
                n: row.n,
                unit: row.unit.to_owned(),
                reason: row.reason.map(str::to_owned),
                ..Number::default()
            },
        }));
    }
    let group = words::GROUPS
        .into_iter()
        .find(|group| tests.iter().any(|test| test.group == *group && test.p_value.is_some()));
    tests.retain(|test| group.is_none_or(|group| test.group == group));
    measured.tests_elsewhere = table.rows().saturating_sub(tests.len() as u64);
    measured.tests = tests;
    Ok(())
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// Marks and hides the tests that rest on few; returns how many.
pub(crate) fn take_away(privacy: Privacy, of_few: impl Fn(&str) -> bool, tests: &mut [Test]) -> u64 {
    let mut taken = 0;
    for test in tests {
        let people = !test.family.starts_with(OF_SAMPLES);
        let small = [test.number.n, test.n_other.unwrap_or(0)]
            .into_iter()
            .any(|n| privacy.is_small(n));
        let is_there = test.p_value.is_some() || test.number.value.is_some();
        if (people && small) || (is_there && of_few(&test.group)) {
            test.number.hidden = Some(Hidden::RestsOnFew);
            privacy.hide(&mut test.number);
            (test.p_value, test.p_holm, test.n_other) = (None, None, None);
            taken += 1;
        }
    }
    taken
}

/// The table of the page; none where nothing was tested.
pub(crate) fn table(measured: &Measured) -> Option<PageTable> {
    let group = measured.tests.first()?.group.as_str();
    let rows = measured.tests.iter().map(row).collect();
    Some(PageTable {
        id: "tests-table".to_owned(),
        caption: format!("Tests, {}, whole period", words::group(group)),
        columns: columns(&[
            "test and family",
            "n#",
            "effect#",
            "interval#",
            "unit",
            "p#",
            "p, Holm#",
            "p-values in the family#",
        ]),
        rows,
    })
}

fn row(test: &Test) -> Row {
    let number = &test.number;
    let mut cells = vec![Cell::text(&test.test).line(Style::Code, &test.family)];
    let n = match (number.n, test.n_other) {
        (0, None | Some(0)) => Cell::no_number(),
        (n, Some(other)) => Cell::shown(format!("{} and {}", number::count(n), number::count(other))),
        (n, None) => Cell::count(n),
    };
    cells.push(n);
    match number.value {
        Some(value) => {
            let (shown, interval) = number::with_interval(value, number.interval);
            cells.push(Cell::shown(shown));
            cells.push(interval.map_or_else(Cell::no_number, Cell::shown));
            cells.push(Cell::text(&number.unit));
        }
        None => cells.extend([Cell::no_number(), Cell::no_number(), Cell::none()]),
    }
    match test.p_value {
        Some(p) => {
            cells.push(Cell::shown(probability(p)));
            cells.push(
                test.p_holm
                    .map_or_else(Cell::no_number, |p| Cell::shown(probability(p))),
            );
        }
        None => cells.push(Cell::text(words::reason(number)).spanning(2)),
    }
    cells.push(Cell::count(test.family_size));
    Row::of(cells)
}

fn probability(p: f64) -> String {
    if p < LEAST_P {
        format!("<\u{202f}{LEAST_P}")
    } else {
        format!("{p:.4}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(family: &str, n: i64, n_other: Option<i64>) -> Test {
        Test {
            family: family.to_owned(),
            test: "followers".to_owned(),
            group: "listed".to_owned(),
            p_value: Some(0.00001),
            p_holm: Some(0.03),
            family_size: 3,
            n_other,
            number: Number {
                value: Some(1.5),
                n,
                ..Number::default()
            },
        }
    }

    #[test]
    fn tests_of_few_are_hidden_and_few_samples_are_not_few_people() {
        let mut tests = [
            test("contrast.mann_whitney", 400, Some(4)),
            test("contrast.mann_whitney", 400, Some(40)),
            test("trend.mann_kendall", 4, None),
        ];
        assert_eq!(take_away(Privacy::new(5), |_| false, &mut tests), 1);
        let shown = tests.map(|test| (test.p_value.is_some(), test.number.n, test.n_other));
        assert_eq!(shown, [(false, 0, None), (true, 400, Some(40)), (true, 4, None)]);
        let mut tests = [test("trend.mann_kendall", 40, None)];
        assert_eq!(take_away(Privacy::new(5), |group| group == "listed", &mut tests), 1);
    }

    #[test]
    fn probabilities_are_never_told_as_zero() {
        assert_eq!(
            (probability(0.0), probability(0.0449)),
            ("<\u{202f}0.0001".to_owned(), "0.0449".to_owned())
        );
    }
}
