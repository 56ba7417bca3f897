//! Everything that archives come packed in: each container alone, inside one another, damaged, hostile.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use std::io::Write;

use run::pack::{bzip2, gzip, tar, utf16, xz, zip, zip_through_a_pipe, zstd};
use run::{Bench, Ran, files_of, tweet};
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

fn start_of(name: &[u8], archive: &[u8]) -> usize {
    memchr::memmem::find(archive, name).unwrap()
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
fn an_archive_in_an_archive_says_what_to_do() {
    let one = tweet(1, "");
    let zipped = zip(&[("a.jsonl", one.as_bytes())]);
    let tarred = tar(&[("a.jsonl", one.as_bytes())]);
    for (kind, archive) in [("zip", zipped), ("tar", tarred)] {
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
fn an_archive_may_come_through_a_pipe() {
    let (one, two) = (tweet(1, ""), tweet(2, ""));
    let files: [(&str, &[u8]); 2] = [("b.jsonl", one.as_bytes()), ("a.jsonl.gz", &gzip(two.as_bytes()))];
    let tarred = tar(&files);
    for (name, archive) in [
        ("tar", tarred.clone()),
        ("tar.gz", gzip(&tarred)),
        ("tar.bz2", bzip2(&tarred)),
        ("tar.xz", xz(&tarred)),
        ("tar.zst", zstd(&tarred)),
        ("zip", zip(&files)),
    ] {
        let bench = Bench::new();
        let ran = bench.ingest_to("out", &["-"], archive.clone());
        assert_eq!(ran.status(), 0, "{name}: {}", ran.stderr());
        assert_eq!(
            posts_of(&ran),
            named(&[("-/a.jsonl.gz", "2"), ("-/b.jsonl", "1")]),
            "{name}"
        );
        let run = std::fs::read_to_string(ran.dir.join("run.json")).unwrap();
        assert!(
            run.contains(&blake3::hash(&archive).to_hex().to_string()),
            "{name}: {run}"
        );
        // Cut off, what came is used.
        let cut = bench.ingest_to("cut", &["-"], &archive[..archive.len() - 600.min(archive.len() / 2)]);
        assert!((1..=2).contains(&cut.status()), "{name}: {}", cut.stderr());
    }
}

#[test]
fn zstd_may_begin_with_frames_to_be_skipped_and_ask_for_any_window() {
    let line = tweet(1, "");
    let skipped = |number: u8, bytes: &[u8]| {
        let length = (bytes.len() as u32).to_le_bytes();
        [&[0x50 | number, 0x2a, 0x4d, 0x18][..], &length, bytes].concat()
    };
    let framed = [
        skipped(0, b"pzst"),
        zstd(line.as_bytes()),
        skipped(14, b"a table of places"),
    ]
    .concat();
    // The frame's header: content of unknown length, a window of 2 GiB (log 31), then one raw block, the last.
    let length = line.len() as u32;
    let block = (length << 3 | 1).to_le_bytes();
    let wide = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0x00, (31 - 10) << 3][..],
        &block[..3],
        line.as_bytes(),
    ]
    .concat();
    for (name, packed) in [("skippable", framed), ("--long=31", wide)] {
        let ran = Bench::with("x", packed).ingest(&["x"]);
        assert_eq!(ran.status(), 0, "{name}: {}", ran.stderr());
        assert_eq!(posts_of(&ran), named(&[("x", "1")]), "{name}");
    }
}

/// A file of a zip as it is stored: name, method, stored bytes, and what they hold.
struct Entry<'e>(&'e str, u16, Vec<u8>, &'e [u8]);

/// A zip, by hand. Entries without stored bytes share those of the entry before.
fn zip_by_hand(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    let mut at = 0;
    for Entry(name, method, stored, content) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let of = |number: usize| (number as u32).to_le_bytes();
        let before = entries
            .iter()
            .rfind(|entry| !entry.2.is_empty())
            .map_or(0, |entry| entry.2.len());
        let length = if stored.is_empty() { before } else { stored.len() };
        let mut common = vec![63, 0, 0, 0];
        common.extend_from_slice(&method.to_le_bytes());
        common.extend_from_slice(&[0; 4]);
        for field in [crc.sum().to_le_bytes(), of(length), of(content.len())] {
            common.extend_from_slice(&field);
        }
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        if !stored.is_empty() {
            at = archive.len();
            archive.extend_from_slice(b"PK\x03\x04");
            archive.extend_from_slice(&common);
            archive.extend_from_slice(&[0, 0]);
            archive.extend_from_slice(name.as_bytes());
            archive.extend_from_slice(stored);
        }
        directory.extend_from_slice(b"PK\x01\x02\x3f\x03");
        directory.extend_from_slice(&common);
        // No extra field, no comment, first disk, no attributes but those of a file.
        directory.extend_from_slice(&[0; 8]);
        directory.extend_from_slice(&(0o100_644_u32 << 16).to_le_bytes());
        directory.extend_from_slice(&of(at));
        directory.extend_from_slice(name.as_bytes());
    }
    let from = archive.len() as u32;
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    let count = (entries.len() as u16).to_le_bytes();
    archive.extend_from_slice(&count);
    archive.extend_from_slice(&count);
    archive.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    archive.extend_from_slice(&from.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    archive
}

#[test]
fn a_zip_s_files_may_be_packed_in_any_common_way() {
    let lines: Vec<String> = (1..=6).map(|id| tweet(id, "")).collect();
    let of = |index: usize| lines[index].as_bytes();
    // A stored block of deflate, which is one of deflate64, too.
    let length = (of(2).len() as u16).to_le_bytes();
    let block = [&[1][..], &length, &length.map(|byte| !byte), of(2)].concat();
    let archive = zip_by_hand(&[
        Entry("a", 0, of(0).to_vec(), of(0)),
        Entry("b", 12, bzip2(of(1)), of(1)),
        Entry("c", 9, block, of(2)),
        Entry("d", 93, zstd(of(3)), of(3)),
        Entry("e", 95, xz(of(4)), of(4)),
        Entry("f", 97, b"wavpack".to_vec(), of(5)),
    ]);
    let ran = Bench::with("x.zip", archive).ingest(&["x.zip"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    let posts: Vec<String> = posts_of(&ran).into_iter().map(|(_, id)| id).collect();
    assert_eq!(posts, ["1", "2", "3", "4", "5"]);
    assert!(ran.stderr().contains("which is not unpacked here"), "{}", ran.stderr());
}

#[test]
fn links_are_left_out_by_name_and_files_with_holes_are_told_of() {
    let one = tweet(1, "");
    let mut builder = tar::Builder::new(Vec::new());
    let mut add = |kind: tar::EntryType, name: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_path(name).unwrap();
        if content.is_empty() {
            header.set_link_name("a.jsonl").unwrap();
        }
        header.set_cksum();
        builder.append(&header, content).unwrap();
    };
    add(tar::EntryType::Directory, "d/", b"");
    add(tar::EntryType::Regular, "d/a.jsonl", one.as_bytes());
    add(tar::EntryType::Symlink, "d/b.jsonl", b"");
    add(tar::EntryType::Link, "d/c.jsonl", b"");
    let archive = builder.into_inner().unwrap();
    let bench = Bench::with("x.tar", &archive);
    let ran = bench.ingest(&["x.tar"]);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    assert_eq!(ran.ledger(), ["read 3", "used 1", "skipped link or special file 2"]);
    assert!(
        ran.stderr()
            .contains("2 left out, links or special files in archives: 'x.tar/d/b.jsonl', 'x.tar/d/c.jsonl'"),
        "{}",
        ran.stderr()
    );
    // A file with holes, as GNU tar --sparse --format=posix marks it.
    let record = |key: &str, value: &str| {
        let body = format!(" {key}={value}\n");
        let length = (1..)
            .find(|length: &usize| length.to_string().len() + body.len() == *length)
            .unwrap();
        format!("{length}{body}")
    };
    let marks = record("GNU.sparse.major", "1") + &record("GNU.sparse.minor", "0");
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, name, content) in [
        (tar::EntryType::XHeader, "pax", marks.as_bytes()),
        (tar::EntryType::Regular, "s.jsonl", one.as_bytes()),
        (tar::EntryType::Regular, "t.jsonl", one.as_bytes()),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_path(name).unwrap();
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
    let ran = Bench::with("x.tar", builder.into_inner().unwrap()).ingest(&["x.tar"]);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    assert!(ran.stderr().contains("it is stored with holes"), "{}", ran.stderr());
    assert_eq!(posts_of(&ran), named(&[("x.tar/t.jsonl", "1")]));
}

/// So many blanks, packed in members of 32 MiB.
fn blank(pack: fn(&[u8]) -> Vec<u8>, members: usize) -> Vec<u8> {
    pack(&vec![b' '; 32 << 20]).repeat(members)
}

#[test]
fn a_bomb_meets_a_limit() {
    let bench = Bench::with("good.jsonl", tweet(1, ""));
    let more = 40;
    let mut inputs = vec!["good.jsonl"];
    for (name, pack) in [
        ("bomb.gz", gzip as fn(&[u8]) -> Vec<u8>),
        ("bomb.bz2", bzip2),
        ("bomb.xz", xz),
        ("bomb.zst", zstd),
    ] {
        bench.put(name, blank(pack, more));
        inputs.push(name);
    }
    let ran = bench.ingest(&inputs);
    assert_eq!(ran.status(), 1, "{}", ran.stderr());
    let told = ran
        .stderr()
        .matches("it unpacks to more than 400 times its size")
        .count();
    assert_eq!(told, 4, "{}", ran.stderr());
    assert_eq!(posts_of(&ran), named(&[("good.jsonl", "1")]));
}

#[test]
fn a_bomb_of_many_small_files_meets_the_limit_too() {
    // Each file alone would pass.
    let blank_of = |bytes: usize| vec![b' '; bytes];
    let content = blank_of(64 << 20);
    let packed = bzip2(&content);
    let names: Vec<String> = (0..20).map(|index| format!("{index}.jsonl")).collect();
    let entries: Vec<Entry<'_>> = names
        .iter()
        .map(|name| Entry(name, 12, packed.clone(), &content))
        .collect();
    let told_less: Vec<Entry<'_>> = names
        .iter()
        .map(|name| Entry(name, 12, packed.clone(), &content[..1_000]))
        .collect();
    let one = tweet(1, "");
    let shared = [
        Entry("a.jsonl", 0, one.clone().into_bytes(), one.as_bytes()),
        Entry("b.jsonl", 0, Vec::new(), one.as_bytes()),
    ];
    let twice = [
        Entry("a.jsonl", 0, one.clone().into_bytes(), one.as_bytes()),
        Entry("a.jsonl", 0, one.clone().into_bytes(), one.as_bytes()),
    ];
    let gz = gzip(&blank_of(40 << 20));
    let many: Vec<(String, &[u8])> = (0..40).map(|index| (format!("{index}.gz"), &gz[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (&**name, *content)).collect();
    for (name, archive, told) in [
        (
            "declared.zip",
            zip_by_hand(&entries),
            "it unpacks to more than 400 times its size",
        ),
        (
            "told-less.zip",
            zip_by_hand(&told_less),
            "it is longer than the archive says",
        ),
        (
            "shared.zip",
            zip_by_hand(&shared),
            "it overlaps with another file of the archive",
        ),
        (
            "twice.zip",
            zip_by_hand(&twice),
            "1 of its files have the name of another",
        ),
        ("inner.tar", tar(&many), "it unpacks to more than 400 times its size"),
    ] {
        let bench = Bench::with(name, archive);
        bench.put("good.jsonl", &one);
        let ran = bench.ingest(&["good.jsonl", name]);
        assert_eq!(ran.status(), 1, "{name}: {}", ran.stderr());
        assert!(ran.stderr().contains(told), "{name}: {}", ran.stderr());
        assert!(posts_of(&ran).contains(&("good.jsonl".to_owned(), "1".to_owned())));
        let again = bench.ingest_to("again", &["good.jsonl", name, "-j", "5"], "");
        assert_eq!(files_of(&again.dir), files_of(&ran.dir), "{name}");
    }
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

#[test]
fn a_zip_that_lost_its_end_gives_what_it_still_holds() {
    let one = tweet(1, "") + "\n" + &tweet(2, "") + "\n";
    let two = (3..40).map(|id| tweet(id, "") + "\n").collect::<String>();
    let files: [(&str, &[u8]); 2] = [("a.jsonl", one.as_bytes()), ("b.jsonl", two.as_bytes())];
    for (name, whole) in [("at once", zip(&files)), ("through a pipe", zip_through_a_pipe(&files))] {
        let directory = start_of(b"PK\x01\x02", &whole);
        let all = posts_of(&Bench::with("x.zip", &whole).ingest(&["x.zip"]));
        assert_eq!(all.len(), 39, "{name}");
        let mut before = 0;
        for cut in (4..directory)
            .step_by(directory / 12)
            .chain([directory, whole.len() - 1])
        {
            let ran = Bench::with("x.zip", &whole[..cut]).ingest(&["x.zip"]);
            // With nothing at all it is an error, otherwise some of it is missing.
            assert!(matches!(ran.status(), 1 | 2), "{name} to {cut}: {}", ran.stderr());
            let posts = if ran.status() == 1 { posts_of(&ran) } else { Vec::new() };
            assert!(all.starts_with(&posts), "{name} to {cut}");
            assert!(posts.len() >= before || cut == directory, "{name} to {cut}");
            before = posts.len();
            if cut >= directory {
                assert_eq!(posts.len(), 39, "{name} to {cut}");
                let said = "the 2 files that it still holds are read as far as they go";
                assert!(ran.stderr().contains(said), "{name} to {cut}: {}", ran.stderr());
                // That it was cut stands in the tables, too.
                assert_eq!(ran.table::<Rejects>().rows().unwrap().count(), 1, "{name} to {cut}");
            }
        }
    }
}
