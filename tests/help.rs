//! What the binaries' `--help` says: it is the one kept in `tests/help`, and its examples run as they stand there.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeSet;
use std::path::Path;

use pipeline_tests::{command, copy_folder, root, run_script, stderr};

/// Every binary, the stages in their order.
const BINARIES: [&str; 7] = [
    "ingest", "dedupe", "enrich", "metrics", "report", "simulate", "validate",
];

/// The help as it is where there is no terminal: 100 columns wide.
fn help(name: &str) -> String {
    let output = command(name).env_remove("COLUMNS").arg("--help").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A help that was changed on purpose is kept with `DIMINUENDO_RENEW=1 cargo test --workspace --exclude run-just --test help`.
#[test]
fn every_help_is_the_one_kept() {
    for name in BINARIES {
        let said = help(name);
        for line in said.lines() {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
        let file = root().join("tests/help").join(format!("{name}.txt"));
        if std::env::var_os("DIMINUENDO_RENEW").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &said).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            said == kept,
            "{name} --help is not what {} holds; renew it with DIMINUENDO_RENEW=1 if it should be:\n{said}",
            file.display()
        );
    }
}

/// The lines under `Examples:`.
fn examples(name: &str) -> Vec<String> {
    let help = help(name);
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let examples: Vec<String> = lines
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().to_owned())
        .collect();
    assert!(!examples.is_empty(), "{name} shows no example");
    examples
}

/// The word after each place at which `mark` stands.
fn after<'a>(example: &'a str, mark: &str) -> Vec<&'a str> {
    let words: Vec<&str> = example.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == mark);
    pairs.map(|pair| pair[1]).filter(|word| *word != "-").collect()
}

/// Runs an example as it stands, and looks for what it writes.
fn run_example(example: &str, dir: &Path) {
    let written = [after(example, "-o"), after(example, ">")].concat();
    if !["--force", "--if-changed"]
        .iter()
        .any(|replaces| example.contains(replaces))
    {
        for output in &written {
            let _ = std::fs::remove_dir_all(dir.join(output));
        }
    }
    let stdout = run_script(example, dir);
    for output in &written {
        assert!(dir.join(output).exists(), "{example}: there is no {output}");
    }
    assert!(!written.is_empty() || !stdout.is_empty(), "{example}: wrote nothing");
}

fn has(program: &str) -> bool {
    let found = std::process::Command::new(program).arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

/// What the examples read, made of the small synthetic sample.
fn materials(dir: &Path) {
    copy_folder(&root().join("datasets/sample"), &dir.join("sample"));
    std::fs::copy(root().join("datasets/published/figures.csv"), dir.join("figures.csv")).unwrap();
    run_script(
        "cp -R sample/raw archive
         cp sample/raw/roster.csv sample/study.toml .
         cp sample/personas.csv people.csv
         mkdir -p dumps/stream
         cp sample/raw/tweets-stream-2015-06.jsonl.gz dumps/stream/2015-06.jsonl.gz
         tar czf lists.tar.gz -C sample/raw follows.csv availability.csv
         cp sample/raw/tweets-stream-2015-07.jsonl.gz tweets.jsonl.gz
         gzip -dc sample/raw/tweets-stream-2015-08.jsonl.gz > archive.jsonl",
        dir,
    );
    let page = r#"{"data":[{"id":"1","author_id":"2","text":"fog"}],"meta":{}}"#;
    let tweets = "name,username,description,location,followers,numberstatuses,time,tweets\n\
                  Larch,larch,tea,Oslo,12,340,6/3/2015 10:00,rain over the hills\n";
    let roster = std::fs::read_to_string(dir.join("roster.csv")).unwrap();
    let handles = roster.lines().skip(1).filter_map(|line| line.split(',').nth(HANDLE));
    // Listed twice is one account, whatever the case of its handle.
    let handles: BTreeSet<String> = handles
        .filter(|handle| !handle.is_empty())
        .map(str::to_lowercase)
        .collect();
    let accounts: String = handles
        .iter()
        .enumerate()
        .map(|(row, handle)| {
            format!(
                "{handle},{},{}\n",
                ["seller", "buyer"][row % 2],
                ["north", "south"][row % 2]
            )
        })
        .collect();
    let labels: String = handles
        .iter()
        .zip(["in", "out"].iter().cycle())
        .map(|(handle, label)| format!("{handle},{label}\n"))
        .collect();
    for (name, text) in [
        ("pages.jsonl", format!("{page}\n")),
        ("tweets.csv", tweets.to_owned()),
        ("unknown.csv", "who,when,what\nlarch,2015-06-03,fog\n".to_owned()),
        ("accounts.csv", format!("handle,role,region\n{accounts}")),
        ("checked.csv", format!("handle,label\n{labels}")),
    ] {
        std::fs::write(dir.join(name), text).unwrap();
    }
}

/// The column of the roster that holds handles.
const HANDLE: usize = 1;

#[test]
fn the_examples_of_every_help_run() {
    let dir = tempfile::tempdir().unwrap();
    materials(dir.path());
    for name in ["ingest", "dedupe", "enrich", "metrics", "report"] {
        let examples = examples(name);
        for example in &examples {
            if example.contains("| jq ") && !has("jq") {
                eprintln!("skipped: there is no jq to run '{example}'");
                continue;
            }
            if example.contains("answered.csv") {
                run_script("cp work/2-dedupe/review.csv answered.csv", dir.path());
            }
            if example.contains("work/none") {
                run_script("mkdir work/none && cp -R work/4-metrics work/none", dir.path());
            }
            run_example(example, dir.path());
        }
        // Others may have written something else to the place from which the next stage reads.
        run_example(&examples[0], dir.path());
    }
    let dir = tempfile::tempdir().unwrap();
    for example in examples("simulate") {
        run_example(&example, dir.path());
    }
}
