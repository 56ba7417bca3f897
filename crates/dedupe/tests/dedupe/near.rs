//! Near-copies by the whole command: clusters, members, campaigns, options, bad input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use tables::{Campaigns, ClusterMember, ClusterMembers, Clusters, Post, PostKind, Posts, Table, Timestamp};
use tempfile::TempDir;

use crate::archive::{AT, Archive, dedupe, post, read};

/// A post of an account, some seconds after the first; lines are numbered when an archive is made of them.
fn said(id: &'static str, account_id: &'static str, seconds: i64, text: &str) -> Post<'static> {
    Post {
        account_id,
        posted_at: Some(Timestamp(AT + seconds * 1_000)),
        text: Some(text.to_owned().leak()),
        ..post(id, 0)
    }
}

fn archive(posts: Vec<Post<'static>>) -> Archive {
    let mut posts = posts;
    for (line, post) in (1..).zip(&mut posts) {
        post.source_line = line;
    }
    Archive::of_posts(posts)
}

struct Found {
    dir: PathBuf,
    _folder: TempDir,
}

/// Runs the command with these options; it must succeed.
fn find(posts: Vec<Post<'static>>, options: &[&str]) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let input = archive(posts).write(folder.path());
    let dir = folder.path().join("out");
    dedupe()
        .arg(&input)
        .arg("-o")
        .arg(&dir)
        .args(options)
        .assert()
        .success();
    Found { dir, _folder: folder }
}

fn rows<T: Table>(dir: &Path, show: impl Fn(T::Row<'_>) -> String) -> Vec<String> {
    read::<T>(dir).rows().unwrap().map(show).collect()
}

impl Found {
    /// Cluster, representative, least similarity, posts, texts, accounts, seconds of first and last.
    fn clusters(&self) -> Vec<String> {
        let seconds = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| ((at.0 - AT) / 1_000).to_string());
        rows::<Clusters>(&self.dir, |c| {
            let (id, least) = (c.post_id.unwrap_or("-"), c.least_similarity.unwrap());
            let (first, last) = (seconds(c.first_at), seconds(c.last_at));
            format!(
                "{} {id} {least:.3} {} {} {} {first} {last}",
                c.cluster_id, c.posts, c.texts, c.accounts
            )
        })
    }

    /// Cluster, post, similarity; a star for the representative.
    fn members(&self) -> Vec<String> {
        rows::<ClusterMembers>(&self.dir, |m| {
            let star = if m.representative { "*" } else { "" };
            format!(
                "{} {} {:.3}{star}",
                m.cluster_id,
                m.post_id.unwrap_or("-"),
                m.similarity.unwrap()
            )
        })
    }

    fn campaigns(&self) -> Vec<String> {
        rows::<Campaigns>(&self.dir, |c| {
            let seconds = |at: Timestamp| (at.0 - AT) / 1_000;
            let (from, to) = (seconds(c.from_at), seconds(c.to_at));
            format!(
                "{} {from} {to} {} {} {}",
                c.cluster_id, c.posts, c.accounts, c.accounts_in_window
            )
        })
    }

    fn facts(&self) -> Value {
        let run: Value = serde_json::from_slice(&std::fs::read(self.dir.join("run.json")).unwrap()).unwrap();
        run["facts"]["near_copies"].clone()
    }
}

const TEA: &str = "Green tea grows best in a quiet garden by the river, say all who have tried it";

#[test]
fn copies_and_near_copies_are_one_cluster_with_the_first_post_as_representative() {
    let posts = vec![
        said("3", "12", 30, &format!("{TEA}!")),
        said("1", "11", 10, TEA),
        said(
            "2",
            "12",
            20,
            &format!("@stone @fern {}  https://example.org/x", TEA.to_uppercase()),
        ),
        said(
            "4",
            "13",
            5,
            "Of the weather in the mountains nothing certain can be said today",
        ),
        said("5", "13", 40, TEA),
    ];
    let found = find(posts, &[]);
    // 78 characters have 75 shingles; the mark adds one; "@ " before and " ↗" after add two each.
    assert_eq!(found.clusters(), ["1 1 0.949 4 3 3 10 40"]);
    assert_eq!(found.members(), ["1 1 1.000*", "1 2 0.949", "1 3 0.987", "1 5 1.000"]);
    let facts = found.facts();
    assert_eq!(
        (&facts["posts_compared"], &facts["distinct_texts"]),
        (&5.into(), &4.into())
    );
    assert_eq!(facts["texts_not_all_compared"], 0);
}

#[test]
fn what_is_folded_and_how_near_is_near_are_options() {
    let posts = || {
        vec![
            said(
                "1",
                "11",
                1,
                "tea 12 in the garden, see https://example.org/abcdefghijklmnopqrstuvwxyz",
            ),
            said(
                "2",
                "12",
                2,
                "tea 99 in the garden, see https://example.net/zyxwvutsrqponmlkjihgfedcba",
            ),
        ]
    };
    let none: [String; 0] = [];
    assert_eq!(
        find(posts(), &["--near-fold", "urls,numbers"]).members(),
        ["1 1 1.000*", "1 2 1.000"]
    );
    assert_eq!(find(posts(), &["--near-fold", "none"]).members(), none);
    assert_eq!(find(posts(), &[]).members(), none);
    assert_eq!(find(posts(), &["--near", "0.5"]).members().len(), 2);
    let words = ["--near-shingles", "words:1", "--near", "0.75"];
    // tea, in, the, "garden,", see, ↗ of eight words.
    assert_eq!(find(posts(), &words).clusters(), ["1 1 0.750 2 2 2 1 2"]);
    let off = find(posts(), &["--near", "off"]);
    assert_eq!(
        (off.members(), off.campaigns(), off.facts()),
        (vec![], vec![], Value::Null)
    );
}

#[test]
fn arabic_is_the_same_with_and_without_vowel_marks_and_tatweel() {
    let plain = "الشاي الأخضر ينمو في الحديقة قرب النهر";
    let marked = "الشَّاي الأخضَر ينمـــو في الحديقةِ قرب النهر";
    let posts = || vec![said("1", "11", 1, plain), said("2", "12", 2, marked)];
    assert_eq!(find(posts(), &[]).members(), ["1 1 1.000*", "1 2 1.000"]);
    assert!(
        find(posts(), &["--near-fold", "urls", "--near", "1"])
            .members()
            .is_empty()
    );
}

#[test]
fn reposts_short_texts_and_posts_without_text_take_no_part() {
    let mut repost = said("2", "12", 2, TEA);
    repost.kind = PostKind::Repost;
    let mut silent = said("3", "13", 3, "");
    silent.text = None;
    let posts = vec![
        said("1", "11", 1, TEA),
        repost,
        silent,
        said("4", "14", 4, ""),
        said("5", "15", 5, "a"),
        said("6", "16", 6, "a"),
        // Nothing but what is folded: no text of the author's.
        said("7", "17", 7, "@stone https://example.org/a-long-way-to-the-tea-garden"),
        said("8", "18", 8, "@fern https://example.org/another-way-to-the-tea-garden"),
    ];
    let found = find(posts.clone(), &[]);
    assert!(found.members().is_empty());
    let facts = found.facts();
    assert_eq!(facts["posts_compared"], 1);
    assert_eq!(
        facts["posts_left_out"],
        serde_json::json!({"repost": 1, "no_text": 1, "too_short": 5})
    );
    // Asked for, one letter is a text.
    assert_eq!(
        find(posts, &["--near-letters", "1"]).members(),
        ["1 5 1.000*", "1 6 1.000"]
    );
}

#[test]
fn posts_without_time_or_id_are_members_and_never_first_when_a_time_is_known() {
    let mut timeless = said("1", "11", 0, TEA);
    timeless.posted_at = None;
    let found = find(
        vec![timeless.clone(), said("", "12", 9, TEA), said("", "13", 8, TEA)],
        &["--campaign-accounts", "2"],
    );
    assert_eq!(found.clusters(), ["1 - 1.000 3 1 3 8 9"]);
    assert_eq!(found.members(), ["1 1 1.000", "1 - 1.000*", "1 - 1.000"]);
    assert_eq!(found.campaigns(), ["1 8 9 2 2 2"]);
    let places = rows::<ClusterMembers>(&found.dir, |m| format!("{}:{}", m.source_file, m.source_line));
    assert_eq!(places, ["a.jsonl:1", "a.jsonl:3", "a.jsonl:2"]);
    let mut other = timeless.clone();
    other.post_id = Some("2");
    let found = find(vec![other, timeless], &["--campaign-accounts", "2"]);
    assert_eq!(found.clusters(), ["1 1 1.000 2 1 1 - -"]);
    assert!(found.campaigns().is_empty());
}

#[test]
fn a_chain_is_one_cluster_and_tells_how_far_it_leads() {
    let word = |n: usize| ["north", "south", "upper", "lower", "outer"].map(|w| w.to_owned() + "garden")[n].clone();
    let text = |changed: usize| {
        let words: Vec<String> = (0..5)
            .map(|n| if n < changed { word(n) } else { format!("teahouse{n}") })
            .collect();
        format!(
            "by the river stood five houses one after another called {}",
            words.join(" ")
        )
    };
    let posts = (0..5_usize)
        .map(|n| said(["0", "1", "2", "3", "4"][n], "11", i64::try_from(n).unwrap(), &text(n)))
        .collect();
    let found = find(posts, &["--near", "0.7"]);
    let members = found.members();
    assert_eq!(members.len(), 5);
    let least: f64 = members[4].split(' ').nth(2).unwrap().parse().unwrap();
    assert!(least < 0.6, "{members:?}");
}

#[test]
fn campaigns_are_many_accounts_within_little_time() {
    let accounts = ["11", "12", "13", "14", "15", "16"];
    let ids = ["1", "2", "3", "4", "5", "6"];
    let posts = |apart: i64| {
        let posts = (0_i64..).zip(ids.into_iter().zip(accounts));
        posts
            .map(|(n, (id, account))| said(id, account, n * apart, TEA))
            .collect::<Vec<_>>()
    };
    assert_eq!(find(posts(60), &[]).campaigns(), ["1 0 300 6 6 6"]);
    // An hour holds five posts that are 15 minutes apart, and not five that are 16 apart.
    assert_eq!(find(posts(900), &[]).campaigns(), ["1 0 4500 6 6 5"]);
    assert!(find(posts(960), &[]).campaigns().is_empty());
    assert_eq!(
        find(posts(960), &["--campaign-window", "2h"]).campaigns(),
        ["1 0 4800 6 6 6"]
    );
    assert_eq!(
        find(posts(960), &["--campaign-accounts", "4"]).campaigns(),
        ["1 0 4800 6 6 4"]
    );
}

#[test]
fn options_that_mean_nothing_are_refused_with_what_would() {
    for (option, value, remedy) in [
        ("--near", "0.2", "from 0.5 to 1, or off"),
        ("--near", "NaN", "from 0.5 to 1, or off"),
        ("--near-shingles", "chars:0", "chars:N or words:N"),
        (
            "--near-fold",
            "smileys",
            "possible values: urls, mentions, numbers, arabic, none",
        ),
        ("--campaign-window", "1 hour", "90s, 30m, 1h, 2d"),
        ("--campaign-accounts", "1", "2.."),
    ] {
        let output = dedupe().args(["in", "-o", "out", option, value]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{option} {value}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(remedy), "{message}");
    }
}

#[test]
fn many_posts_of_one_text_are_one_text() {
    let posts = (0..50_000)
        .map(|n| said("", format!("account{n}").leak(), n, TEA))
        .collect();
    let found = find(posts, &[]);
    assert_eq!(found.clusters(), ["1 - 1.000 50000 1 50000 0 49999"]);
    assert_eq!(found.campaigns(), ["1 0 49999 50000 50000 3601"]);
}

#[test]
fn texts_of_100_kb_are_compared_like_others() {
    let long = |seed: u64| -> String { (0..20_000).map(|n| format!("{} ", invented(seed + n))).collect() };
    let (one, other) = (long(0), long(40_000));
    assert!(one.len() > 100_000);
    let marks = "\u{300}\u{301}".repeat(25_000);
    let posts = vec![
        said("1", "11", 1, &one),
        said("2", "12", 2, &one.replace("a ", "a, ")),
        said("3", "13", 3, &other),
        said("4", "14", 4, &format!("tea in the garden{marks}")),
        said("5", "15", 5, &"haha".repeat(25_000)),
        said("6", "16", 6, &"haha".repeat(20_000)),
    ];
    let found = find(posts, &[]);
    // Of one run of four letters, all lengths are the same set of shingles.
    let clusters: Vec<String> = found.members().iter().map(|member| member[..3].to_owned()).collect();
    assert_eq!(clusters, ["1 1", "1 2", "2 5", "2 6"]);
}

/// A word of eight letters that no other number has.
fn invented(number: u64) -> String {
    let mut state = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let letter = |_| {
        state = (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        char::from(b'a' + u8::try_from(state >> 32 & 15).unwrap())
    };
    (0..8).map(letter).collect()
}

/// Texts of one template with two fillings, of which two texts share one: those are near, the others are not.
fn fillings(count: u64) -> Vec<Post<'static>> {
    let text = |n: u64| {
        let (place, subject) = (invented(n), invented(n / 2 + 1_000_000));
        format!(
            "this morning the weather station beside the old tea garden at {place} wrote of {subject} and of nothing else"
        )
    };
    (0..count)
        .map(|n| said(format!("{n}").leak(), "11", i64::try_from(n).unwrap(), &text(n)))
        .collect()
}

#[test]
fn a_template_with_very_many_fillings_is_compared_as_far_as_told() {
    let found = find(fillings(1_500), &["--near", "0.78"]);
    let near = brute(fillings(1_500), 0.78);
    let mut clusters: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    let batch = read::<ClusterMembers>(&found.dir);
    for member in batch.rows().unwrap() {
        clusters
            .entry(member.cluster_id)
            .or_default()
            .push(member.post_id.unwrap().parse().unwrap());
    }
    let mut found_sets: Vec<Vec<usize>> = clusters.into_values().collect();
    for set in &mut found_sets {
        set.sort_unstable();
    }
    found_sets.sort();
    // Every set is part of one that brute force finds; and nearly all are there whole.
    let whole = near.iter().filter(|set| found_sets.contains(set)).count();
    for set in &found_sets {
        assert!(near.iter().any(|all| set.iter().all(|post| all.contains(post))));
    }
    assert!(whole * 100 >= near.len() * 97, "{whole} of {}", near.len());
    assert_eq!(near.len(), 750);
}

/// Connected components of at least two posts whose texts of ASCII letters are near, by comparing all pairs.
fn brute(posts: Vec<Post<'static>>, least: f64) -> Vec<Vec<usize>> {
    let sets: Vec<Vec<&[u8]>> = posts
        .iter()
        .map(|post| {
            let mut set: Vec<&[u8]> = post.text.unwrap().as_bytes().windows(4).collect();
            set.sort_unstable();
            set.dedup();
            set
        })
        .collect();
    let mut of: Vec<usize> = (0..sets.len()).collect();
    for i in 0..sets.len() {
        for j in 0..i {
            if of[i] == of[j] {
                continue;
            }
            let shared = sets[i]
                .iter()
                .filter(|shingle| sets[j].binary_search(shingle).is_ok())
                .count();
            if shared as f64 / (sets[i].len() + sets[j].len() - shared) as f64 >= least {
                let (from, to) = (of[i].max(of[j]), of[i].min(of[j]));
                of.iter_mut().filter(|set| **set == from).for_each(|set| *set = to);
            }
        }
    }
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (post, set) in of.into_iter().enumerate() {
        components.entry(set).or_default().push(post);
    }
    let mut sets: Vec<_> = components.into_values().filter(|set| set.len() > 1).collect();
    sets.sort();
    sets
}

prop_compose! {
    /// Posts of few words, so that many are near-copies, at few times.
    fn small_post()(
        words in prop::collection::vec(prop::sample::select(vec!["teahouse", "garden", "river", "weather", "stone", "شاي"]), 3..8),
        account in prop::sample::select(vec!["11", "12", "13"]),
        seconds in prop::option::of(0..4_i64),
        id in any::<bool>(),
        kind in prop::sample::select(PostKind::ALL.to_vec()),
    ) -> (Post<'static>, bool) {
        let mut post = said("", account, 0, &words.join(" "));
        post.posted_at = seconds.map(|seconds| Timestamp(AT + seconds * 1_000));
        post.kind = kind;
        (post, id)
    }
}

fn all(dir: &Path) -> [Vec<String>; 3] {
    [
        rows::<Clusters>(dir, |row| format!("{row:?}")),
        // Where a post stands is what the order changes.
        rows::<ClusterMembers>(dir, |row| {
            format!(
                "{:?}",
                ClusterMember {
                    source_file: "",
                    source_line: 0,
                    ..row
                }
            )
        }),
        rows::<Campaigns>(dir, |row| format!("{row:?}")),
    ]
}

proptest! {
    // Every case starts the program several times.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neither_the_order_of_posts_nor_threads_decide(
        posts in prop::collection::vec(small_post(), 0..40),
        order in any::<prop::sample::Index>(),
    ) {
        let posts: Vec<Post<'static>> = (100..)
            .zip(posts)
            .map(|(n, (post, id))| Post { post_id: id.then(|| &*format!("{n}").leak()), ..post })
            .collect();
        let mut shuffled = posts.clone();
        shuffled.rotate_left(order.index(posts.len().max(1)).min(posts.len()));
        shuffled.reverse();
        let options = ["--near", "0.6", "--campaign-accounts", "2", "--campaign-window", "1s"];
        let one = find(posts.clone(), &[&options[..], &["-j", "1"]].concat());
        let two = find(shuffled, &[&options[..], &["-j", "2"]].concat());
        prop_assert_eq!(all(&one.dir), all(&two.dir));
        let again = find(posts, &[&options[..], &["-j", "3"]].concat());
        for name in ["clusters", "cluster_members", "campaigns"] {
            let bytes = |found: &Found| std::fs::read(found.dir.join(format!("{name}.parquet"))).unwrap();
            prop_assert_eq!(bytes(&one), bytes(&again));
        }
        // What dedupe wrote has the same near-copies.
        let folder = tempfile::tempdir().unwrap();
        let twice = folder.path().join("twice");
        dedupe().arg(&one.dir).arg("-o").arg(&twice).args(options).assert().success();
        prop_assert_eq!(all(&one.dir), all(&twice));
        // Clusters add up.
        let members = read::<ClusterMembers>(&one.dir);
        let clusters = read::<Clusters>(&one.dir);
        for cluster in clusters.rows().unwrap() {
            let of: Vec<_> = members.rows().unwrap().filter(|member| member.cluster_id == cluster.cluster_id).collect();
            prop_assert_eq!(of.len() as i64, cluster.posts);
            prop_assert_eq!(of.iter().filter(|member| member.representative).count(), 1);
            let least = of.iter().filter_map(|member| member.similarity).fold(1.0, f64::min);
            prop_assert_eq!(Some(least), cluster.least_similarity);
        }
        prop_assert_eq!(read::<Posts>(&one.dir).len(), read::<Posts>(&two.dir).len());
    }
}
