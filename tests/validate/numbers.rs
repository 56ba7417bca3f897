//! What a metrics directory says, read into memory.

use std::collections::BTreeMap;
use std::path::Path;

use tables::{Measures, Samples, Series, Table, TableFile, TruthMeasures, Waves, Windows};

/// A number as it was measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Number {
    /// The value.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// Its unit.
    pub unit: String,
    /// The finding.
    pub finding: Option<String>,
    /// Why there is no value.
    pub reason: Option<String>,
}

/// Measure, group and window.
pub type Key = (String, String, String);

/// A metrics directory.
#[derive(Debug, Default)]
pub struct Measured {
    /// Single numbers.
    pub measures: BTreeMap<Key, Number>,
    /// Points by measure and group, in the order of time.
    pub series: BTreeMap<(String, String), BTreeMap<i64, Number>>,
    /// Samples, in order.
    pub samples: Vec<i64>,
    /// Windows: name, first moment and the one past the last.
    pub windows: Vec<(String, i64, i64)>,
    /// Waves of suspensions by group: first moment and last.
    pub waves: BTreeMap<String, Vec<(i64, i64)>>,
}

fn table<T: Table>(dir: &Path) -> anyhow::Result<tables::Batch<T>> {
    Ok(TableFile::<T>::open(dir)?.read()?)
}

impl Measured {
    /// Reads it.
    pub fn read(dir: &Path) -> anyhow::Result<Self> {
        let mut measured = Self::default();
        for row in table::<Measures>(dir)?.rows()? {
            let number = Number {
                value: row.value,
                interval: row.ci_low.zip(row.ci_high),
                unit: row.unit.to_owned(),
                finding: row.finding.map(str::to_owned),
                reason: row.reason.map(str::to_owned),
            };
            let key = (row.measure.to_owned(), row.group.to_owned(), row.window.to_owned());
            measured.measures.insert(key, number);
        }
        for row in table::<Series>(dir)?.rows()? {
            let number = Number {
                value: row.value,
                interval: row.ci_low.zip(row.ci_high),
                unit: row.unit.to_owned(),
                finding: None,
                reason: row.reason.map(str::to_owned),
            };
            let of = measured
                .series
                .entry((row.measure.to_owned(), row.group.to_owned()))
                .or_default();
            of.insert(row.at.0, number);
        }
        for row in table::<Samples>(dir)?.rows()? {
            measured.samples.push(row.sample_at.0);
        }
        for row in table::<Windows>(dir)?.rows()? {
            measured
                .windows
                .push((row.window.to_owned(), row.from_at.0, row.to_at.0));
        }
        for row in table::<Waves>(dir)?.rows()? {
            let of = measured.waves.entry(row.group.to_owned()).or_default();
            of.push((row.from_at.0, row.to_at.0));
        }
        Ok(measured)
    }

    /// Bounds of a window.
    pub fn window(&self, name: &str) -> Option<(i64, i64)> {
        self.windows
            .iter()
            .find(|(known, ..)| known == name)
            .map(|(_, from, to)| (*from, *to))
    }
}

/// What was true.
#[derive(Debug, Default, Clone)]
pub struct Truth {
    /// Single numbers with their units.
    pub measures: BTreeMap<Key, (Option<f64>, String)>,
    /// Points by measure and group.
    pub series: BTreeMap<(String, String), BTreeMap<i64, f64>>,
    /// Units of series.
    pub units: BTreeMap<String, String>,
}

impl Truth {
    /// Reads it.
    pub fn read(dir: &Path) -> anyhow::Result<Self> {
        let mut truth = Self::default();
        for row in table::<TruthMeasures>(dir)?.rows()? {
            match (row.at, row.value) {
                (Some(at), Some(value)) => {
                    truth.units.insert(row.measure.to_owned(), row.unit.to_owned());
                    let of = truth
                        .series
                        .entry((row.measure.to_owned(), row.group.to_owned()))
                        .or_default();
                    of.insert(at.0, value);
                }
                (Some(_), None) => {}
                (None, value) => {
                    let key = (row.measure.to_owned(), row.group.to_owned(), row.window.to_owned());
                    truth.measures.insert(key, (value, row.unit.to_owned()));
                }
            }
        }
        Ok(truth)
    }
}
