//! CSV as widely used collectors write it, through the mappings that come with the program: their own headers, invented rows.

use tables::{Accounts, Availability, Basis, Follows, PostKind, Posts, Timestamp};

use crate::run::{Bench, Ran};

/// A table of the given columns, whose rows name only the values that matter.
fn table(columns: &str, delimiter: &str, rows: &[&[(&str, &str)]]) -> String {
    let names: Vec<&str> = columns.split_whitespace().collect();
    let mut lines = vec![names.join(delimiter)];
    for row in rows {
        assert!(row.iter().all(|(name, _)| names.contains(name)), "{row:?}");
        let value = |name: &&str| {
            row.iter()
                .find(|(column, _)| column == name)
                .map_or("", |(_, value)| *value)
        };
        lines.push(names.iter().map(value).collect::<Vec<_>>().join(delimiter));
    }
    lines.join("\n") + "\n"
}

/// Reads a table, of which no column may be unknown.
fn read(content: String) -> Ran {
    let ran = Bench::with("export.csv", content).ingest(&["export.csv"]);
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    assert!(!ran.stderr().contains("not known and not read"), "{}", ran.stderr());
    ran.ledger();
    ran
}

// python3 -c "from datetime import *; print(int(datetime(2015,6,3,10,tzinfo=timezone.utc).timestamp()*1000))"
const TEN: Timestamp = Timestamp(1_433_325_600_000);

// DEFAULT_TWEET_COLUMNS of twarc-csv, dataframe_converter.py
const TWARC: &str = "id conversation_id referenced_tweets.replied_to.id referenced_tweets.retweeted.id referenced_tweets.quoted.id author_id \
    in_reply_to_user_id in_reply_to_username retweeted_user_id retweeted_username quoted_user_id quoted_username created_at text lang source \
    public_metrics.impression_count public_metrics.reply_count public_metrics.retweet_count public_metrics.quote_count \
    public_metrics.like_count reply_settings edit_history_tweet_ids edit_controls.edits_remaining edit_controls.editable_until \
    edit_controls.is_edit_eligible possibly_sensitive withheld.scope withheld.copyright withheld.country_codes entities.annotations \
    entities.cashtags entities.hashtags entities.mentions entities.urls context_annotations attachments.media attachments.media_keys \
    attachments.poll.duration_minutes attachments.poll.end_datetime attachments.poll.id attachments.poll.options \
    attachments.poll.voting_status attachments.poll_ids author.id author.created_at author.username author.name author.description \
    author.entities.description.cashtags author.entities.description.hashtags author.entities.description.mentions \
    author.entities.description.urls author.url author.location author.pinned_tweet_id author.profile_image_url author.protected \
    author.public_metrics.followers_count author.public_metrics.following_count author.public_metrics.listed_count \
    author.public_metrics.tweet_count author.verified author.withheld.scope author.withheld.copyright author.withheld.country_codes \
    geo.coordinates.coordinates geo.coordinates.type geo.country geo.country_code geo.full_name geo.geo.bbox geo.geo.type geo.id geo.name \
    geo.place_id geo.place_type matching_rules __twarc.retrieved_at __twarc.url __twarc.version";

#[test]
fn twarc_csv() {
    let ran = read(table(
        TWARC,
        ",",
        &[
            &[
                ("id", "11"),
                ("author_id", "5"),
                ("author.username", "Larch"),
                ("created_at", "2015-06-03T10:00:00.000Z"),
                ("__twarc.retrieved_at", "2015-06-03T12:00:00+02:00"),
                ("text", "tea &amp; garden"),
                ("entities.hashtags", r##""[""#a"", ""#caf\u00e9, b""]""##),
                ("entities.mentions", r#""[""@Oak""]""#),
                ("public_metrics.like_count", "3.0"),
                ("referenced_tweets.replied_to.id", "9"),
                ("author.public_metrics.followers_count", "12"),
                ("author.created_at", "2015-06-03T10:00:00.000Z"),
            ],
            &[
                ("id", "12"),
                ("author_id", "5"),
                ("created_at", "2015-06-03T10:00:00.000Z"),
                ("referenced_tweets.retweeted.id", "8"),
                ("retweeted_username", "Oak"),
            ],
        ],
    ));
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[0].post_id, posts[0].kind, posts[0].text),
        (Some("11"), PostKind::Reply, Some("tea & garden"))
    );
    assert_eq!(
        (posts[0].posted_at, posts[0].observed_at, posts[0].likes),
        (Some(TEN), Some(TEN), Some(3))
    );
    assert_eq!(posts[0].hashtags, Some(vec!["a", "café, b"]));
    assert_eq!(posts[0].mentioned_handles, Some(vec!["Oak"]));
    assert_eq!(
        (posts[1].kind, posts[1].reposted_post_id, posts[1].reposted_handle),
        (PostKind::Repost, Some("8"), Some("Oak"))
    );
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (
            account.handle,
            account.followers,
            account.created_at,
            account.observed_basis
        ),
        (Some("Larch"), Some(12), Some(TEN), Basis::Stated)
    );
    // An old version, with fewer columns, is recognised, too.
    let old = TWARC
        .split_whitespace()
        .filter(|name| !name.contains("edit_") && !name.contains("username"))
        .collect::<Vec<_>>();
    let ran = read(table(
        &old.join(" "),
        ",",
        &[&[
            ("id", "1"),
            ("author_id", "5"),
            ("created_at", "2015-06-03T10:00:00.000Z"),
        ]],
    ));
    assert_eq!(ran.table::<Posts>().len(), 1);
}

#[test]
fn twarc_csv_of_accounts() {
    let ran = read(table(
        "id created_at username name description entities.description.cashtags entities.description.hashtags \
         entities.description.mentions entities.description.urls entities.url.urls location pinned_tweet_id profile_image_url protected \
         public_metrics.followers_count public_metrics.following_count public_metrics.listed_count public_metrics.tweet_count url verified \
         withheld.scope withheld.copyright withheld.country_codes __twarc.retrieved_at __twarc.url __twarc.version",
        ",",
        &[&[
            ("id", "5"),
            ("created_at", "2015-06-03T10:00:00.000Z"),
            ("username", "Larch"),
            ("protected", "False"),
            ("public_metrics.tweet_count", "7"),
            ("__twarc.retrieved_at", "2015-06-03T10:00:00+00:00"),
        ]],
    ));
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (
            account.account_id,
            account.statuses,
            account.protected,
            account.observed_at
        ),
        ("5", Some(7), Some(false), Some(TEN))
    );
}

// get_headings of twarc's json2csv.py
#[test]
fn json2csv_of_twarc() {
    let (quoted, retweeted) = ([("tweet_type", "quote")], [("tweet_type", "retweet")]);
    let common = [
        ("id", "11"),
        ("user_id", "5"),
        ("user_screen_name", "Larch"),
        ("created_at", "Wed Jun 03 10:00:00 +0000 2015"),
        ("user_created_at", "Wed Jun 03 10:00:00 +0000 2015"),
        ("retweet_or_quote_id", "8"),
        ("retweet_or_quote_screen_name", "Oak"),
        ("hashtags", "a b"),
    ];
    let ran = read(table(
        "id tweet_url created_at parsed_created_at user_screen_name text tweet_type coordinates hashtags media urls favorite_count \
         in_reply_to_screen_name in_reply_to_status_id in_reply_to_user_id lang place possibly_sensitive retweet_count retweet_or_quote_id \
         retweet_or_quote_screen_name retweet_or_quote_user_id source user_id user_created_at user_default_profile_image user_description \
         user_favourites_count user_followers_count user_friends_count user_listed_count user_location user_name user_statuses_count \
         user_time_zone user_urls user_verified",
        ",",
        &[&[&common[..], &quoted].concat(), &[&common[..], &retweeted].concat()],
    ));
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (
            posts[0].kind,
            posts[0].quoted_post_id,
            posts[0].quoted_handle,
            posts[0].reposted_post_id
        ),
        (PostKind::Quote, Some("8"), Some("Oak"), None)
    );
    assert_eq!(
        (
            posts[1].kind,
            posts[1].quoted_post_id,
            posts[1].reposted_post_id,
            posts[1].reposted_handle
        ),
        (PostKind::Repost, None, Some("8"), Some("Oak"))
    );
    assert_eq!(
        (posts[0].hashtags.clone(), posts[0].posted_at),
        (Some(vec!["a", "b"]), Some(TEN))
    );
}

// The header of DMI-TCAT's mod.export_tweets.php, of a late and of an early version.
#[test]
fn dmi_tcat() {
    let row = [
        ("id", "11"),
        ("time", "1433325600"),
        ("created_at", "2015-06-03 10:00:00"),
        ("from_user_name", "Larch"),
        ("text", "@Oak tea"),
        ("to_user_name", "Oak"),
        ("source", "Web"),
    ];
    let late = [
        &row[..],
        &[
            ("from_user_id", "5"),
            ("geo_lat", "51.5"),
            ("geo_lng", "0"),
            ("from_user_followercount", "3"),
        ],
    ]
    .concat();
    let ran = read(table(
        "id time created_at from_user_name text filter_level possibly_sensitive withheld_copyright withheld_scope truncated retweet_count \
         favorite_count lang to_user_name in_reply_to_status_id quoted_status_id source location geo_lat geo_lng from_user_id \
         from_user_realname from_user_verified from_user_description from_user_url from_user_profile_image_url from_user_utcoffset \
         from_user_timezone from_user_lang from_user_tweetcount from_user_followercount from_user_friendcount from_user_favourites_count \
         from_user_listed from_user_withheld_scope from_user_created_at",
        ",",
        &[&late],
    ));
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        (post.account_id, post.posted_at, post.kind),
        ("5", Some(TEN), PostKind::Reply)
    );
    assert_eq!((post.latitude, post.longitude), (Some(51.5), None));
    assert_eq!(
        ran.table::<Accounts>().rows().unwrap().next().unwrap().followers,
        Some(3)
    );
    let early = [&row[..], &[("lat", "51.5"), ("from_user_follower_count", "3")]].concat();
    let ran = read(table(
        "id time created_at from_user_name from_user_lang text source location lat lng from_user_follower_count from_user_friend_count \
         from_user_realname to_user_name in_reply_to_status_id from_user_listed from_user_utcoffset from_user_timezone \
         from_user_description from_user_url from_user_verified filter_level",
        ",",
        &[&early],
    ));
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!((post.account_id, post.latitude), ("@larch", Some(51.5)));
    assert_eq!(
        ran.table::<Accounts>().rows().unwrap().next().unwrap().followers,
        Some(3)
    );
}

#[test]
fn tags_sheets() {
    let columns = "id_str from_user text created_at time geo_coordinates user_lang in_reply_to_user_id_str in_reply_to_screen_name \
        from_user_id_str in_reply_to_status_id_str source profile_image_url user_followers_count user_friends_count user_location \
        status_url entities_str";
    let row = |id| -> Vec<(&str, &str)> {
        vec![
            ("id_str", id),
            ("from_user", "Larch"),
            ("text", "RT @Oak: tea"),
            ("created_at", "Wed Jun 03 10:00:00 +0000 2015"),
            ("time", "03/06/2015 11:00:00"),
            ("user_followers_count", "3"),
        ]
    };
    let ran = read(table(columns, ",", &[&row("11"), &row("1.5E+18")]));
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[0].post_id, posts[0].posted_at, posts[0].kind, posts[0].text),
        (Some("11"), Some(TEN), PostKind::Repost, Some("tea"))
    );
    assert_eq!(posts[1].post_id, None);
}

// The README of the Truth Social Dataset, https://doi.org/10.5281/zenodo.7522646
#[test]
fn the_truth_social_dataset() {
    let columns = "id timestamp time_scraped is_retruth is_reply author like_count retruth_count reply_count text external_id url truth_retruthed";
    let row = |id, retruth, reply, of, text| -> Vec<(&str, &str)> {
        vec![
            ("id", id),
            ("timestamp", "2015-06-03 10:00:00"),
            ("time_scraped", "2015-06-03 10:00:00.25+00"),
            ("is_retruth", retruth),
            ("is_reply", reply),
            ("author", "5"),
            ("text", text),
            ("truth_retruthed", of),
        ]
    };
    // A quote that never closes is a character.
    let ran = read(table(
        columns,
        "\t",
        &[
            &row("1", "f", "f", "-1", "\"tea"),
            &row("2", "t", "f", "1", "x"),
            &row("3", "f", "t", "-1", "x"),
        ],
    ));
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        posts.iter().map(|post| post.kind).collect::<Vec<_>>(),
        [PostKind::Original, PostKind::Repost, PostKind::Reply]
    );
    assert_eq!((posts[0].text, posts[0].posted_at), (Some("\"tea"), Some(TEN)));
    assert_eq!(
        (posts[0].reposted_post_id, posts[1].reposted_post_id),
        (None, Some("1"))
    );
    let ran = read(table(
        "id timestamp time_scraped username follower_count following_count profile_url finished_follower_scrape \
         finished_following_scrape finished_truth_scrape",
        "\t",
        &[&[
            ("id", "5"),
            ("timestamp", "-1"),
            ("time_scraped", "2015-06-03 10:00:00"),
            ("username", "larch"),
            ("follower_count", "-1"),
        ]],
    ));
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (account.created_at, account.followers, account.observed_at),
        (None, None, Some(TEN))
    );
    let ran = read(table(
        "id time_scraped follower followed",
        "\t",
        &[&[
            ("id", "1"),
            ("time_scraped", "2015-06-03 10:00:00"),
            ("follower", "5"),
            ("followed", "6"),
        ]],
    ));
    assert_eq!(ran.table::<Follows>().len(), 1);
}

#[test]
fn posts_of_mib_and_nbc() {
    let ran = read(table(
        "id text source user_id truncated in_reply_to_status_id in_reply_to_user_id in_reply_to_screen_name retweeted_status_id geo place \
         contributors retweet_count reply_count favorite_count favorited retweeted possibly_sensitive num_hashtags num_urls num_mentions \
         created_at timestamp crawled_at updated",
        ",",
        &[&[
            ("id", "1"),
            ("user_id", "5"),
            ("retweeted_status_id", "0"),
            ("in_reply_to_status_id", "0"),
            ("in_reply_to_user_id", "0"),
            ("text", "tea"),
            ("timestamp", "2015-06-03 10:00:00"),
            ("crawled_at", "2015-06-03 10:00:00"),
        ]],
    ));
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        (post.kind, post.posted_at, post.observed_at),
        (PostKind::Original, Some(TEN), Some(TEN))
    );
    let ran = read(table(
        "user_id user_key created_at created_str retweet_count retweeted favorite_count text tweet_id source hashtags expanded_urls posted \
         mentions retweeted_status_id in_reply_to_status_id",
        ",",
        &[&[
            ("user_key", "larch"),
            ("created_at", "1433325600000"),
            ("hashtags", r#""[""tea"",""garden""]""#),
            ("expanded_urls", "[]"),
            ("text", "RT @oak: tea"),
        ]],
    ));
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        (post.account_id, post.posted_at, post.kind),
        ("@larch", Some(TEN), PostKind::Repost)
    );
    assert_eq!(
        (post.hashtags.clone(), post.urls.clone()),
        (Some(vec!["tea", "garden"]), Some(vec![]))
    );
}

#[test]
fn lists_of_suspended_accounts() {
    let bench = Bench::with("gone.txt", "11\n12\n");
    bench.put("back.txt", "@Larch\n");
    let arguments = ["--mapping", "suspended-ids", "--observed-at", "2015-06-03T10:00:00Z"];
    let ran = bench.ingest(&[&["gone.txt"][..], &arguments].concat());
    assert_eq!(ran.status(), 0, "{}", ran.stderr());
    let checks = ran.table::<Availability>();
    let checks: Vec<_> = checks.rows().unwrap().collect();
    assert_eq!(
        (checks[1].account_id, checks[1].observed_at, checks[1].state.word()),
        ("12", TEN, "suspended")
    );
    let ran = bench.ingest_to(
        "back",
        &[
            "back.txt",
            "--mapping",
            "unsuspended-handles",
            "--observed-at",
            "2015-06-03",
        ],
        "",
    );
    let checks = ran.table::<Availability>();
    let check = checks.rows().unwrap().next().unwrap();
    assert_eq!(
        (check.account_id, check.state.word(), check.detail),
        ("@larch", "active", Some("unsuspended list"))
    );
}
