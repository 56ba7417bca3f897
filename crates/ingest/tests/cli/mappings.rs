//! Columns and mappings: what is missing in them, and what each mistake is told by.

use tables::Posts;

use crate::run::{Bench, tweet};

#[test]
fn a_missing_column_names_place_and_remedy() {
    let bench = Bench::with(
        "posts.csv",
        "name,usernam,description,location,followers,numberstatuses,time,tweets\n",
    );
    let ran = bench.ingest(&["posts.csv", "--mapping", "fifth-tribe"]);
    assert_eq!(ran.status(), 2);
    assert_eq!(
        ran.stderr(),
        "ingest: cannot read 'posts.csv': column 'username' is missing (mapping 'fifth-tribe', line 11; the file has: name, \
         usernam, description, location, followers, numberstatuses, time, tweets)\n  remedy: did you mean 'usernam'? Correct \
         the mapping, or mark the field optional = true\n"
    );
    bench.put("checks.csv", "handle,state\nlarch,active\n");
    let ran = bench.ingest(&["checks.csv", "--format", "availability"]);
    assert_eq!(ran.status(), 2);
    assert_eq!(
        ran.stderr(),
        "ingest: cannot read 'checks.csv': column 'observed_at' is missing (line 1; the file has: handle, state)\n  remedy: \
         rename the column, or describe the file in a mapping (--mapping)\n"
    );
}

#[test]
fn a_csv_without_a_mapping_does_not_cost_the_others() {
    let bench = Bench::with("d/a.jsonl", tweet(1, ""));
    bench.put("d/b.csv", "hue,size\nred,2\nblue,3\n");
    bench.put("d/c.csv", "handle,state\n");
    bench.put("d/d.jsonl", tweet(2, ""));
    bench.put("d/README.md", "# Notes, and more\n\nCollected by hand.\n");
    let ran = bench.ingest(&["d", "--mapping", "fifth-tribe"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    assert_eq!(
        ran.ledger(),
        [
            "read 5",
            "used 2",
            "rejected file cannot be read as anything known 2",
            "skipped file of no known format 1"
        ]
    );
    let end = ran.stderr();
    let end = &end[end
        .find("ingest: 2 of 4 files could not be read, or not to their end")
        .unwrap()..];
    for told in [
        "\n  cannot read 'd/b.csv': column 'username' is missing (mapping 'fifth-tribe', line 11; the file has: hue, size)\n",
        "\n  cannot read 'd/c.csv': column 'username' is missing (mapping 'fifth-tribe', line 11; the file has: handle, state)\n",
        "\n  remedy: correct the mapping, mark the field optional = true, or leave the file out\n",
        "\ningest: mapping 'fifth-tribe' fits none of the files\n  remedy: ",
    ] {
        assert!(end.contains(told), "{end}");
    }
    assert_eq!(
        end.matches("remedy: correct the mapping").count(),
        1,
        "said once: {end}"
    );
    // Nothing could be read at all: an error, and nothing is written.
    let ran = bench.ingest_to("none", &["d/b.csv"], "");
    assert_eq!((ran.status(), ran.dir.exists()), (2, false));
    let ran = bench.ingest_to("none", &["d/b.csv", "d/c.csv"], "");
    assert_eq!((ran.status(), ran.dir.exists()), (2, false));
    assert!(ran.stderr().starts_with(
        "ingest: cannot read 'd/b.csv': no mapping for a CSV with these columns: hue, size\n  remedy: say what they mean"
    ));
    // Named on the command line among others, it does not cost them either.
    let ran = bench.ingest_to("some", &["d/b.csv", "d/a.jsonl"], "");
    assert_eq!((ran.status(), ran.table::<Posts>().len()), (1, 1));
}

#[test]
fn a_mapping_that_fits_nothing_is_told_of() {
    let bench = Bench::with("a.jsonl", tweet(1, ""));
    for _ in 0..2 {
        let ran = bench.ingest(&["a.jsonl", "--mapping", "fifth-tribe", "--if-changed"]);
        assert_eq!((ran.status(), ran.table::<Posts>().len()), (1, 1));
        assert!(
            ran.stderr().ends_with(
                "ingest: mapping 'fifth-tribe' fits none of the files\n  remedy: compare its columns with the files' headers, or \
                 leave it out\n"
            ),
            "{}",
            ran.stderr()
        );
    }
}

#[test]
fn mistakes_in_a_mapping_name_file_line_and_key() {
    let bench = Bench::with("a.csv", "who,when,what\nlarch,2015-06-03,rain\n");
    for (mapping, told) in [
        (
            "[posts]\nhandel = \"who\"\n",
            "unknown key 'handel' (line 2)\n  remedy: did you mean 'handle'?",
        ),
        (
            "[post]\n",
            "unknown key 'post' (line 1)\n  remedy: did you mean 'posts'?",
        ),
        (
            "[posts]\nhandle = { colum = \"who\" }\n",
            "unknown key 'colum' (line 2)\n  remedy: did you mean 'column'?",
        ),
        (
            "[posts]\nhandle = \"who\"\nposted_at = \"when\"\n",
            "posted_at is a time, and no format is given (line 3)\n  remedy: add times",
        ),
        (
            "times = [\"%Y-%m-%d\"]\n[posts]\nhandle = \"who\"\nposted_at = \"when\"\n",
            "the times of posted_at name no zone (line 4)\n  remedy: state it: zone = \"UTC\"",
        ),
        (
            "zone = \"CET\"\n[posts]\nhandle = \"who\"\n",
            "zone 'CET' is not known (line 1)",
        ),
        (
            "[posts]\ntext = \"what\"\n",
            "[posts] lacks account_id or handle (line 2)",
        ),
        (
            "[posts]\nhandle = \"who\"\nkind = { constant = \"repots\" }\n",
            "unknown key 'repots' (line 3)\n  remedy: did you mean 'repost'?",
        ),
        ("[posts\n", "(line 1)"),
        (
            "zone = \"UTC\"\n[posts]\nhandle = \"who\"\nposted_at = { column = \"when\", times = [\"%Y-%m-%Q\"] }\n",
            "the format '%Y-%m-%Q' of posted_at has '%Q', which is no directive (line 4)\n  remedy: they are those of strftime",
        ),
        (
            "zone = \"UTC\"\ntimes = [\"%H:%M\"]\n[posts]\nhandle = \"who\"\nposted_at = \"when\"\n",
            "the format '%H:%M' of posted_at makes no whole date (line 5)",
        ),
        (
            "encoding = \"latin1x\"\n[posts]\nhandle = \"who\"\n",
            "unknown key 'latin1x' (line 1)\n  remedy: did you mean 'latin-1'?",
        ),
        (
            "[posts]\nhandle = { path = \"who..x\" }\n",
            "path 'who..x' has an empty key (line 2)\n  remedy: write it like user.name",
        ),
        (
            "format = \"csv\"\n[posts]\nhandle = { path = \"who\" }\n",
            "a path leads into JSON, and format is \"csv\" (line 3)",
        ),
        (
            "format = \"json\"\ndelimiter = \";\"\n[posts]\nhandle = \"who\"\n",
            "'delimiter' makes no sense for JSON (line 2)",
        ),
        (
            "[posts]\nrecords = \"who\"\nhandle = \"who\"\n",
            "records 'who' is no list (line 2)\n  remedy: write records = \"who[]\"",
        ),
        (
            "header = [\"a\"]\n[posts]\nhandle = \"who\"\n",
            "column 'who' is none of header (line 3)\n  remedy: header says: a",
        ),
        (
            "header = false\n[posts]\nhandle = \"who\"\n",
            "column 'who' is no number (line 3)",
        ),
        ("", "it fills no table (line 1)"),
    ] {
        bench.put("m.toml", mapping);
        let ran = bench.ingest(&["a.csv", "--mapping", "m.toml"]);
        assert_eq!(ran.status(), 2, "{mapping}");
        let stderr = ran.stderr();
        assert!(stderr.starts_with("ingest: cannot use mapping 'm.toml': "), "{stderr}");
        assert!(stderr.contains(told), "{stderr}");
    }
    let ran = bench.ingest(&["a.csv", "--mapping", "fith-tribe"]);
    assert_eq!(ran.status(), 2);
    assert!(ran.stderr().contains(
        "remedy: did you mean 'fifth-tribe'? Or give a mapping file, or one of: account-lookups, coortweet, "
    ));
}

#[test]
fn help_names_every_built_in_mapping() {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ingest"))
        .arg("--help")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let words: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .split_whitespace()
        .map(|word| word.trim_end_matches([',', '.']).to_owned())
        .collect();
    for name in ingest::mapping::builtin_names() {
        assert!(words.iter().any(|word| word == name), "{name}");
    }
}

#[test]
fn a_note_beside_csv_files_does_not_end_the_run() {
    let bench = Bench::with("d/a.csv", "who,what\nlarch,tea\n");
    bench.put("d/NOTES", "Collected by hand\n");
    bench.put("m.toml", "[posts]\nhandle = \"who\"\ntext = \"what\"\n");
    let ran = bench.ingest(&["d", "--mapping", "m.toml"]);
    assert_eq!(
        ran.ledger(),
        ["read 2", "used 1", "skipped file of no known format 1"],
        "{}",
        ran.stderr()
    );
}
