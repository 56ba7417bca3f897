//! Which record of a post is kept, and what it takes from the others.

use tables::{Duplicates, Flow, Post, PostKind, Posts, Timestamp};

use crate::archive::{AT, Archive, Ran, post, run};

fn kept(posts: Vec<Post<'static>>) -> Ran {
    run(&Archive::of_posts(posts), None)
}

/// The one post that is left.
fn only(posts: Vec<Post<'static>>, look: impl FnOnce(&Post<'_>)) {
    let ran = kept(posts);
    let batch = ran.read::<Posts>();
    let mut rows = batch.rows().unwrap();
    assert_eq!(rows.len(), 1);
    look(&rows.next().unwrap());
}

fn seen(mut record: Post<'static>, at: i64) -> Post<'static> {
    record.observed_at = Some(Timestamp(at));
    record
}

#[test]
fn the_latest_observation_wins_wherever_it_stands() {
    for (first, second) in [(5, 9), (9, 5)] {
        let mut records = vec![seen(post("1", 1), first), seen(post("1", 2), second)];
        for record in &mut records {
            record.handle = Some(if record.observed_at == Some(Timestamp(9)) {
                "late"
            } else {
                "early"
            });
        }
        only(records, |post| {
            assert_eq!((post.observed_at, post.handle), (Some(Timestamp(9)), Some("late")));
            assert_eq!(post.source_line, if first == 9 { 1 } else { 2 });
        });
    }
}

#[test]
fn a_known_time_beats_an_unknown_one() {
    let mut untimed = post("1", 2);
    untimed.likes = Some(1_000);
    only(vec![seen(post("1", 1), -1), untimed], |post| {
        assert_eq!((post.observed_at, post.likes), (Some(Timestamp(-1)), Some(1_000)));
    });
}

#[test]
fn counts_are_the_largest_seen_each_on_its_own() {
    let (mut a, mut b, c) = (seen(post("1", 1), 1), seen(post("1", 2), 2), seen(post("1", 3), 3));
    (a.likes, a.reposts, a.replies) = (Some(7), Some(1), Some(0));
    (b.likes, b.reposts) = (Some(3), Some(4));
    only(vec![a, b, c], |post| {
        assert_eq!(
            [post.likes, post.reposts, post.replies, post.quotes],
            [Some(7), Some(4), Some(0), None]
        );
        assert_eq!(post.observed_at, Some(Timestamp(3)));
    });
}

#[test]
fn without_times_more_reactions_are_later() {
    let (mut a, mut b) = (post("1", 2), post("1", 1));
    (a.likes, a.handle) = (Some(9), Some("later"));
    (b.likes, b.handle) = (Some(2), Some("earlier"));
    only(vec![b, a], |post| assert_eq!(post.handle, Some("later")));
}

#[test]
fn a_full_record_beats_a_nested_one_that_says_as_much() {
    let (mut nested, own) = (post("1", 1), post("1", 2));
    nested.source_part = 1;
    only(vec![nested, own], |post| {
        assert_eq!((post.source_line, post.source_part), (2, 0));
    });
}

#[test]
fn what_is_unknown_is_taken_from_the_best_record_that_knows_it() {
    let (mut a, mut b, c) = (seen(post("1", 2), 1), seen(post("1", 3), 2), seen(post("1", 1), 3));
    (a.handle, a.lang, a.client) = (Some("old"), Some("en"), Some("web"));
    a.hashtags = Some(vec!["a", "b"]);
    (a.latitude, a.longitude) = (Some(1.0), Some(2.0));
    (b.handle, b.lang) = (Some("new"), None);
    b.latitude = Some(8.0);
    b.urls = Some(vec![]);
    only(vec![c, a, b], |post| {
        assert_eq!(
            (post.handle, post.lang, post.client),
            (Some("new"), Some("en"), Some("web"))
        );
        assert_eq!(post.hashtags, Some(vec!["a", "b"]));
        assert_eq!(post.urls, Some(vec![]));
        // Both coordinates of one record, not one of each.
        assert_eq!((post.latitude, post.longitude), (Some(8.0), None));
        assert_eq!(post.mentioned_ids, None);
    });
}

#[test]
fn a_cut_text_is_completed_with_its_lists() {
    let (mut cut, mut whole) = (seen(post("1", 1), 2), seen(post("1", 2), 1));
    cut.text = Some("grey river st… https://example.org/x");
    cut.hashtags = Some(vec![]);
    whole.text = Some("grey river stone #water");
    whole.hashtags = Some(vec!["water"]);
    only(vec![cut, whole], |post| {
        assert_eq!(post.text, Some("grey river stone #water"));
        assert_eq!(post.hashtags, Some(vec!["water"]));
        assert_eq!(post.source_line, 1);
    });
}

#[test]
fn a_text_that_begins_otherwise_completes_nothing() {
    let (mut cut, mut whole) = (seen(post("1", 1), 2), seen(post("1", 2), 1));
    cut.text = Some("grey river st…");
    whole.text = Some("a green hill");
    only(vec![cut, whole], |post| assert_eq!(post.text, Some("grey river st…")));
}

#[test]
fn a_whole_text_is_not_overwritten_by_a_cut_one() {
    let (mut none, mut cut, mut whole) = (seen(post("1", 1), 3), seen(post("1", 2), 2), seen(post("1", 3), 1));
    none.text = None;
    cut.text = Some("grey river st…");
    whole.text = Some("grey river stone");
    only(vec![none, cut, whole], |post| {
        assert_eq!(post.text, Some("grey river stone"))
    });
}

#[test]
fn the_platforms_account_id_replaces_a_handle() {
    let (mut by_handle, by_id) = (seen(post("1", 1), 2), seen(post("1", 2), 1));
    by_handle.account_id = "@stone";
    only(vec![by_handle, by_id], |post| assert_eq!(post.account_id, "11"));
}

#[test]
fn a_record_that_knows_what_the_post_answers_settles_its_kind() {
    let (plain, mut reply) = (seen(post("1", 1), 2), seen(post("1", 2), 1));
    (reply.kind, reply.in_reply_to_post_id) = (PostKind::Reply, Some("0"));
    only(vec![plain, reply], |post| {
        assert_eq!((post.kind, post.in_reply_to_post_id), (PostKind::Reply, Some("0")));
    });
}

#[test]
fn the_same_id_on_two_platforms_is_two_posts() {
    let (a, mut b) = (post("1", 1), post("1", 2));
    b.platform = "mastodon";
    assert_eq!(kept(vec![a, b]).read::<Posts>().len(), 2);
}

#[test]
fn without_ids_author_time_and_text_decide() {
    let same = [post("", 1), post("", 2)];
    let (mut author, mut time, mut text, mut timeless) = (post("", 3), post("", 4), post("", 5), post("", 6));
    author.account_id = "12";
    time.posted_at = Some(Timestamp(AT + 1));
    text.text = Some("grey river stones");
    timeless.posted_at = None;
    let ran = kept(
        same.into_iter()
            .chain([author, time, text, timeless, post("7", 7)])
            .collect(),
    );
    let lines: Vec<i64> = ran
        .read::<Posts>()
        .rows()
        .unwrap()
        .map(|post| post.source_line)
        .collect();
    assert_eq!(lines, [1, 3, 4, 5, 6, 7]);
    let duplicates = ran.read::<Duplicates>();
    let dropped: Vec<_> = duplicates
        .rows()
        .unwrap()
        .map(|row| (row.table, row.reason, row.dropped_line, row.kept_line))
        .collect();
    assert_eq!(dropped, [("posts", "same author, time and text", 2, 1)]);
}

#[test]
fn a_dropped_record_names_the_kept_one_also_when_it_comes_later() {
    let ran = kept(vec![
        seen(post("1", 1), 1),
        seen(post("2", 2), 1),
        seen(post("1", 3), 3),
        seen(post("1", 4), 2),
    ]);
    let duplicates = ran.read::<Duplicates>();
    let dropped: Vec<_> = duplicates
        .rows()
        .unwrap()
        .map(|row| (row.reason, row.dropped_line, row.kept_line))
        .collect();
    assert_eq!(dropped, [("same post id", 1, 3), ("same post id", 4, 3)]);
    assert_eq!(ran.records("posts", Flow::Read), 4);
    assert_eq!(ran.records("posts", Flow::Used), 2);
    assert_eq!(ran.records("posts", Flow::Duplicate), 2);
}

/// A batch holds 8,192 rows: nothing may depend on which batch a record stands in.
#[test]
fn sizes_from_nothing_to_one_past_a_batch() {
    for size in [0, 1, 2, 8_192, 8_193] {
        let ids: Vec<&'static str> = (0..size).map(|i| &*format!("{}", i % 5_000).leak()).collect();
        let posts = (1..).zip(&ids).map(|(line, id)| seen(post(id, line), line)).collect();
        let ran = kept(posts);
        let expected = size.min(5_000);
        let batch = ran.read::<Posts>();
        assert_eq!(batch.len(), expected);
        assert!(
            batch
                .rows()
                .unwrap()
                .all(|post| post.source_line >= 3_193 || size < 8_192)
        );
        assert_eq!(ran.read::<Duplicates>().len(), size - expected);
        assert_eq!(ran.records("posts", Flow::Read), i64::try_from(size).unwrap());
    }
}
