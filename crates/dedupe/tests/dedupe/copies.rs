//! Account observations, checks and follows that say the same again.

use tables::{Accounts, Availability, Duplicates, Flow, Follows, State, Timestamp};

use crate::archive::{AT, Archive, account, check, follow, run};

#[test]
fn the_first_of_equal_rows_is_kept_and_different_ones_stay() {
    let mut other = account("11", Some("stone"), 3);
    other.followers = Some(301);
    let mut later = account("11", Some("stone"), 4);
    later.observed_at = Some(Timestamp(AT + 1));
    let mut unknown = account("11", Some("stone"), 5);
    unknown.followers = None;
    let archive = Archive {
        accounts: vec![
            account("11", Some("stone"), 1),
            account("11", Some("stone"), 2),
            other,
            later,
            unknown,
            account("11", Some("stone"), 6),
        ],
        availability: vec![
            check("11", AT, State::Active, 1),
            check("11", AT, State::Suspended, 2),
            check("11", AT, State::Active, 3),
        ],
        follows: vec![
            follow("11", "12", None, 1),
            follow("12", "11", None, 2),
            follow("11", "12", Some(AT), 3),
            follow("11", "12", None, 4),
        ],
        ..Archive::default()
    };
    let ran = run(&archive, None);
    let lines: Vec<i64> = ran
        .read::<Accounts>()
        .rows()
        .unwrap()
        .map(|row| row.source_line)
        .collect();
    assert_eq!(lines, [1, 3, 4, 5]);
    let lines: Vec<i64> = ran
        .read::<Availability>()
        .rows()
        .unwrap()
        .map(|row| row.source_line)
        .collect();
    assert_eq!(lines, [1, 2]);
    let lines: Vec<i64> = ran
        .read::<Follows>()
        .rows()
        .unwrap()
        .map(|row| row.source_line)
        .collect();
    assert_eq!(lines, [1, 2, 3]);
    let duplicates = ran.read::<Duplicates>();
    let dropped: Vec<_> = duplicates
        .rows()
        .unwrap()
        .map(|row| (row.table, row.reason, row.dropped_line, row.kept_line))
        .collect();
    assert_eq!(
        dropped,
        [
            ("accounts", "same account observation", 2, 1),
            ("accounts", "same account observation", 6, 1),
            ("availability", "same check", 3, 1),
            ("follows", "same follow", 4, 1),
        ]
    );
    for (source, read, used) in [("accounts", 6, 4), ("availability", 3, 2), ("follows", 4, 3)] {
        assert_eq!(ran.records(source, Flow::Read), read);
        assert_eq!(ran.records(source, Flow::Used), used);
        assert_eq!(ran.records(source, Flow::Duplicate), read - used);
    }
    assert!(
        ran.stderr
            .contains("4 duplicate (same account observation 2, same check 1, same follow 1)"),
        "{}",
        ran.stderr
    );
}
