//! Every p-value of the small synthetic study made anew by scipy, lifelines and plain counting, end to end: what `enrich` and `metrics`
//! wrote goes in, the rows of `tests` come out.

use std::process::Command;

use pipeline_tests::{root, run_ok};

#[test]
fn the_tests_of_a_small_study_are_scipys_and_lifelines() {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        eprintln!("skipped: DIMINUENDO_PYTHON does not name a Python with scipy, lifelines and pyarrow");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    let study = root().join("datasets/diminishing-returns-2016/study.toml");
    let study = study.display().to_string();
    run_ok("simulate", ["--seed", "11", "--scale", "0.1", "-q", "-o", &at("s")]);
    run_ok("ingest", [&at("s/raw"), "-q", "-o", &at("1")]);
    let personas = at("s/personas.csv");
    run_ok("dedupe", [&at("1"), "--personas", &personas, "-q", "-o", &at("2")]);
    run_ok("enrich", [&at("2"), "--study", &study, "-q", "-o", &at("3")]);
    run_ok("metrics", [&at("3"), "-q", "-o", &at("4")]);
    let output = Command::new(python)
        .arg(root().join("tests/hypotheses.py"))
        .args([at("3"), at("4")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    // Lines of a family and how many rows of it agree.
    let agreed = |family: &str| -> u32 {
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix(family)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("nothing of {family}: {said}"))
            .parse()
            .unwrap()
    };
    for (family, fewest) in [
        ("at_risk", 27),
        ("contrast.brunner_munzel", 24),
        ("contrast.mann_whitney", 24),
        ("holm", 100),
        ("returns.sign", 30),
        ("returns.signed_rank", 30),
        ("survival.cox", 6),
        ("survival.log_rank", 16),
        ("restricted_mean", 1),
        ("suspended_by", 1),
        ("trend.equivalence", 6),
        ("trend.mann_kendall", 6),
    ] {
        assert!(agreed(family) >= fewest, "{family}: {said}");
    }
}
