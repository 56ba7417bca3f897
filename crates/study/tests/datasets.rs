//! The study files and figures of the repository are sound, and say what they should.

use std::path::{Path, PathBuf};

use study::{Listed, Study, published};

fn datasets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets")
}

fn study(folder: &str) -> Study {
    Study::read(&datasets().join(folder).join("study.toml")).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_published_figure_is_read() {
    let figures = published::built_in().unwrap();
    // grep -cE '^[A-Z]{2}[0-9]{2},' datasets/published/figures.csv
    assert_eq!(figures.len(), 120);
    let text = std::fs::read_to_string(datasets().join("published/figures.csv")).unwrap();
    for figure in &figures {
        // A value is kept as it was written.
        assert!(
            text.contains(&format!(",{},", figure.value)),
            "{} is {}",
            figure.id,
            figure.value
        );
    }
    assert!(figures.get("BP21").unwrap().is_approximate());
    assert!(figures.get("BM24").unwrap().is_approximate(), "about 1 in 5");
    assert!(!figures.get("BM13").unwrap().is_approximate(), "nearly half is a bound");
    assert!(!figures.get("BM01").unwrap().is_approximate());
}

#[test]
fn every_study_file_is_sound_and_compares_with_figures_that_exist() {
    let figures = published::built_in().unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(datasets()).unwrap() {
        let path = entry.unwrap().path().join("study.toml");
        if path.is_file() {
            let study = Study::read(&path).unwrap_or_else(|error| panic!("{error}"));
            study.check_figures(&figures).unwrap_or_else(|error| panic!("{error}"));
            assert!(
                study.comparisons().iter().all(|entry| entry.note().is_some()),
                "{}: a comparison without a note",
                study.title()
            );
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} study files found");
}

#[test]
fn the_design_of_2016() {
    let study = study("diminishing-returns-2016");
    assert_eq!(study.period().days(), 153);
    let quiet = study.window("quiet").unwrap();
    assert_eq!(quiet.days(), 30);
    assert_eq!(study.samples_in(quiet).count(), 30);
    assert_eq!(study.samples().len(), 39);
    assert!(study.samples().is_sorted());
    assert!(!study.synthetic());
    assert_eq!(study.listed(), Listed::Roster);
    assert_eq!(study.focus_countries(), ["IQ", "SY"]);
}

#[test]
fn archives_without_samples_are_sampled_monthly() {
    let study = study("fifth-tribe-2016");
    assert_eq!(study.listed(), Listed::Everyone);
    assert_eq!(study.samples().len(), 16);
    assert_eq!(study.samples()[0].date().to_string(), "2015-02-01");
}
