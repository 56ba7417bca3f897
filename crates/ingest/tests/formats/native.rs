//! Rosters, availability checks and follows in our own columns, as CSV and as JSON lines.

use tables::{Availability, Follows, Rejects, Roster, State, Timestamp};

use crate::run::Bench;

#[test]
fn csv_and_json_lines_say_the_same() {
    let bench = Bench::new();
    bench.put("main.csv", "roster,handle,account_id,listed_at,unlisted_at\r\nmain,@Larch,77,2015-06-01,\r\nmain,,78,,2015-07-01T00:00:00Z\r\n");
    bench.put(
        "roster.jsonl",
        "{\"roster\":\"main\",\"handle\":\"Larch\",\"account_id\":77,\"listed_at\":\"2015-06-01\",\"unlisted_at\":null}\n\
         {\"roster\":\"main\",\"handle\":null,\"account_id\":\"78\",\"listed_at\":null,\"unlisted_at\":1435708800}\n",
    );
    bench.put("checks.csv", "account_id,handle,observed_at,state,detail\n77,Larch,2015-06-02T04:00:00Z,suspended,\"User, has been suspended\"\n");
    bench.put(
        "checks.jsonl",
        "{\"account_id\":\"77\",\"handle\":\"Larch\",\"observed_at\":1433217600,\"state\":\"suspended\",\"detail\":\"User, has been suspended\"}",
    );
    bench.put("follows.csv", "follower_id,followed_id,observed_at\n1,2,\n");
    bench.put("follows.jsonl", "{\"follower_id\":1,\"followed_id\":\"2\"}");
    let ran = bench.ingest(&[
        "main.csv",
        "roster.jsonl",
        "checks.csv",
        "checks.jsonl",
        "follows.csv",
        "follows.jsonl",
    ]);
    assert_eq!(ran.ledger(), ["read 8", "used 8"], "{}", ran.stderr());
    let rosters = ran.table::<Roster>();
    let entries: Vec<_> = rosters.rows().unwrap().collect();
    for (csv, json) in [(0, 2), (1, 3)] {
        let (csv, json) = (&entries[csv], &entries[json]);
        assert_eq!(
            (csv.roster, csv.handle, csv.account_id, csv.listed_at, csv.unlisted_at),
            (
                json.roster,
                json.handle,
                json.account_id,
                json.listed_at,
                json.unlisted_at
            )
        );
    }
    // python3 -c "from datetime import *; print(int(datetime(2015,6,1,tzinfo=timezone.utc).timestamp()*1000))"
    assert_eq!(
        (entries[0].handle, entries[0].listed_at),
        (Some("Larch"), Some(Timestamp(1_433_116_800_000)))
    );
    assert_eq!((entries[1].handle, entries[1].listed_at), (None, None));
    let checks = ran.table::<Availability>();
    let checks: Vec<_> = checks.rows().unwrap().collect();
    assert_eq!(
        (checks[0].state, checks[0].detail, checks[0].observed_at),
        (checks[1].state, checks[1].detail, checks[1].observed_at)
    );
    assert_eq!(
        (checks[0].state, checks[0].detail),
        (State::Suspended, Some("User, has been suspended"))
    );
    let follows = ran.table::<Follows>();
    let follows: Vec<_> = follows
        .rows()
        .unwrap()
        .map(|follow| (follow.follower_id, follow.followed_id, follow.observed_at))
        .collect();
    assert_eq!(follows, [("1", "2", None), ("1", "2", None)]);
}

#[test]
fn a_list_of_handles_is_a_roster_called_after_its_file() {
    let bench = Bench::with("friends/second.list.csv", "handle\nLarch\n@Oak\n\"\"\n");
    let ran = bench.ingest(&["friends"]);
    assert_eq!(
        ran.ledger(),
        ["read 3", "used 2", "skipped row without a value 1"],
        "{}",
        ran.stderr()
    );
    let rosters = ran.table::<Roster>();
    let entries: Vec<_> = rosters
        .rows()
        .unwrap()
        .map(|entry| (entry.roster, entry.handle))
        .collect();
    assert_eq!(entries, [("second", Some("Larch")), ("second", Some("Oak"))]);
}

#[test]
fn a_check_without_id_falls_back_on_the_handle() {
    let bench = Bench::with("a.csv", "handle;observed_at;state\nLarch;2015-06-02;active\n");
    let ran = bench.ingest(&["a.csv"]);
    assert_eq!(
        ran.table::<Availability>().rows().unwrap().next().unwrap().account_id,
        "@larch"
    );
}

#[test]
fn rows_that_say_too_little_or_nonsense_are_rejected() {
    let content = "handle,observed_at,state\nLarch,2015-06-02,alive\nLarch,,active\n,2015-06-02,active\nLarch,soon,active\nLarch,2015-06-02\n";
    let ran = Bench::with("a.csv", content).ingest(&["a.csv"]);
    let rejects = ran.table::<Rejects>();
    let rejects: Vec<_> = rejects.rows().unwrap().collect();
    assert_eq!(
        rejects
            .iter()
            .map(|reject| (reject.source_line, reject.reason))
            .collect::<Vec<_>>(),
        [
            (1, "unknown state"),
            (2, "no time"),
            (3, "no account"),
            (4, "unreadable time"),
            (5, "wrong number of fields")
        ]
    );
    for reject in &rejects {
        let from = usize::try_from(reject.byte_offset).unwrap();
        assert_eq!(&content[from..from + reject.first_bytes.len()], reject.first_bytes);
        assert_eq!(usize::try_from(reject.byte_length).unwrap(), reject.first_bytes.len());
    }
    assert_eq!(rejects[4].detail, Some("2 fields, 3 columns"));
}

#[test]
fn further_columns_are_passed_over() {
    let bench = Bench::new();
    bench.put("roster.csv", "note,Handle,listed_at\nseen twice,Larch,2015-06-01\n");
    bench.put("posts.csv", "who,what\nLarch,fog\n");
    bench.put("m.toml", "[posts]\nhandle = \"who\"\ntext = \"what\"\n");
    // A mapping is for the files that it fits; a roster beside them is known by its columns.
    let ran = bench.ingest(&["roster.csv", "posts.csv", "--mapping", "m.toml"]);
    assert_eq!(ran.ledger(), ["read 2", "used 2"], "{}", ran.stderr());
    assert_eq!(
        ran.table::<Roster>().rows().unwrap().next().unwrap().handle,
        Some("Larch")
    );
}
