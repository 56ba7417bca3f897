//! Everything that archives come packed in: each container alone, inside one another, damaged, hostile.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use std::io::Write;

use run::pack::{bzip2, tar, utf16, xz, zip, zstd};
use run::{Bench, Ran, files_of, gzip, tweet};
use tables::{Posts, Rejects};

/// A zstd frame that asks its reader for a window of 128 MiB, as `zstd --ultra --long=27` writes it.
fn zstd_long(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Post ids by the source that held them, in table order.
fn posts_of(ran: &Ran) -> Vec<(String, String)> {
    ran.table::<Posts>()
        .rows()
        .unwrap()
        .map(|post| (post.source_file.to_owned(), post.post_id.unwrap().to_owned()))
        .collect()
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn every_container_may_have_several_members() {
    let lines = [tweet(1, "") + "\n", tweet(2, "") + "\n"];
    for (name, pack) in [
        ("gzip", gzip as fn(&[u8]) -> Vec<u8>),
        ("bzip2", bzip2),
        ("xz", xz),
        ("zstd", zstd),
        ("zstd --long=27", zstd_long),
    ] {
        let packed = [pack(lines[0].as_bytes()), pack(lines[1].as_bytes())].concat();
        let bench = Bench::with("x", &packed);
        let ran = bench.ingest(&["x"]);
        assert_eq!(ran.status(), 0, "{name}: {}", ran.stderr());
        assert_eq!(posts_of(&ran), named(&[("x", "1"), ("x", "2")]), "{name}");
        let piped = bench.ingest_to("piped", &["-"], packed.clone());
        assert_eq!(posts_of(&piped), named(&[("-", "1"), ("-", "2")]), "{name}");
        // Whatever is cut off is missed, and what stood before it is kept when there are others.
        bench.put("y", tweet(3, ""));
        bench.put("x", &packed[..packed.len() - 3]);
        let ran = bench.ingest(&["x", "y", "--force"]);
        assert_eq!(ran.status(), 1, "{name}: {}", ran.stderr());
        let rejects = ran.table::<Rejects>();
        let reasons: Vec<_> = rejects.rows().unwrap().map(|row| row.reason).collect();
        assert_eq!(reasons, ["file cannot be read to its end"], "{name}");
        assert!(posts_of(&ran).contains(&("x".to_owned(), "1".to_owned())), "{name}");
    }
}

#[test]
fn utf16_is_text_like_any_other() {
    let line = tweet(1, r#""full_text":"ضباب 🌫 über den Hügeln""#);
    let csv = "roster,handle,listed_at\r\nmain,larch,2015-06-03\r\n";
    for big_endian in [false, true] {
        let bench = Bench::with("a.json", utf16(&line, big_endian));
        bench.put("roster.csv", utf16(csv, big_endian));
        let ran = bench.ingest(&["a.json", "roster.csv"]);
        assert_eq!(ran.ledger(), ["read 2", "used 2"], "{}", ran.stderr());
        let posts = ran.table::<Posts>();
        let post = posts.rows().unwrap().next().unwrap();
        assert_eq!(post.text, Some("ضباب 🌫 über den Hügeln"));
        // Without a mark: what every format begins with tells.
        bench.put("a.json", &utf16(&line, big_endian)[2..]);
        bench.put("roster.csv", &utf16(csv, big_endian)[2..]);
        let bare = bench.ingest(&["a.json", "roster.csv", "--force"]);
        assert_eq!(bare.ledger(), ["read 2", "used 2"], "{}", bare.stderr());
        assert_eq!(
            bare.table::<Posts>().rows().unwrap().next().unwrap().text,
            Some("ضباب 🌫 über den Hügeln")
        );
    }
}

#[test]
fn an_archive_is_a_folder() {
    let (one, two, three) = (tweet(1, ""), tweet(2, ""), tweet(3, ""));
    let files: [(&str, &[u8]); 7] = [
        ("b/two.jsonl.gz", &gzip(two.as_bytes())),
        ("a/one.jsonl", one.as_bytes()),
        ("b/three.json", three.as_bytes()),
        ("README.txt", b"How this was collected: by hand.\n"),
        ("__MACOSX/a/._one.jsonl", b"\x00\x05\x16\x07"),
        (".hidden.jsonl", one.as_bytes()),
        ("a/none.jsonl", b""),
    ];
    let expected = |archive: &str| {
        named(&[
            (&format!("{archive}/a/one.jsonl"), "1"),
            (&format!("{archive}/b/three.json"), "3"),
            (&format!("{archive}/b/two.jsonl.gz"), "2"),
        ])
    };
    let tarred = tar(&files);
    for (name, archive) in [
        ("x.tar", tarred.clone()),
        ("x.tar.gz", gzip(&tarred)),
        ("x.tar.bz2", bzip2(&tarred)),
        ("x.tar.xz", xz(&tarred)),
        ("x.tar.zst", zstd(&tarred)),
        ("x.zip", zip(&files)),
    ] {
        let bench = Bench::with(name, &archive);
        let ran = bench.ingest(&[name]);
        assert_eq!(ran.status(), 0, "{name}: {}", ran.stderr());
        assert_eq!(posts_of(&ran), expected(name), "{name}");
        assert_eq!(
            ran.ledger(),
            ["read 4", "used 3", "skipped file of no known format 1"],
            "{name}"
        );
        let stderr = ran.stderr();
        assert!(
            stderr.contains(&format!("1 left out, of no known format: '{name}/README.txt'")),
            "{stderr}"
        );
        // The archive is the input, by its own hash; other thread counts change nothing.
        let run = std::fs::read_to_string(ran.dir.join("run.json")).unwrap();
        assert!(
            run.contains(&blake3::hash(&archive).to_hex().to_string()),
            "{name}: {run}"
        );
        let again = bench.ingest_to("again", &[name, "-j", "5"], "");
        assert_eq!(files_of(&again.dir), files_of(&ran.dir), "{name}");
        let third = bench.ingest(&[name, "--if-changed"]);
        assert_eq!(third.stderr(), "ingest: 'out' is up to date\n", "{name}");
    }
}

#[test]
fn no_path_of_an_archive_leads_out_of_it() {
    let (one, two, three) = (tweet(1, ""), tweet(2, ""), tweet(3, ""));
    let files: [(&str, &[u8]); 4] = [
        ("../../etc/evil.jsonl", one.as_bytes()),
        ("/root/evil.jsonl", two.as_bytes()),
        ("a\\..\\evil.jsonl", three.as_bytes()),
        ("..", b"{\"limit\":{\"track\":1}}"),
    ];
    for (name, archive) in [("x.tar", tar(&files)), ("x.zip", zip(&files))] {
        let bench = Bench::with(&format!("in/{name}"), archive);
        let ran = bench.ingest(&["in"]);
        assert_eq!(ran.status(), 0, "{name}: {}", ran.stderr());
        assert_eq!(
            posts_of(&ran),
            named(&[
                (&format!("{name}/a/evil.jsonl"), "3"),
                (&format!("{name}/etc/evil.jsonl"), "1"),
                (&format!("{name}/root/evil.jsonl"), "2"),
            ])
        );
        let held: Vec<_> = files_of_tree(bench.dir.path());
        assert!(held.iter().all(|path| !path.contains("evil")), "{held:?}");
    }
}

fn files_of_tree(dir: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_of_tree(&path));
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn a_path_that_stands_twice_is_read_twice() {
    let (one, two) = (tweet(1, ""), tweet(2, ""));
    let archive = tar(&[("a.jsonl", one.as_bytes()), ("a.jsonl", two.as_bytes())]);
    let ran = Bench::with("x.tar", archive).ingest(&["x.tar"]);
    assert_eq!(
        posts_of(&ran),
        named(&[("x.tar/a.jsonl", "1"), ("x.tar/a.jsonl#2", "2")])
    );
}

#[test]
fn what_cannot_be_taken_from_an_archive_does_not_cost_the_rest() {
    let (one, two) = (tweet(1, ""), tweet(2, ""));
    let whole = zip(&[("a.jsonl", one.as_bytes()), ("b.jsonl", two.as_bytes())]);
    let start_of = |name: &[u8], archive: &[u8]| memchr::memmem::find(archive, name).unwrap();

    // The second file's flag of encryption, in its own header and in the directory at the end.
    let mut encrypted = whole.clone();
    for mark in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
        let at: Vec<usize> = memchr::memmem::find_iter(&whole, mark).collect();
        encrypted[at[1] + if mark[2] == 3 { 6 } else { 8 }] |= 1;
    }
    // A changed letter in a stored file: only the checksum tells.
    let mut changed = whole.clone();
    let at = start_of(b"rain over", &whole);
    changed[at] = b'R';

    for (name, archive, told) in [
        ("encrypted.zip", encrypted, "it is encrypted"),
        ("changed.zip", changed, "its checksum does not agree with its content"),
    ] {
        let ran = Bench::with(name, archive).ingest(&[name]);
        assert_eq!(ran.status(), 1, "{}", ran.stderr());
        assert!(ran.stderr().contains(told), "{}", ran.stderr());
        assert!(posts_of(&ran).contains(&(format!("{name}/a.jsonl"), "1".to_owned())));
        let rejects = ran.table::<Rejects>();
        let files: Vec<_> = rejects.rows().unwrap().map(|row| row.source_file).collect();
        assert_eq!(files, [format!("{name}/b.jsonl")]);
    }

    // A zip says at its end what it holds: cut off, it holds nothing that can be found.
    let ran = Bench::with("cut.zip", &whole[..whole.len() - 5]).ingest(&["cut.zip"]);
    assert_eq!(ran.status(), 2);
    assert!(
        ran.stderr().starts_with("ingest: cannot read 'cut.zip': "),
        "{}",
        ran.stderr()
    );

    // A tar tells file by file.
    let tarred = tar(&[("a.jsonl", one.as_bytes()), ("b.jsonl", two.as_bytes())]);
    for (name, archive) in [
        ("cut.tar", tarred[..1_400].to_vec()),
        ("cut.tar.gz", gzip(&tarred)[..gzip(&tarred).len() - 12].to_vec()),
        ("inner.tar.gz", gzip(&tarred[..1_400])),
    ] {
        let ran = Bench::with(name, archive).ingest(&[name]);
        assert_eq!(ran.status(), 1, "{name}: {}", ran.stderr());
        assert!(
            posts_of(&ran).contains(&(format!("{name}/a.jsonl"), "1".to_owned())),
            "{name}"
        );
        assert!(!ran.table::<Rejects>().is_empty(), "{name}");
    }
}

#[test]
fn an_archive_in_a_pipe_or_in_an_archive_says_what_to_do() {
    let one = tweet(1, "");
    let zipped = zip(&[("a.jsonl", one.as_bytes())]);
    let tarred = tar(&[("a.jsonl", one.as_bytes())]);
    for (kind, archive) in [("zip", zipped), ("tar", tarred)] {
        let ran = Bench::new().ingest_to("out", &["-"], archive.clone());
        assert_eq!(ran.status(), 2);
        assert_eq!(
            ran.stderr(),
            format!(
                "ingest: cannot read standard input: it is a {kind} archive\n  remedy: give it as a file of its own, not \
                 through a pipe or inside another archive\n"
            )
        );
        let outer = zip(&[("inner", &archive), ("b.jsonl", one.as_bytes())]);
        let ran = Bench::with("outer.zip", outer).ingest(&["outer.zip"]);
        assert_eq!(ran.status(), 1, "{}", ran.stderr());
        assert!(
            ran.stderr()
                .contains(&format!("cannot read 'inner' in 'outer.zip': it is a {kind} archive")),
            "{}",
            ran.stderr()
        );
        assert_eq!(posts_of(&ran), named(&[("outer.zip/b.jsonl", "1")]));
    }
}

#[test]
fn a_bomb_meets_a_limit() {
    let bomb = zstd_of_blank();
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let bench = Bench::with("bomb.zst", &bomb);
    bench.put("good.jsonl", tweet(1, ""));
    let ran = bench.ingest(&["bomb.zst", "good.jsonl"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    assert!(
        ran.stderr().contains("it unpacks to more than 400 times its size"),
        "{}",
        ran.stderr()
    );
    assert_eq!(posts_of(&ran), named(&[("good.jsonl", "1")]));
}

/// Two gigabytes of line feeds, packed.
fn zstd_of_blank() -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let blank = vec![b'\n'; 1 << 20];
    for _ in 0..2_048 {
        encoder.write_all(&blank).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn patterns_name_what_the_shell_was_kept_from() {
    let bench = Bench::with("d/a-1.jsonl", tweet(1, ""));
    bench.put("d/e/a-2.jsonl", tweet(2, ""));
    bench.put("d/b-3.jsonl", tweet(3, ""));
    let ran = bench.ingest(&["d/**/a-*.jsonl"]);
    assert_eq!(posts_of(&ran), named(&[("a-1.jsonl", "1"), ("e/a-2.jsonl", "2")]));
    let ran = bench.ingest(&["d/c-*.jsonl", "--force"]);
    assert_eq!(ran.status(), 2);
    assert_eq!(
        ran.stderr(),
        "ingest: the pattern 'd/c-*.jsonl' matches no file\n  remedy: check the path, and list its folder\n"
    );
}

#[test]
fn one_unknown_file_of_a_folder_is_left_out_and_told_of() {
    let bench = Bench::with("d/a.jsonl", tweet(1, ""));
    bench.put("d/README.md", "# Notes\n\nCollected in 2015, by hand, with care.\n");
    bench.put("d/picture.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00");
    let ran = bench.ingest(&["d"]);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    assert_eq!(ran.ledger(), ["read 3", "used 1", "skipped file of no known format 2"]);
    assert!(
        ran.stderr()
            .starts_with("ingest: 2 left out, of no known format: 'README.md', 'picture.jpg'\n"),
        "{}",
        ran.stderr()
    );
    // Nothing else in the folder: then nothing is left to be done.
    std::fs::remove_file(bench.path("d/a.jsonl")).unwrap();
    let ran = bench.ingest(&["d", "--force"]);
    assert_eq!(ran.status(), 2);
    assert_eq!(
        ran.stderr(),
        "ingest: none of these files holds anything known: 'README.md', 'picture.jpg'\n  remedy: docs/formats.md says what is \
         read; CSV may need --mapping FILE.toml\n"
    );
}

#[cfg(unix)]
#[test]
fn one_file_that_cannot_be_opened_among_many_does_not_cost_them() {
    let bench = Bench::new();
    for id in 1..=1_000 {
        bench.put(&format!("d/{id:04}.jsonl"), tweet(id, ""));
    }
    // A link to nowhere cannot be read by anybody, whatever their rights.
    std::os::unix::fs::symlink("nowhere", bench.path("d/0500x.jsonl")).unwrap();
    let ran = bench.ingest(&["d"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    assert_eq!(ran.table::<Posts>().len(), 1_000);
    assert_eq!(
        ran.ledger(),
        ["read 1001", "used 1000", "rejected file cannot be read to its end 1"]
    );
    assert!(
        ran.stderr().contains("1 of 1001 files could not be read") && ran.stderr().contains("0500x.jsonl"),
        "{}",
        ran.stderr()
    );
    let again = bench.ingest_to("again", &["d", "-j", "1"], "");
    assert_eq!(files_of(&again.dir), files_of(&ran.dir));
}
