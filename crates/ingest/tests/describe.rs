//! `--describe`: what it guesses is a mapping that reads the file, on invented files, and it says what it is unsure of.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

mod run;

use assert_cmd::Command;
use run::{Bench, Ran, tweet};
use tables::{Accounts, Follows, PostKind, Posts, Roster, Timestamp};

/// What is printed for a file of a bench.
fn describe(bench: &Bench, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ingest"))
        .current_dir(bench.dir.path())
        .arg("--describe")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Describes a file, saves what is printed and reads the file through it.
fn round_trip(name: &str, content: impl AsRef<[u8]>) -> (String, Ran) {
    let bench = Bench::with(name, content);
    let (status, told, errors) = describe(&bench, &[name]);
    assert_eq!((status, errors.as_str()), (0, ""), "{told}");
    bench.put("guessed.toml", &told);
    let ran = bench.ingest(&[name, "--mapping", "guessed.toml"]);
    assert_eq!(ran.status(), 0, "{told}\n{}", ran.stderr());
    ran.ledger();
    (told, ran)
}

// python3 -c "from datetime import *; print(int(datetime(2015,6,13,10,tzinfo=timezone.utc).timestamp()*1000))"
const THIRTEENTH: Timestamp = Timestamp(1_434_189_600_000);

#[test]
fn csv_of_posts() {
    let (told, ran) = round_trip(
        "a.csv",
        "TweetID,User Name,Full Name,Date,Message,Likes,Tags,Followers,Mood\n\
         611,larch,Larch Tree,13/06/2015 10:00,RT @oak: tea in the garden,4,\"a,b\",12,calm\n\
         612,oak,Oak Tree,14/06/2015 09:30,the weather is fine today,,c,7,\n\
         613,oak,Oak Tree,02/06/2015 09:30,no rain in the garden,0,,NULL,gay\n",
    );
    assert_eq!(ran.ledger(), ["read 3", "used 3"]);
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (
            posts[0].post_id,
            posts[0].handle,
            posts[0].posted_at,
            posts[0].kind,
            posts[0].likes
        ),
        (Some("611"), Some("larch"), Some(THIRTEENTH), PostKind::Repost, Some(4))
    );
    assert_eq!(posts[0].hashtags, Some(vec!["a", "b"]));
    assert_eq!((posts[1].likes, posts[2].likes), (None, Some(0)));
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!(
        (account.handle, account.display_name, account.followers),
        (Some("larch"), Some("Larch Tree"), Some(12))
    );
    for words in [
        "null = [\"\", \"NULL\"]\n",
        "zone = \"UTC\" # unsure: times in this file name no zone",
        "posted_at = { column = \"Date\", times = [\"%d/%m/%Y %H:%M\"] }\n",
        "#   Mood: words or identifiers, 2 different\n",
        "# This shows content of the file: the first 3 records",
        "#   posts: platform = \"twitter\", post_id = \"611\"",
        "posted_at = \"2015-06-13T10:00:00+00:00\"",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn day_and_month_that_cannot_be_told_apart() {
    let (told, _) = round_trip(
        "a.csv",
        "handle,time,text\nlarch,03/06/2015 10:00,tea in the garden\noak,04/05/2015 10:00,rain in the garden\n",
    );
    let doubt = "posted_at = { column = \"time\", times = [\"%m/%d/%Y %H:%M\"] } # unsure: day and month cannot be told apart; it may be \
                 \"%d/%m/%Y %H:%M\"\n";
    assert!(told.contains(doubt), "{told}");
}

#[test]
fn names_that_say_nothing() {
    let (told, ran) = round_trip(
        "a.csv",
        "q1;q2;q3\nlarch;2015-06-13T10:00:00Z;there is tea for all of us in the garden\noak;2015-06-13T11:00:00Z;the weather has been fine for a week\n",
    );
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!((post.handle, post.posted_at), (Some("larch"), Some(THIRTEENTH)));
    assert!(told.contains("delimiter = \";\"\n"), "{told}");
    assert!(
        told.matches("# unsure: its name does not say so").count() >= 3,
        "{told}"
    );
    // Where nothing looks like an account, one stands for it and is said to.
    let (told, ran) = round_trip("b.csv", "a,b\n1.5,2.5\n3.5,4.5\n");
    assert!(
        told.contains("handle = { constant = \"unknown\" } # unsure: no column looks like an account"),
        "{told}"
    );
    assert_eq!(ran.table::<Roster>().len(), 2);
    let (told, ran) = round_trip("c.json", "{\"ids\":[1,2],\"cursor\":0}");
    assert!(
        told.contains("# Without a mapping its records are rejected: no account.\n"),
        "{told}"
    );
    assert_eq!(ran.table::<Roster>().len(), 1);
}

#[test]
fn files_without_a_header_and_in_old_encodings() {
    let (told, ran) = round_trip(
        "a.csv",
        b"larch,2015-06-13,caf\xe9 \x96 in the garden with tea\noak,2015-06-14,rain in the garden all day long\n",
    );
    assert!(
        told.contains(
            "header = [\"column 1\", \"column 2\", \"column 3\"] # unsure: the first row looks like a record"
        ),
        "{told}"
    );
    assert!(told.contains("encoding = \"windows-1252\""), "{told}");
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!((posts.len(), posts[0].text), (2, Some("café – in the garden with tea")));
    let (_, ran) = round_trip("ids.txt", "12345678\n23456789\n34567890\n");
    let roster = ran.table::<Roster>();
    assert_eq!(
        roster
            .rows()
            .unwrap()
            .filter_map(|entry| entry.account_id)
            .collect::<Vec<_>>(),
        ["12345678", "23456789", "34567890"]
    );
}

#[test]
fn follows() {
    let (_, ran) = round_trip("a.csv", "follower,followee,date\n5,6,2015-06-13\n6,7,2015-06-13\n");
    assert_eq!(ran.table::<Follows>().len(), 2);
}

#[test]
fn json_of_posts() {
    let record = |id: u64, more: &str| {
        format!(
            r#"{{"uid":{id},"sentAt":1434189600,"body":"tea in the garden &amp; rain","poster":{{"name":"Larch Tree","screenName":"larch","followers":5}},"labels":{{"tags":["a","b"]}}{more}}}"#
        )
    };
    let (told, ran) = round_trip(
        "a.jsonl",
        format!("{}\n{}\n", record(1, r#","x":null"#), record(2, r#","mood":"calm""#)),
    );
    assert_eq!(ran.ledger(), ["read 2", "used 2"], "{told}");
    let posts = ran.table::<Posts>();
    let post = posts.rows().unwrap().next().unwrap();
    assert_eq!(
        (post.handle, post.text),
        (Some("larch"), Some("tea in the garden & rain"))
    );
    assert_eq!(post.hashtags, Some(vec!["a", "b"]), "{told}");
    let accounts = ran.table::<Accounts>();
    let account = accounts.rows().unwrap().next().unwrap();
    assert_eq!((account.display_name, account.followers), (Some("Larch Tree"), Some(5)));
    for words in [
        "format = \"json\"\n",
        "#   mood: words or identifiers, 1 different\n",
        "#   x: always empty, 0 different\n",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn json_of_nested_posts() {
    let one = r#"{"ID":"5","prof":{"screen_name":"larch","followers_count":"3","created_at":"Sat Jun 13 10:00:00 +0000 2015"},"posts":null}"#;
    let two = r#"{"ID":"6","prof":{"screen_name":"oak","followers_count":"4","created_at":"Sat Jun 13 10:00:00 +0000 2015"},
        "posts":[{"id":"11","text":"tea in the garden","at":"2015-06-13T10:00:00Z"},{"id":"12","text":"rain","at":"2015-06-13T11:00:00Z"}]}"#;
    let (told, ran) = round_trip("a.json", format!("[{one},{two}]"));
    assert!(told.contains("records = \"posts[]\"\n"), "{told}");
    let posts = ran.table::<Posts>();
    let posts: Vec<_> = posts.rows().unwrap().collect();
    assert_eq!(
        (posts.len(), posts[1].post_id, posts[1].handle),
        (2, Some("12"), Some("oak")),
        "{told}"
    );
    assert_eq!(posts[0].posted_at, Some(THIRTEENTH), "{told}");
    let accounts = ran.table::<Accounts>();
    let created: Vec<_> = accounts.rows().unwrap().map(|account| account.created_at).collect();
    assert_eq!(created, [Some(THIRTEENTH), Some(THIRTEENTH)], "{told}");
}

#[test]
fn no_more_than_a_few_records_are_shown() {
    let rows: String = (0..500)
        .map(|row| format!("larch{row},2015-06-13 10:00,tea in the garden number {row}\n"))
        .collect();
    let (told, _) = round_trip("a.csv", format!("handle,time,text\n{rows}"));
    assert_eq!(told.matches("number ").count(), 3, "{told}");
    assert!(!told.contains("larch3"), "{told}");
    // A value cannot end its comment.
    let (told, _) = round_trip(
        "b.csv",
        "handle,time,text\nlarch,2015-06-13 10:00,\"tea\nplatform = 1\r\n[posts]\"\n",
    );
    assert!(told.contains("tea\\nplatform = 1\\r\\n[posts]"), "{told}");
}

#[test]
fn what_is_known_needs_no_mapping() {
    let bench = Bench::with("a.jsonl", tweet(1, "") + "\n");
    bench.put("roster.csv", "roster,handle\nmain,larch\n");
    bench.put(
        "tribe.csv",
        "name,username,description,location,followers,numberstatuses,time,tweets\nL,l,,,1,2,1/6/2015 21:07,x\n",
    );
    bench.put("empty.csv", "");
    for (name, words) in [
        (
            "a.jsonl",
            "needs no new mapping: JSON that is read without a mapping.\n# Of what was looked at it makes: posts 1, accounts 1.\n",
        ),
        (
            "roster.csv",
            "needs no new mapping: a list of this program's own kind 'roster'.\n",
        ),
        (
            "tribe.csv",
            "needs no new mapping: CSV that the mapping 'fifth-tribe' reads.\n",
        ),
        ("empty.csv", "needs no new mapping: it is empty.\n"),
    ] {
        let (status, told, errors) = describe(&bench, &[name]);
        assert_eq!((status, errors.as_str()), (0, ""));
        assert!(
            told.contains(words) && told.lines().all(|line| line.starts_with('#')),
            "{told}"
        );
    }
}

#[test]
fn what_cannot_be_described_is_an_error() {
    let bench = Bench::with("a.txt", "Tea in the garden, said the larch.\nRain.\n");
    bench.put("b.jsonl", "{\"a\": 1}\n");
    let (status, told, errors) = describe(&bench, &["a.txt"]);
    assert_eq!((status, told.as_str()), (2, ""));
    assert!(
        errors.starts_with("ingest: cannot read 'a.txt': its format is not known\n  remedy: "),
        "{errors}"
    );
    let (status, _, errors) = describe(&bench, &["a.txt", "b.jsonl"]);
    assert_eq!(
        (status, errors.contains("--describe looks at one file, and there are 2")),
        (2, true)
    );
    let (status, _, errors) = describe(&bench, &["b.jsonl", "-o", "out"]);
    assert_eq!((status, errors.contains("cannot be used with")), (2, true), "{errors}");
}

#[test]
fn the_platform_is_told_where_it_is_certain() {
    // Snowflakes of 2015-06-03 10:00:00, 10:01:00 and 10:02:00 UTC: python3 -c "print([((1433325600000 + 60000 * n - 1288834974657) << 22) for n in range(3)])"
    let snowflakes: Vec<i64> = (0..3)
        .map(|n| (1_433_325_600_000_i64 + 60_000 * n - 1_288_834_974_657) << 22)
        .collect();
    let rows = |ids: [String; 3]| {
        let rows = ids.iter().enumerate();
        let rows = rows.map(|(n, id)| format!("{id},larch{n},2015-06-03 10:0{n},tea in the garden {n}\n"));
        format!("TweetID,User Name,Date,Message\n{}", rows.collect::<String>())
    };
    let twitter = rows([0, 1, 2].map(|n| snowflakes[n].to_string()));
    let other = rows([0, 1, 2].map(|n| (snowflakes[n] + (1 << 50)).to_string()));
    let bluesky = "author,posted,text\n".to_owned()
        + &"did:plc:abc,2015-06-03 10:00,tea\ndid:plc:abd,2015-06-03 10:01,rain\ndid:web:a.example,2015-06-03 10:02,sun\n".repeat(2);
    let reddit = "author,subreddit,words,moment\nlarch,trees,tea,1433325600\noak,trees,rain,1433325660\n".to_owned();
    let linked = "number,page,handle,text\n".to_owned()
        + &(1..5)
            .map(|n| format!("{n},https://x.com/larch/status/{n},larch,tea {n}\n"))
            .collect::<String>();
    for (name, content, expected) in [
        ("twitter.csv", twitter, "platform = \"twitter\" # the ids in"),
        ("other.csv", other, "platform = \"twitter\" # unsure"),
        ("bluesky.csv", bluesky, "platform = \"bluesky\" # 'author' holds DIDs"),
        (
            "reddit.csv",
            reddit,
            "platform = \"reddit\" # 'subreddit' holds subreddits",
        ),
        (
            "linked.csv",
            linked,
            "platform = \"twitter\" # 'page' holds addresses of 'number' there",
        ),
    ] {
        let (_, told, errors) = describe(&Bench::with(name, content), &[name]);
        assert!(told.contains(expected), "{name}: {told}{errors}");
    }
}
