//! Times Kaplan–Meier and Cox on spells, for `tests/bench/survival.py`: one line of JSON a figure.
//!
//!     survival SPELLS COVARIATES TURNS LAST
//!
//! SPELLS is a file of little-endian doubles, a row a spell: entry (0 for none), exit, event (0 or 1), then the covariates.
//! LAST is `cox`, or `kaplan-meier` to leave Cox out.

#![expect(clippy::print_stdout, reason = "a program that prints its measurements")]

use std::error::Error;
use std::time::Instant;

use rayon::prelude::*;
use stats::{CoxData, IntervalTransform, Level, Spell, cox, kaplan_meier};

/// Curves in a turn, as many as of the peer.
const CURVES: usize = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, covariates, turns, last] = &arguments[..] else {
        return Err("usage: survival SPELLS COVARIATES TURNS LAST".into());
    };
    let (covariates, turns): (usize, usize) = (covariates.parse()?, turns.parse()?);
    let bytes = std::fs::read(file)?;
    let numbers: Vec<f64> = bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|number| f64::from_le_bytes(*number))
        .collect();
    let rows = numbers.chunks_exact(3 + covariates);
    let spells: Vec<Spell> = rows
        .clone()
        .map(|row| Spell::new(Some(row[0]).filter(|&entry| entry > 0.0), row[1], row[2] == 1.0))
        .collect();
    let columns: Vec<Vec<f64>> = (0..covariates)
        .map(|column| rows.clone().map(|row| row[3 + column]).collect())
        .collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let data = CoxData {
        spells: &spells,
        covariates: &slices,
        strata: None,
        clusters: None,
    };
    for _ in 0..turns {
        // So short that one alone says little.
        for _ in 0..CURVES {
            let started = Instant::now();
            let curve = kaplan_meier(&spells, None, Level::P95, IntervalTransform::LogLog)?;
            say("kaplan-meier", started, curve.median()?.value);
            let widest = curve.parts().into_par_iter().map(|rows| {
                let widths = rows.filter_map(|row| Some(row.ci_high? - row.ci_low?));
                widths.fold(0.0, f64::max)
            });
            let widest = widest.reduce(|| 0.0, f64::max);
            say("kaplan-meier, all bounds", started, widest);
        }
        if last != "cox" {
            continue;
        }
        let started = Instant::now();
        let model = cox(&data, Level::P95)?;
        say("cox", started, model.coefficients[0].log_hazard_ratio.value);
    }
    Ok(())
}

fn say(figure: &str, started: Instant, answer: f64) {
    println!(
        "{{\"figure\": \"{figure}\", \"seconds\": {}, \"answer\": {answer}}}",
        started.elapsed().as_secs_f64()
    );
}
