//! What must hold for every archive.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tables::{Account, Accounts, Duplicates, Flow, Post, PostKind, Posts, Timestamp};

use crate::archive::{Archive, Ran, account, dedupe, post, read, run};

/// A record without its source.
fn content(post: &Post<'_>) -> String {
    let mut post = post.clone();
    (post.source_file, post.source_line, post.source_part) = ("", 0, 0);
    format!("{post:?}")
}

/// What makes two records one post, once more and by other means than the program's.
fn key(post: &Post<'_>) -> String {
    match post.post_id {
        Some(id) => format!("{} {id:?}", post.platform),
        None => format!(
            "{} - {:?} {:?} {:?}",
            post.platform, post.account_id, post.posted_at, post.text
        ),
    }
}

prop_compose! {
    /// Few values for every field, so that many records are copies, and ties of every kind come about.
    fn record()(
        id in prop::option::weighted(0.8, prop::sample::select(vec!["1", "2", "3", "4"])),
        account_id in prop::sample::select(vec!["11", "12", "@stone"]),
        handle in prop::option::of(prop::sample::select(vec!["stone", "stone_2"])),
        posted_at in prop::option::of(0..2_i64),
        observed_at in prop::option::of(0..3_i64),
        text in prop::option::of(prop::sample::select(vec!["grey river", "grey ri…", "grey ri… https://example.org", "", "…"])),
        kind in prop::sample::select(PostKind::ALL.to_vec()),
        counts in prop::array::uniform4(prop::option::weighted(0.3, 0..3_i64)),
        tags in prop::option::of(prop::sample::select(vec![vec![], vec!["water"], vec!["a", "b"]])),
        position in prop::option::of((0..2, prop::option::of(0..2))),
        lang in prop::option::of(prop::sample::select(vec!["en", "ar"])),
        part in 0..2_i64,
    ) -> Post<'static> {
        let mut record = post(id.unwrap_or(""), 0);
        record.account_id = account_id;
        record.handle = handle;
        record.posted_at = posted_at.map(Timestamp);
        record.observed_at = observed_at.map(Timestamp);
        record.text = text;
        record.kind = kind;
        [record.likes, record.reposts, record.replies, record.quotes] = counts;
        record.hashtags = tags;
        if let Some((latitude, longitude)) = position {
            (record.latitude, record.longitude) = (Some(f64::from(latitude)), longitude.map(f64::from));
        }
        record.lang = lang;
        record.source_part = part;
        record
    }
}

/// Gives the records their places in the order in which they stand, over two files.
fn placed(mut records: Vec<Post<'static>>) -> Vec<Post<'static>> {
    let half = records.len() / 2;
    for (i, record) in records.iter_mut().enumerate() {
        record.source_file = if i < half { "a.jsonl" } else { "b.jsonl" };
        record.source_line = i64::try_from(i).unwrap();
    }
    records
}

fn contents(ran: &Ran) -> Vec<String> {
    let batch = ran.read::<Posts>();
    let mut contents: Vec<String> = batch.rows().unwrap().map(|post| content(&post)).collect();
    contents.sort();
    contents
}

proptest! {
    // Every case starts the program several times.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_records_and_files_does_not_decide(
        (records, shuffled) in prop::collection::vec(record(), 0..40)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
    ) {
        let one = run(&Archive::of_posts(placed(records)), None);
        let other = run(&Archive::of_posts(placed(shuffled)), None);
        prop_assert_eq!(contents(&one), contents(&other));
    }

    #[test]
    fn every_post_is_kept_once_and_nothing_known_is_lost(records in prop::collection::vec(record(), 0..40)) {
        let records = placed(records);
        let mut groups: BTreeMap<String, Vec<&Post<'_>>> = BTreeMap::new();
        for record in &records {
            groups.entry(key(record)).or_default().push(record);
        }
        let ran = run(&Archive::of_posts(records.clone()), None);
        let batch = ran.read::<Posts>();
        prop_assert_eq!(batch.len(), groups.len());
        prop_assert_eq!(ran.read::<Duplicates>().len(), records.len() - groups.len());
        let read_count = ran.records("posts", Flow::Read);
        prop_assert_eq!(read_count, ran.records("posts", Flow::Used) + ran.records("posts", Flow::Duplicate));
        for kept in batch.rows().unwrap() {
            // The key of a kept record is that of its post unless account, time or text were completed, which only ids allow.
            let group = &groups[&key(&kept)];
            let most = |count: fn(&Post<'_>) -> Option<i64>| group.iter().filter_map(|post| count(post)).max();
            prop_assert_eq!(kept.likes, most(|post| post.likes));
            prop_assert_eq!(kept.quotes, most(|post| post.quotes));
            prop_assert_eq!(kept.observed_at, group.iter().filter_map(|post| post.observed_at).max());
            prop_assert_eq!(kept.handle.is_some(), group.iter().any(|post| post.handle.is_some()));
            prop_assert_eq!(kept.posted_at.is_some(), group.iter().any(|post| post.posted_at.is_some()));
            prop_assert_eq!(kept.text.is_some(), group.iter().any(|post| post.text.is_some()));
            prop_assert_eq!(kept.hashtags.is_some(), group.iter().any(|post| post.hashtags.is_some()));
            prop_assert_eq!(kept.latitude.is_some(), group.iter().any(|post| post.latitude.is_some()));
            prop_assert_eq!(kept.account_id.starts_with('@'), group.iter().all(|post| post.account_id.starts_with('@')));
            prop_assert!(group.iter().any(|post| (post.source_file, post.source_line) == (kept.source_file, kept.source_line)));
        }
    }

    #[test]
    fn a_second_run_changes_no_row(
        records in prop::collection::vec(record(), 0..30),
        followers in prop::collection::vec(0..3_i64, 0..20),
    ) {
        let accounts: Vec<Account<'static>> = (1..)
            .zip(followers)
            .map(|(line, followers)| {
                let mut row = account("11", Some("stone"), line);
                row.followers = Some(followers);
                row
            })
            .collect();
        let once = run(&Archive { posts: placed(records), accounts, ..Archive::default() }, None);
        let folder = tempfile::tempdir().unwrap();
        let twice = folder.path().join("twice");
        dedupe().arg(&once.dir).arg("-o").arg(&twice).assert().success();
        let (first, second) = (once.read::<Posts>(), read::<Posts>(&twice));
        prop_assert!(first.rows().unwrap().eq(second.rows().unwrap()));
        let (first, second) = (once.read::<Accounts>(), read::<Accounts>(&twice));
        prop_assert!(first.rows().unwrap().eq(second.rows().unwrap()));
        prop_assert_eq!(read::<Duplicates>(&twice).len(), 0);
    }
}
