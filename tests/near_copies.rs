//! Near-copies against what is known: campaigns of the simulation, and brute force on real posts.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use pipeline_tests::{binary, root, run_ok};
use tables::{ClusterMembers, TableFile, TruthCopies};

/// The cluster of each post that is in one.
fn clusters(dir: &Path) -> BTreeMap<String, i64> {
    let members = TableFile::<ClusterMembers>::open(dir).unwrap().read().unwrap();
    let rows = members.rows().unwrap();
    rows.filter_map(|member| Some((member.post_id?.to_owned(), member.cluster_id)))
        .collect()
}

#[test]
fn campaigns_of_the_simulation_are_found_and_never_mixed_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    run_ok(
        "simulate",
        [
            "--seed",
            "7",
            "--scale",
            "0.2",
            "--post-share",
            "1",
            "-q",
            "-o",
            &path("simulated"),
        ],
    );
    run_ok("ingest", [&path("simulated/raw"), "-q", "-o", &path("ingest")]);
    let truth = TableFile::<TruthCopies>::open(Path::new(&path("simulated/truth")))
        .unwrap()
        .read()
        .unwrap();
    let copies: Vec<_> = truth.rows().unwrap().filter(|copy| copy.collected).collect();
    // Of edited copies, two can differ by four small edits in fifteen words: at 0.8 a part of the pairs is not near.
    for (near, edited_at_least) in [("0.8", 0.6), ("0.7", 0.8)] {
        run_ok(
            "dedupe",
            [&path("ingest"), "-q", "--force", "--near", near, "-o", &path("dedupe")],
        );
        let found = clusters(Path::new(&path("dedupe")));
        let (mut same, mut edited, mut edited_found) = (0, 0, 0);
        for (at, a) in copies.iter().enumerate() {
            for b in &copies[..at] {
                let together = match (found.get(a.post_id), found.get(b.post_id)) {
                    (Some(a), Some(b)) => a == b,
                    _ => false,
                };
                if a.cluster_id != b.cluster_id {
                    assert!(!together, "two campaigns are one cluster at {near}");
                } else if a.edited || b.edited {
                    edited += 1;
                    edited_found += u32::from(together);
                } else {
                    same += 1;
                    assert!(together, "copies to the letter are apart at {near}");
                }
            }
        }
        assert!(same > 20 && edited > 100, "too few copies to judge: {same}, {edited}");
        let recall = f64::from(edited_found) / f64::from(edited);
        assert!(recall >= edited_at_least, "{edited_found} of {edited} at {near}");
    }
}

#[test]
fn real_posts_are_clustered_as_by_brute_force() {
    let (Some(python), Some(_)) = (
        std::env::var_os("DIMINUENDO_PYTHON"),
        std::env::var_os("DIMINUENDO_DATA"),
    ) else {
        eprintln!("skipped: DIMINUENDO_PYTHON or DIMINUENDO_DATA is not set");
        return;
    };
    // Recall of at least 0.95, no post in a cluster that it is not linked to, and similarities to the last bit, or it fails.
    let output = Command::new(python)
        .arg(root().join("tests/bench/near_recall.py"))
        .arg(binary("dedupe").parent().unwrap())
        .args(["3000", "0.8,0.9"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.lines().count() > 6, "{said}");
}
