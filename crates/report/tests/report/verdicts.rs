//! Published beside reproduced.

use std::path::Path;

use tables::{Comparisons, TableFile, VerdictWord};

use crate::fixture::Fixture;
use crate::{make, report, words};

#[test]
fn verdicts_follow_the_rules() {
    let made = make(&Fixture::plausible());
    let batch = TableFile::<Comparisons>::open(&made.path).unwrap().read().unwrap();
    let verdicts: Vec<(String, VerdictWord)> = batch
        .rows()
        .unwrap()
        .map(|row| (row.figure.to_owned(), row.verdict))
        .collect();
    use VerdictWord::{Agrees, Differs, NotMeasurable};
    let expected = [
        ("BP01", Agrees),
        ("BP02", NotMeasurable),
        ("BP03", Agrees),
        ("BP04", Agrees),
        ("BP05", Agrees),
        ("BP06", NotMeasurable),
        ("BP15", Agrees),
        ("BP17", Agrees),
        ("BP18", NotMeasurable),
        ("BP21", Agrees),
        ("BP22", Differs),
        ("BP23", Agrees),
    ];
    assert_eq!(verdicts, expected.map(|(id, verdict)| (id.to_owned(), verdict)));
    for row in batch.rows().unwrap() {
        assert!(!row.note.is_empty(), "{} has no ground", row.figure);
        assert_eq!(
            row.reproduced.is_none() && row.finding.is_none(),
            row.verdict == NotMeasurable && row.figure != "BP06",
            "{}",
            row.figure
        );
    }
    let seen = words(&made.html);
    for words in [
        "✓ agrees",
        "✗ differs",
        "○ not measurable",
        "300-400",
        "345.3 followers",
        "95 % interval 330.1 to 361.9",
    ] {
        assert!(seen.contains(words), "{words}");
    }
}

#[test]
fn a_figure_in_another_unit_is_not_compared() {
    let fixture = Fixture::plausible();
    let dir = tempfile::tempdir().unwrap();
    let figures =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/published/figures.csv"))
            .unwrap();
    let figures = figures.replace(",300-400,followers,", ",300-400,percent of members,");
    let file = dir.path().join("own.csv");
    std::fs::write(&file, figures).unwrap();
    let out = report(&fixture.path())
        .args(["--print", "comparisons", "--as", "json", "--published"])
        .arg(&file)
        .assert()
        .success();
    let printed = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    let line = printed.lines().find(|line| line.contains("\"BP03\"")).unwrap();
    assert!(
        line.contains("not the same unit") && line.contains("not_measurable"),
        "{line}"
    );
}
