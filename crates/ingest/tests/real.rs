//! Real corpora, which are not part of this repository: counts that an independent reader finds, found again.
//!
//! `DIMINUENDO_DATA` names the folder with the data sets, `DIMINUENDO_PYTHON` a Python; without them the tests are skipped.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use run::{Bench, Ran};
use tables::{Accounts, Availability, Flow, Follows, LedgerEntries, PostIds, PostKind, Posts, Rejects, Timestamp};

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

fn data(folder: &str) -> Option<PathBuf> {
    let found = std::env::var_os("DIMINUENDO_DATA").map(|root| Path::new(&root).join(folder));
    let found = found.filter(|path| path.is_dir());
    if found.is_none() {
        skipped(&format!("DIMINUENDO_DATA is not set to a folder that holds {folder}"));
    }
    found
}

fn ingest(path: &Path) -> Ran {
    let ran = Bench::new().ingest(&[path.to_str().unwrap()]);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    ran.ledger();
    ran
}

// python3 -c "import csv; print(len(list(csv.DictReader(open('tweets.csv', encoding='utf-8', newline='')))))"        17410
// … sum(r['tweets'].startswith('RT @') for r in rows)                                                              5824
// … sum(not r['description'] for r in rows)                                                                        2682
// … len({r['username'].lower() for r in rows})                                                                     112
#[test]
fn fifth_tribe() {
    let Some(folder) = data("fifthtribe") else { return };
    let ran = ingest(&folder.join("tweets.csv"));
    assert_eq!(ran.ledger(), ["read 17410", "used 17410"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(posts.iter().filter(|post| post.kind == PostKind::Repost).count(), 5_824);
    assert!(posts.iter().all(|post| post.posted_at.is_some() && post.text.is_some()));
    let accounts = ran.table::<Accounts>();
    let accounts: Vec<_> = accounts.rows().unwrap().collect();
    assert_eq!(
        accounts.iter().filter(|account| account.description.is_none()).count(),
        2_682
    );
    assert!(
        accounts
            .iter()
            .all(|account| account.followers.is_some() && account.statuses.is_some())
    );
    let ids: std::collections::BTreeSet<_> = accounts.iter().map(|account| account.account_id).collect();
    assert_eq!(ids.len(), 112);
}

// rows = list(csv.DictReader(io.TextIOWrapper(zstandard.open('tweets.csv.zst', 'rb'), encoding='utf-8', newline='')))
// python3: len(rows); Counter(r['post_type'] for r in rows); len({r['author_id'].lower() for r in rows})
//   195164; {'R': 99491, '': 93433, 'Q': 2240}; 184
#[test]
fn troll_archive() {
    let Some(folder) = data("ira-538") else { return };
    let ran = ingest(&folder.join("tweets.csv.zst"));
    assert_eq!(ran.ledger(), ["read 195164", "used 195164"]);
    let mut kinds = BTreeMap::new();
    let mut ids = std::collections::BTreeSet::new();
    let posts = ran.table::<Posts>();
    for post in posts.rows().unwrap() {
        *kinds.entry(post.kind).or_insert(0) += 1;
        ids.insert(post.account_id);
    }
    assert_eq!(kinds[&PostKind::Quote], 2_240);
    // Another 536 rows begin with RT @ without saying so: sum(r["post_type"] == "" and re.match(r"['\" ]*RT @\w{1,20}", r["content"]) …).
    assert_eq!(kinds[&PostKind::Repost], 99_491 + 536);
    assert_eq!(ids.len(), 184);
    let first = ingest(&folder.join("IRAhandle_tweets_sample_original_schema.csv"));
    assert_eq!(first.ledger(), ["read 100", "used 100"]);
    let posts = first.table::<Posts>();
    assert!(
        posts
            .rows()
            .unwrap()
            .all(|post| post.post_id.is_none() && post.posted_at.is_some())
    );
    // Years have two digits there. python3: t = lambda x: int(datetime.strptime(x, '%m/%d/%y %H:%M').replace(tzinfo=timezone.utc).timestamp());
    //   a = [t(r['publish_date']) for r in rows]; min(a), max(a) → 1506823980 1508110440; harvested_date: the same
    let of = |times: Vec<Option<Timestamp>>| {
        (
            times.iter().flatten().min().copied(),
            times.iter().flatten().max().copied(),
        )
    };
    let expected = (Some(Timestamp(1_506_823_980_000)), Some(Timestamp(1_508_110_440_000)));
    assert_eq!(of(posts.rows().unwrap().map(|post| post.posted_at).collect()), expected);
    assert_eq!(
        of(posts.rows().unwrap().map(|post| post.observed_at).collect()),
        expected
    );
}

// python3 -c "import csv; r = list(csv.DictReader(open(PATH, newline=''))); print(len(r), sum(not x['created_at'] for x in r))"
//   nbc-russian/users.csv                             454 70
//   twitter-io/china_082019_1_users_csv_hashed.csv    744 0
#[test]
fn released_accounts() {
    let (Some(nbc), Some(io)) = (data("nbc-russian"), data("twitter-io")) else {
        return;
    };
    for (path, rows, without_date) in [
        (nbc.join("users.csv"), 454, 70),
        (io.join("china_082019_1_users_csv_hashed.csv"), 744, 0),
    ] {
        let ran = ingest(&path);
        let accounts = ran.table::<Accounts>();
        let created: Vec<_> = accounts.rows().unwrap().map(|account| account.created_at).collect();
        assert_eq!(created.len(), rows);
        assert_eq!(created.iter().filter(|at| at.is_none()).count(), without_date);
    }
}

/// All `.json` and `.jsonl` files below a folder.
fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json" || extension == "jsonl")
        {
            found.push(path);
        }
    }
}

/// Compares, file by file, what ingest makes of a corpus with what `witness/count_twitter.py` finds in it.
fn compare(folder: &Path) -> Option<Ran> {
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        skipped("DIMINUENDO_PYTHON is not set to a Python");
        return None;
    };
    let mut files = Vec::new();
    json_files(folder, &mut files);
    files.sort();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/count_twitter.py");
    let output = Command::new(python).arg(script).args(&files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut expected: BTreeMap<String, [i64; 4]> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut fields = line.split('\t');
        let name = Path::new(fields.next().unwrap()).strip_prefix(folder).unwrap();
        let counts: Vec<i64> = fields.map(|field| field.parse().unwrap()).collect();
        expected.insert(name.to_string_lossy().into_owned(), counts.try_into().unwrap());
    }
    let bench = Bench::new();
    let paths: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let ran = bench.ingest(&paths);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    ran.ledger();
    let mut found: BTreeMap<String, [i64; 4]> = expected.keys().map(|name| (name.clone(), [0; 4])).collect();
    let (ledger, posts, accounts, checks) = (
        ran.table::<LedgerEntries>(),
        ran.table::<Posts>(),
        ran.table::<Accounts>(),
        ran.table::<Availability>(),
    );
    for entry in ledger.rows().unwrap().filter(|entry| entry.flow == Flow::Used) {
        found.get_mut(entry.source).unwrap()[0] += entry.records;
    }
    posts
        .rows()
        .unwrap()
        .for_each(|row| found.get_mut(row.source_file).unwrap()[1] += 1);
    accounts
        .rows()
        .unwrap()
        .for_each(|row| found.get_mut(row.source_file).unwrap()[2] += 1);
    checks
        .rows()
        .unwrap()
        .for_each(|row| found.get_mut(row.source_file).unwrap()[3] += 1);
    let different: Vec<_> = expected
        .iter()
        .filter(|(name, counts)| found[*name] != **counts)
        .map(|(name, counts)| format!("{name}: ingest {:?}, Python {counts:?}", found[name]))
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(!ran.table::<Rejects>().is_empty());
    Some(ran)
}

#[test]
fn twitter_v1_corpora() {
    let Some(folder) = data("tw-v11") else { return };
    let Some(ran) = compare(&folder) else { return };
    // Field by field: text, time, lists and counts of every post, and all that an account shows.
    let python = std::env::var_os("DIMINUENDO_PYTHON").unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/check_v1_fields.py");
    let output = Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script)
        .args([&ran.dir, &folder])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        told.contains("'posts': 3866") && told.contains("'accounts': 4684"),
        "{told}"
    );
}

#[test]
fn twitter_v2_corpora() {
    if let Some(folder) = data("tw-v2") {
        compare(&folder);
    }
}

/// `flat.jsonl` holds the posts of `noflat.jsonl`, each with what the page carried along for it: nobody and nothing goes missing.
#[test]
fn flattened_records_hold_what_pages_hold() {
    let Some(folder) = data("tw-v2/twarc-csv") else { return };
    let of = |name: &str| {
        let ran = ingest(&folder.join(name));
        let (posts, accounts) = (ran.table::<Posts>(), ran.table::<Accounts>());
        let posts: BTreeSet<String> = posts
            .rows()
            .unwrap()
            .map(|post| post.post_id.unwrap().to_owned())
            .collect();
        let accounts: BTreeSet<String> = accounts.rows().unwrap().map(|row| row.account_id.to_owned()).collect();
        (posts, accounts)
    };
    let (flat, pages) = (of("flat.jsonl"), of("noflat.jsonl"));
    // jq -r '.includes.users[].id' noflat.jsonl | sort -u | wc -l → 178
    assert_eq!(pages.1.len(), 178);
    assert!(flat.1 == pages.1, "{} accounts, and {}", flat.1.len(), pages.1.len());
    assert!(flat.0 == pages.0, "{} posts, and {}", flat.0.len(), pages.0.len());
}

/// What becomes of every JSON corpus, by pattern of files: each count of `golden/json.csv`, and none besides. Those counts are jq's
/// (`witness/golden_json.py`), by the shapes of the records.
#[test]
fn every_json_corpus_by_every_count() {
    let Some(root) = data(".") else { return };
    type Counts = BTreeMap<(String, String), u64>;
    let mut expected: BTreeMap<&str, Counts> = BTreeMap::new();
    for line in include_str!("golden/json.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [files, what, name, count] = fields.as_slice() else {
            panic!("{line}");
        };
        let counts = expected.entry(files).or_default();
        counts.insert(((*what).to_owned(), (*name).to_owned()), count.parse().unwrap());
    }
    let mut different = Vec::new();
    for (files, expected) in expected {
        let ran = Bench::new().ingest(&[root.join(files).to_str().unwrap()]);
        let mut found = Counts::new();
        for entry in ran.table::<LedgerEntries>().rows().unwrap() {
            let count = found
                .entry((entry.flow.to_string(), entry.reason.to_owned()))
                .or_insert(0);
            *count += u64::try_from(entry.records).unwrap();
        }
        for (table, rows) in [
            ("posts", ran.table::<Posts>().len()),
            ("post_ids", ran.table::<PostIds>().len()),
            ("accounts", ran.table::<Accounts>().len()),
            ("availability", ran.table::<Availability>().len()),
            ("follows", ran.table::<Follows>().len()),
        ] {
            found.insert(("rows".to_owned(), table.to_owned()), rows as u64);
        }
        found.retain(|_, count| *count > 0);
        let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
        for key in keys {
            let (expected, found) = (expected.get(key), found.get(key));
            if expected != found {
                different.push(format!("{files}: {key:?}: ingest {found:?}, jq {expected:?}"));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

// Of each file: python3 -c "import json, collections; rows = [json.loads(l) for l in open('golden_v1.jsonl')]; …" counted commits
// by operation and collection, and other events by kind: posts 18, reposts 16, follows 7, one profile, two account events (both
// active), likes 106, blocks 2, deletions 5, records of other collections 3, two identities without a handle; 162 in all.
#[test]
fn bluesky_events() {
    let Some(folder) = data("bsky-jetstream") else { return };
    let inputs = [folder.join("golden_v1.jsonl"), folder.join("corpus/expected_v1.jsonl")];
    let ran = Bench::new().ingest(&inputs.each_ref().map(|path| path.to_str().unwrap()));
    assert_eq!(
        ran.ledger(),
        [
            "read 162",
            "used 44",
            "skipped block 2",
            "skipped delete notice 5",
            "skipped identity notice without a handle 2",
            "skipped like 106",
            "skipped record of another kind 3"
        ]
    );
    let posts = ran.table::<Posts>();
    let reposts = posts
        .rows()
        .unwrap()
        .filter(|post| post.kind == PostKind::Repost)
        .count();
    assert_eq!((posts.len(), reposts), (34, 16));
    assert_eq!(
        (ran.table::<Availability>().len(), ran.table::<Accounts>().len()),
        (2, 1)
    );
}

// python3 -c "import json; t = open('tweets.js').read(); v = json.loads(t[t.index('=') + 1:]); print(len(v),
//   sum(x['tweet']['full_text'].startswith('RT @') for x in v), sum('in_reply_to_user_id' in x['tweet'] for x in v))" → 1758 128 231
// following.js, the same way: 418
#[test]
fn an_accounts_own_export() {
    let Some(folder) = data("tw-archive") else { return };
    let inputs = [folder.join("tweets.js"), folder.join("following.js")];
    let ran = Bench::new().ingest(&inputs.each_ref().map(|path| path.to_str().unwrap()));
    assert_eq!(ran.ledger(), ["read 2176", "used 2176"]);
    let posts = ran.table::<Posts>();
    let of_kind = |kind: PostKind| posts.rows().unwrap().filter(|post| post.kind == kind).count();
    assert_eq!(
        (posts.len(), of_kind(PostKind::Repost), of_kind(PostKind::Reply)),
        (1_758, 128, 231)
    );
    assert_eq!(ran.table::<Follows>().len(), 418);
}

// python3: walk(v) = 1 + (walk(v['object']) if v['verb'] == 'share' else walk(v['twitter_quoted_status']) if present) over the lines:
//   tw-gnip/dummy_tweets.json 693 lines, 737 posts; tw-v11/tweet_parser/activity_streams_examples.json 25 lines, 36 posts
#[test]
fn activity_streams() {
    let (Some(gnip), Some(v11)) = (data("tw-gnip"), data("tw-v11")) else {
        return;
    };
    for (path, lines, posts) in [
        (gnip.join("dummy_tweets.json"), 693, 737),
        (v11.join("tweet_parser/activity_streams_examples.json"), 25, 36),
    ] {
        let ran = ingest(&path);
        assert_eq!(ran.ledger(), [format!("read {lines}"), format!("used {lines}")]);
        assert_eq!(
            (ran.table::<Posts>().len(), ran.table::<Accounts>().len()),
            (posts, posts)
        );
    }
}

// python3: [json.loads(l) for l in open('test_comments.json')]: 27, of which author == '[deleted]' 5; test_submissions.json 31, of which
// with crosspost_parent_list 1; with author_created_utc 6 and 6. telegram-export/result.json: 6 messages, none a service message.
#[test]
fn reddit_and_telegram() {
    let (Some(reddit), Some(telegram)) = (data("reddit-pushshift"), data("telegram-export")) else {
        return;
    };
    let inputs = [reddit.join("test_comments.json"), reddit.join("test_submissions.json")];
    let ran = Bench::new().ingest(&inputs.each_ref().map(|path| path.to_str().unwrap()));
    assert_eq!(ran.ledger(), ["read 58", "used 53", "skipped author deleted 5"]);
    assert_eq!((ran.table::<Posts>().len(), ran.table::<Accounts>().len()), (54, 12));
    let posts = ran.table::<Posts>();
    assert!(
        posts
            .rows()
            .unwrap()
            .all(|post| post.posted_at.is_some_and(|at| at.0 > 1_100_000_000_000))
    );
    let ran = ingest(&telegram.join("result.json"));
    assert_eq!(ran.ledger(), ["read 6", "used 6"]);
    let urls = ran.table::<Posts>();
    assert_eq!(
        urls.rows().unwrap().map(|post| post.urls.unwrap().len()).sum::<usize>(),
        3
    );
}

#[test]
fn mastodon_statuses() {
    let Some(folder) = data("mastodon") else { return };
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        return skipped("DIMINUENDO_PYTHON is not set to a Python");
    };
    let mut files = Vec::new();
    json_files(&folder, &mut files);
    files.sort();
    let paths: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let ran = Bench::new().ingest(&paths);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    ran.ledger();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/mastodon_text.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&ran.dir)
        .args(&files)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.contains("586 statuses, 0 different, 0 missing"), "{told}");
}

/// Rows of `golden/csv.csv`, which `witness/count_csv.py` makes from the corpora.
fn golden() -> Vec<Vec<String>> {
    let table = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/csv.csv")).unwrap();
    let rows = table.lines().skip(1);
    rows.map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn csv_corpora_as_an_independent_reader_counts_them() {
    let Some(root) = data(".") else { return };
    let mut different = Vec::new();
    assert!(!golden().is_empty());
    for row in golden() {
        let [
            path,
            arguments,
            read,
            used,
            rejected,
            skipped,
            tables,
            accounts,
            first,
            last,
        ] = &row[..]
        else {
            panic!("{row:?}");
        };
        let input = root.join(path);
        if !input.exists() {
            skipped_corpus(path);
            continue;
        }
        let arguments: Vec<&str> = std::iter::once(input.to_str().unwrap())
            .chain(arguments.split_whitespace())
            .collect();
        let ran = Bench::new().ingest(&arguments);
        assert_eq!(ran.status(), 0, "{path}: {}", ran.stderr());
        let lost = [("rejected", rejected), ("skipped", skipped)];
        let lost = lost
            .iter()
            .filter(|(_, lost)| !lost.is_empty())
            .map(|(flow, lost)| format!("{flow} {lost}"));
        let ledger: Vec<String> = [format!("read {read}"), format!("used {used}")]
            .into_iter()
            .chain(lost)
            .collect();
        let (posts, seen, follows, roster) = (
            ran.table::<Posts>(),
            ran.table::<Accounts>(),
            ran.table::<Follows>(),
            ran.table::<tables::Roster>(),
        );
        let counted = [
            ("posts", posts.len()),
            ("accounts", seen.len()),
            ("availability", ran.table::<Availability>().len()),
            ("follows", follows.len()),
            ("roster", roster.len()),
        ];
        let counted: Vec<String> = counted
            .iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(table, rows)| format!("{table} {rows}"))
            .collect();
        let mut ids: std::collections::BTreeSet<String> =
            posts.rows().unwrap().map(|row| row.account_id.to_owned()).collect();
        let mut times: Vec<Timestamp> = posts.rows().unwrap().filter_map(|row| row.posted_at).collect();
        if ids.is_empty() {
            ids = seen.rows().unwrap().map(|row| row.account_id.to_owned()).collect();
        }
        if ids.is_empty() {
            ids = roster
                .rows()
                .unwrap()
                .map(|row| row.handle.or(row.account_id).unwrap().to_owned())
                .collect();
        }
        if times.is_empty() {
            times = seen.rows().unwrap().filter_map(|row| row.created_at).collect();
        }
        let end = |time: Option<&Timestamp>| time.map_or_else(String::new, |time| time.0.to_string());
        let found = (
            ran.ledger(),
            counted.join(" "),
            ids.len().to_string(),
            end(times.iter().min()),
            end(times.iter().max()),
        );
        let expected = (ledger, tables.clone(), accounts.clone(), first.clone(), last.clone());
        if found != expected {
            different.push(format!("{path}: ingest {found:?}, Python {expected:?}"));
        }
        // A built-in mapping says of every column whether it is read or left.
        assert!(
            !ran.stderr().contains("not known and not read"),
            "{path}: {}",
            ran.stderr()
        );
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

fn skipped_corpus(path: &str) {
    skipped(&format!("there is no {path}"));
}

#[test]
fn the_golden_table_of_csv_is_what_python_counts_now() {
    let Some(root) = data(".") else { return };
    let Some(python) = std::env::var_os("DIMINUENDO_PYTHON") else {
        return skipped("DIMINUENDO_PYTHON is not set to a Python");
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/witness/count_csv.py");
    let output = Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script)
        .arg(&root)
        .output()
        .unwrap();
    if !output.status.success() {
        return skipped("not all of the CSV corpora are there, or no zstd");
    }
    let table = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<String>> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').map(str::to_owned).collect())
        .collect();
    assert_eq!(rows, golden());
}

// python3: sum(t.startswith('RT @') for u in j for t in u['tweet'] or []) → 4546; sum(len((u['neighbor'] or {}).get('following', [])) …) → 605;
//   Counter(u['profile']['verified'] …) → {'True ': 63, 'False ': 37}; sum(not u['profile']['location'].strip() …) → 30
#[test]
fn twibot() {
    let Some(folder) = data("twibot20") else { return };
    let ran = ingest(&folder.join("TwiBot-20_sample.json"));
    let posts = ran.table::<Posts>();
    assert_eq!(
        posts
            .rows()
            .unwrap()
            .filter(|post| post.kind == PostKind::Repost)
            .count(),
        4_546
    );
    assert!(
        posts
            .rows()
            .unwrap()
            .all(|post| post.text.is_some_and(|text| text.trim() == text))
    );
    let accounts = ran.table::<Accounts>();
    let accounts: Vec<_> = accounts.rows().unwrap().collect();
    assert_eq!(
        accounts.iter().filter(|account| account.verified == Some(true)).count(),
        63
    );
    assert_eq!(accounts.iter().filter(|account| account.location.is_none()).count(), 30);
    assert!(
        accounts
            .iter()
            .all(|account| account.followers.is_some() && account.lang.is_none())
    );
    let ids: std::collections::BTreeSet<&str> = accounts.iter().map(|account| account.account_id).collect();
    let follows = ran.table::<Follows>();
    let outward = follows
        .rows()
        .unwrap()
        .take_while(|follow| ids.contains(follow.follower_id))
        .count();
    assert!(outward > 0 && follows.len() == 1_139);
}
