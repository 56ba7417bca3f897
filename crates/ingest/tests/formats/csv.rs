//! CSV through mappings.

use tables::{Accounts, Basis, PostKind, Posts, Rejects, Timestamp};

use crate::run::Bench;

const FIFTH_TRIBE: &str = "name,username,description,location,followers,numberstatuses,time,tweets\r\n";

#[test]
fn the_fifth_tribe_shape() {
    let content = format!(
        "{FIFTH_TRIBE}Larch,LarchTree,\"tall, green\",,640,0,1/6/2015 21:07,\"RT @Oak: rain &amp; wind\n#hills \u{26c8}\rhttp://a.example/x\"\r\n\
         Larch,LarchTree,,hills,many,49,1/6/2015 21:27,@Oak no\r\nLarch,LarchTree,,,1,2,21.1.2015,x\r\n"
    );
    let ran = Bench::with("tweets.csv", content).ingest(&["tweets.csv"]);
    assert_eq!(ran.ledger(), ["read 3", "used 2", "rejected unreadable time 1"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[0].account_id, posts[0].handle, posts[0].post_id),
        ("@larchtree", Some("LarchTree"), None)
    );
    assert_eq!(
        (posts[0].kind, posts[0].reposted_handle),
        (PostKind::Repost, Some("Oak"))
    );
    assert_eq!(posts[0].text, Some("rain & wind\n#hills \u{26c8}\rhttp://a.example/x"));
    assert_eq!(
        (posts[0].hashtags.clone(), posts[0].urls.clone()),
        (Some(vec!["hills"]), Some(vec!["http://a.example/x"]))
    );
    // python3 -c "from datetime import *; print(int(datetime(2015,1,6,21,7,tzinfo=timezone.utc).timestamp()*1000))"
    assert_eq!(posts[0].posted_at, Some(Timestamp(1_420_578_420_000)));
    assert_eq!(
        (posts[1].kind, posts[1].in_reply_to_handle),
        (PostKind::Reply, Some("Oak"))
    );
    assert_eq!(posts[1].mentioned_handles, Some(vec!["Oak"]));
    let accounts = ran.table::<Accounts>();
    let accounts: Vec<_> = accounts.rows().unwrap().collect();
    assert_eq!(
        (accounts[0].followers, accounts[0].statuses, accounts[0].location),
        (Some(640), Some(0), None)
    );
    // A count that is no number is not known; it is not 0.
    assert_eq!(
        (accounts[1].followers, accounts[1].statuses, accounts[1].description),
        (None, Some(49), None)
    );
    assert_eq!(accounts[0].observed_basis, Basis::Post);
}

#[test]
fn the_troll_archive_in_both_shapes() {
    let bench = Bench::new();
    bench.put(
        "by-author.csv",
        "author_id,content,region,language,publish_date,harvested_date,following,followers,updates,post_type,retweet\n\
         OAK,fog,Unknown,Russian,2017-01-23 22:36:00,2017-01-24 00:00:00,10,20,30,R,1\n\
         OAK,'@Elm fog,Unknown,English,2017-01-23 22:37:00,2017-01-24 00:00:00,10,20,30,,0\n",
    );
    bench.put(
        "first.csv",
        "external_author_id,author,content,region,language,publish_date,harvested_date,following,followers,updates,post_type,account_type,\
         retweet,account_category,new_june_2018,alt_external_id,tweet_id,article_url,tco1_step1,tco2_step1,tco3_step1\n\
         9.06E+17,OAK,fog,Unknown,English,10/1/2017 19:58,10/1/17 19:59,1,2,3,QUOTE_TWEET,Right,0,RightTroll,0,905,9.1458E+17,http://x.example,,,\n",
    );
    let ran = bench.ingest(&["by-author.csv", "first.csv"]);
    assert_eq!(ran.ledger(), ["read 3", "used 3"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    use PostKind::{Quote, Reply, Repost};
    assert_eq!(
        posts.iter().map(|post| post.kind).collect::<Vec<_>>(),
        [Repost, Reply, Quote]
    );
    assert_eq!(
        posts.iter().map(|post| post.lang).collect::<Vec<_>>(),
        [Some("ru"), Some("en"), Some("en")]
    );
    // An id that a spreadsheet has damaged is no id.
    assert_eq!((posts[2].post_id, posts[2].account_id), (None, "@oak"));
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (
            account.following,
            account.followers,
            account.statuses,
            account.observed_basis
        ),
        (Some(10), Some(20), Some(30), Basis::Stated)
    );
}

#[test]
fn a_mapping_of_ones_own() {
    let bench = Bench::with(
        "a.tsv",
        "who\tid\twhen\ttags\tsort\nLarch\t5\t03.06.2015 12:00 +0200\t['a', '#b']\tshare\nOak\tn/a\tn/a\tn/a\tn/a\n",
    );
    bench.put(
        "m.toml",
        "platform = \"Mastodon\"\ndelimiter = \"\\t\"\nnull = [\"\", \"n/a\"]\ntimes = [\"%d.%m.%Y %H:%M %z\"]\n[posts]\nhandle = \"who\"\n\
         account_id = { column = \"id\" }\nposted_at = \"when\"\nhashtags = { column = \"tags\", split = \",\" }\n\
         kind = { column = \"sort\", words = { share = \"repost\" } }\nlang = { constant = \"de\" }\nlikes = { column = \"stars\", optional = true }\n",
    );
    let ran = bench.ingest(&["a.tsv", "--mapping", "m.toml"]);
    assert_eq!(ran.ledger(), ["read 2", "used 2"], "{}", ran.stderr());
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts[0].platform, posts[0].account_id, posts[0].lang),
        ("mastodon", "5", Some("de"))
    );
    // python3 -c "from datetime import *; print(int(datetime(2015,6,3,10,tzinfo=timezone.utc).timestamp()*1000))"
    assert_eq!(posts[0].posted_at, Some(Timestamp(1_433_325_600_000)));
    assert_eq!(
        (posts[0].hashtags.clone(), posts[0].kind),
        (Some(vec!["a", "b"]), PostKind::Repost)
    );
    assert_eq!(
        (
            posts[1].account_id,
            posts[1].posted_at,
            posts[1].hashtags.clone(),
            posts[1].kind
        ),
        ("@oak", None, None, PostKind::Original)
    );
}

#[test]
fn quotes_that_never_close_and_bytes_that_are_no_text() {
    let mut content = FIFTH_TRIBE.as_bytes().to_vec();
    content.extend_from_slice(b"a,b,c,d,1,2,1/6/2015 21:07,\xff\r\na,b,c,d,1,2,1/6/2015 21:07,\"open\r\nand so on\r\n");
    let bench = Bench::with("a.csv", &content);
    let ran = bench.ingest(&["a.csv"]);
    // The last row is all that follows the open quote.
    assert_eq!(ran.ledger(), ["read 2", "used 1", "rejected not UTF-8 1"]);
    content.extend(std::iter::repeat_n(b'x', 3_000_000));
    bench.put("a.csv", &content);
    let ran = bench.ingest(&["a.csv", "--max-line", "1M", "--force"]);
    assert_eq!(
        ran.ledger(),
        ["read 2", "rejected line too long 1", "rejected not UTF-8 1"]
    );
    let rejects = ran.table::<Rejects>();
    let last = rejects.rows().unwrap().last().unwrap();
    let from = usize::try_from(last.byte_offset).unwrap();
    assert!(content[from..].starts_with(b"a,b,c,d,1,2,1/6/2015 21:07,\"open"));
    assert_eq!(usize::try_from(last.byte_length).unwrap(), content.len() - from);
}

#[test]
fn a_quote_that_is_not_closed_costs_its_own_row() {
    const MAPPING: &str = "[posts]\npost_id = \"id\"\nhandle = \"who\"\ntext = \"what\"\n";
    let row = |id: usize| match id % 3 {
        0 => format!("{id},larch,\"tea,\n\"\"rain\"\" {id}\"\r\n"),
        _ => format!("{id},oak,sun {id}\r\n"),
    };
    // Few quotes in the file and many; the last of its rows; many lines without any quote behind it.
    let rest: String = (0..100_000).map(|id| format!("{id},oak,sun\n")).collect();
    for (rows, broken, tail) in [(60, 31, ""), (60, 59, ""), (7, 3, rest.as_str())] {
        let bench = Bench::with("m.toml", MAPPING);
        let mut content = "id,who,what\n".to_owned();
        let mut at = 0;
        for id in 0..rows {
            if id == broken {
                at = content.len();
                content.push_str("9,\"elm,fog\r\n");
            } else {
                content.push_str(&row(id));
            }
        }
        content.push_str(tail);
        bench.put("a.csv", &content);
        let ran = bench.ingest(&["a.csv", "--mapping", "m.toml"]);
        let whole = rows - 1 + tail.lines().count();
        let is_last = broken == rows - 1 && tail.is_empty();
        let reason = if is_last {
            "wrong number of fields"
        } else {
            "quote that is not closed"
        };
        assert_eq!(
            ran.ledger(),
            [
                format!("read {}", whole + 1),
                format!("used {whole}"),
                format!("rejected {reason} 1")
            ],
            "{rows} {broken}"
        );
        let rejects = ran.table::<Rejects>();
        let reject = rejects.rows().unwrap().next().unwrap();
        assert_eq!(usize::try_from(reject.byte_offset).unwrap(), at);
        assert_eq!(usize::try_from(reject.source_line).unwrap(), broken + 1);
        assert_eq!(reject.first_bytes, "9,\"elm,fog");
    }
    // A text of many lines that look like rows is a text, as long as its quotes are sound.
    let bench = Bench::with("m.toml", MAPPING);
    bench.put("a.csv", "id,who,what\n1,oak,\"a\n2,larch,b\n3,elm,c\"\n4,oak,d\n");
    assert_eq!(
        bench.ingest(&["a.csv", "--mapping", "m.toml"]).ledger(),
        ["read 2", "used 2"]
    );
}

#[test]
fn old_encodings_serial_dates_and_padding() {
    let mut content = b"Who;When;What\n".to_vec();
    content.extend_from_slice(b" Larch ;42793.62;\x93caf\xe9\x94 \n n/a ;42793;x\n");
    let bench = Bench::with("a.csv", content);
    bench.put(
        "m.toml",
        "delimiter = \";\"\nencoding = \"windows-1252\"\ntrim = true\nnull = [\"\", \"n/a\"]\nzone = \"UTC\"\ntimes = [\"%excel\"]\n[posts]\n\
         handle = \"Who\"\nposted_at = \"When\"\ntext = \"What\"\n",
    );
    let ran = bench.ingest(&["a.csv", "--mapping", "m.toml"]);
    assert_eq!(
        ran.ledger(),
        ["read 2", "used 1", "rejected no account 1"],
        "{}",
        ran.stderr()
    );
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!((post.handle, post.text), (Some("Larch"), Some("“café”")));
    // python3 -c "from datetime import *; print((datetime(1899,12,30,tzinfo=timezone.utc)+timedelta(42793.62)).timestamp())" → 1488207168.0
    assert_eq!(post.posted_at, Some(Timestamp(1_488_207_168_000)));
    // Without the mapping it is a CSV that nobody knows, and no picture.
    let ran = bench.ingest_to("none", &["a.csv"], "");
    assert!(
        ran.stderr()
            .contains("no mapping for a CSV with these columns: Who, When, What"),
        "{}",
        ran.stderr()
    );
}

#[test]
fn lists_without_a_header() {
    let bench = Bench::with("ids.txt", "123\n@Oak\n123\n");
    bench.put("pairs.csv", "larch,7\noak,8\n");
    bench.put("README.md", "Collected by hand\n");
    bench.put("roster.csv", "handle\nelm\n");
    bench.put("ids.toml", "header = [\"id\"]\n[roster]\naccount_id = \"id\"\n");
    bench.put("pairs.toml", "header = false\n[roster]\nhandle = \"1\"\n");
    let inputs = ["ids.txt", "pairs.csv", "roster.csv"];
    let ran = bench.ingest(&[&inputs[..], &["--mapping", "ids.toml", "--mapping", "pairs.toml"]].concat());
    assert_eq!(
        (ran.status(), ran.ledger()),
        (0, vec!["read 6".to_owned(), "used 6".to_owned()]),
        "{}",
        ran.stderr()
    );
    let roster = ran.table::<tables::Roster>();
    let names: Vec<_> = roster
        .rows()
        .unwrap()
        .map(|entry| entry.account_id.or(entry.handle).unwrap())
        .collect();
    assert_eq!(names, ["123", "@Oak", "123", "larch", "oak", "elm"]);
    // A sentence is no name, and a wider file is another.
    let ran = bench.ingest_to("none", &["README.md", "pairs.csv", "--mapping", "ids.toml"], "");
    assert_eq!(ran.status(), 2, "{}", ran.stderr());
}

#[test]
fn suspension_lists_have_their_time_from_the_command_line() {
    let bench = Bench::with("gone.csv", "123\n456\n");
    bench.put(
        "m.toml",
        "header = [\"id\"]\n[availability]\naccount_id = \"id\"\nstate = { constant = \"suspended\" }\n",
    );
    bench.put("checks.csv", "handle,state,note\noak,active,x\n");
    bench.put("lookup.csv", "userid,user_display_name,user_screen_name,user_reported_location,user_profile_description,user_profile_url,follower_count,following_count,account_creation_date,account_language\n5,Elm,elm,,,,1,2,2015-01-01,en\n");
    let ran = bench.ingest(&["gone.csv", "--mapping", "m.toml"]);
    assert_eq!(
        (ran.status(), ran.stderr().as_str()),
        (
            2,
            "ingest: mapping 'm.toml' does not say when the accounts were checked\n  remedy: give --observed-at TIME, or say in \
             [availability] which column holds observed_at\n"
        )
    );
    let ran = bench.ingest(&[
        "gone.csv",
        "checks.csv",
        "lookup.csv",
        "--mapping",
        "m.toml",
        "--observed-at",
        "2015-06-03T10:00:00",
    ]);
    assert_eq!(
        (ran.status(), ran.ledger()),
        (0, vec!["read 4".to_owned(), "used 4".to_owned()]),
        "{}",
        ran.stderr()
    );
    let at = Timestamp(1_433_325_600_000);
    let checks = ran.table::<tables::Availability>();
    let states: Vec<_> = checks
        .rows()
        .unwrap()
        .map(|check| (check.account_id.to_owned(), check.state, check.observed_at))
        .collect();
    use tables::State::{Active, Suspended};
    assert_eq!(
        states,
        [
            ("@oak".to_owned(), Active, at),
            ("123".to_owned(), Suspended, at),
            ("456".to_owned(), Suspended, at)
        ]
    );
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!((account.observed_at, account.observed_basis), (Some(at), Basis::Stated));
    let told = std::fs::read_to_string(ran.dir.join("run.json")).unwrap();
    assert!(
        told.contains("\"observed_at\": 1433325600000") && told.contains("\"column.note\": 1"),
        "{told}"
    );
    // What a record states goes before.
    bench.put("stated.csv", "handle,state,observed_at\noak,active,2014-01-01\n");
    let ran = bench.ingest_to("stated", &["stated.csv", "--observed-at", "2015-06-03"], "");
    let checks = ran.table::<tables::Availability>();
    assert_eq!(
        checks.rows().unwrap().next().unwrap().observed_at,
        Timestamp(1_388_534_400_000)
    );
    let ran = bench.ingest_to("wrong", &["stated.csv", "--observed-at", "3.6.2015"], "");
    assert_eq!(ran.status(), 2);
    assert!(ran.stderr().contains("'3.6.2015' is no time"), "{}", ran.stderr());
}

#[test]
fn the_mapping_that_knows_most_columns_is_taken() {
    // The columns of the look-up mapping hold all of those of the release: the one without a remainder wins.
    let bench = Bench::with(
        "a.csv",
        "userid,user_display_name,user_screen_name,user_reported_location,user_profile_description,user_profile_url,follower_count,\
         following_count,account_creation_date,account_language,statuses_count,protected,observed_at\n\
         5,Elm,elm,,,,1,2,2015-01-01,en,3,false,2015-06-03\n",
    );
    let ran = bench.ingest(&["a.csv"]);
    let accounts = ran.table::<Accounts>();
    assert_eq!(
        accounts.rows().unwrap().next().unwrap().observed_at,
        Some(Timestamp(1_433_289_600_000))
    );
}

#[test]
fn an_exact_mapping_wants_its_columns_and_no_other() {
    let bench = Bench::with("a.csv", "who,what\nlarch,tea\n");
    bench.put("b.csv", "who,what,mood\nlarch,tea,calm\n");
    bench.put("m.toml", "exact = true\n[posts]\nhandle = \"who\"\ntext = \"what\"\n");
    let ran = bench.ingest(&["a.csv", "b.csv", "--mapping", "m.toml"]);
    assert_eq!((ran.status(), ran.table::<Posts>().len()), (1, 1));
    assert!(
        ran.stderr()
            .contains("cannot read 'b.csv': no mapping for a CSV with these columns: who, what, mood"),
        "{}",
        ran.stderr()
    );
}
