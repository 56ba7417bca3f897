//! The p-values of the small synthetic study made anew by scipy, lifelines and plain counting, end to end: what `enrich` and `metrics`
//! wrote goes in, the rows of `tests` come out. Those of permutations and of random networks are drawn, and are held to the measures beside them.

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
    // Three kinds and somebody alone, compared pair by pair; eight numbers, each against the rest.
    let ids = std::fs::read_to_string(&personas).unwrap();
    let rows = ids.lines().skip(1).enumerate().map(|(row, line)| {
        let id = line.split(',').next().unwrap();
        let digits: u32 = id.chars().filter_map(|digit| digit.to_digit(10)).sum();
        let kind = if row == 0 {
            "alone"
        } else {
            ["one", "other", "third"][digits as usize % 3]
        };
        format!("{id},{kind},n{}\n", digits % 8)
    });
    let people = format!("account_id,kind,number\n{}", rows.collect::<String>());
    std::fs::write(at("people.csv"), people).unwrap();
    let (enriched, split) = (at("3"), at("5"));
    let measured = ["--measure", "followers,tweets_per_day,suspension,returns"];
    let by = ["--attributes", &at("people.csv"), "--by", "kind,number"];
    let arguments = [enriched.as_str(), "-q", "-o", split.as_str()]
        .into_iter()
        .chain(measured)
        .chain(by);
    run_ok("metrics", arguments);
    run_ok("metrics", [&at("3"), "-q", "-o", &at("4")]);
    let output = Command::new(python)
        .arg(root().join("tests/hypotheses.py"))
        .args([at("3"), at("4"), at("5"), at("people.csv")])
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
        ("parts.brunner_munzel", 150),
        ("parts.log_rank", 80),
        ("parts.mann_whitney", 150),
        ("parts.share", 80),
        ("restricted_mean", 1),
        ("suspended_by", 1),
        ("insularity.null", 4),
        ("structure.null", 6),
        ("suspension.waves", 1),
        ("trend.equivalence", 6),
        ("trend.persistence", 2),
        ("trend.slope", 6),
    ] {
        assert!(agreed(family) >= fewest, "{family}: {said}");
    }
}
