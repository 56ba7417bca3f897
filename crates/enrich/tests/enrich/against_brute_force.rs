//! The queries of this stage over records that look random: against a plain search, and against DuckDB.

use enrich::members::{EVERYONE_SQL, LISTED_SQL, NEWEST_SQL, database};
use sql::witness;
use tables::{Members, RosterEntry, State, Timestamp};

use crate::given::{SAMPLE_DAYS, STUDY, World, account, at, check, entry, post, sample};

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % sides
    }

    /// A moment of the study's weeks, often exactly at a sample or just beside it, so that edges and ties occur.
    fn moment(&mut self) -> Timestamp {
        match self.roll(4) {
            0 => Timestamp(sample(SAMPLE_DAYS[self.roll(3) as usize]).0 + self.roll(3) - 1),
            1 => at(self.roll(22), 12),
            _ => Timestamp(at(0, 0).0 + self.roll(21 * tables::DAY_MS)),
        }
    }
}

const IDS: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "é\u{301}"];

fn world(seed: u64) -> World {
    let mut dice = Dice(seed);
    let mut world = World::default();
    for i in 0..260 {
        let mut seen = account(IDS[dice.roll(9) as usize], dice.moment());
        seen.followers = (dice.roll(5) > 0).then_some(i);
        seen.statuses = Some(dice.roll(1000));
        seen.created_at = Some(at(-dice.roll(400), 0));
        seen.observed_at = seen.observed_at.filter(|_| dice.roll(10) > 0);
        seen.source_part = dice.roll(2);
        seen.location = (dice.roll(2) == 0).then_some("Mosul");
        world.accounts.push(seen);
        let id = IDS[dice.roll(9) as usize];
        world.posts.push(post(id, dice.moment()));
        let states = [State::Active, State::Suspended, State::Unknown, State::Protected];
        world
            .checks
            .push(check(id, dice.moment(), states[dice.roll(4) as usize]));
    }
    for id in IDS.into_iter().chain(["never seen"]) {
        for _ in 0..=dice.roll(3) {
            let (listed, unlisted) = (dice.moment(), dice.moment());
            world.roster.push(RosterEntry {
                listed_at: (dice.roll(2) > 0).then_some(listed),
                unlisted_at: (dice.roll(2) > 0).then_some(unlisted),
                ..entry(Some(id), None)
            });
        }
    }
    world
}

#[test]
fn members_and_their_newest_observations_are_those_that_a_plain_search_finds() {
    for seed in [1, 20, 300] {
        let world = world(seed);
        let mut expected = Vec::new();
        for day in SAMPLE_DAYS {
            let now = sample(day);
            let mut ids: Vec<&str> = world
                .roster
                .iter()
                .filter(|row| row.listed_at.is_none_or(|from| from <= now) && row.unlisted_at.is_none_or(|to| now < to))
                .map(|row| row.account_id.unwrap())
                .filter(|id| *id != "never seen")
                .collect();
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                let newest = (0..)
                    .zip(&world.accounts)
                    .filter(|(_, row)| row.account_id == id && row.observed_at.is_some_and(|at| at <= now))
                    .max_by_key(|(line, row)| (row.observed_at, *line))
                    .map(|(_, row)| row);
                // Whichever record tells the earliest.
                let created_at = (world.accounts.iter())
                    .filter(|row| row.account_id == id)
                    .filter_map(|row| row.created_at)
                    .min();
                let age = newest.map(|row| row.observed_at.unwrap().days_since(created_at.unwrap()));
                expected.push((
                    now,
                    id.to_owned(),
                    newest.and_then(|row| row.observed_at),
                    newest.and_then(|row| row.followers),
                    newest.and_then(|row| row.statuses),
                    age,
                    newest.map(|row| row.location.is_some()),
                ));
            }
        }
        let found = world.enriched(Some(STUDY)).rows::<Members, _>(|row| {
            (
                row.sample_at,
                row.account_id.to_owned(),
                row.observed_at,
                row.followers,
                row.statuses,
                row.age_days,
                row.location_shown,
            )
        });
        assert!(expected.len() > 10, "seed {seed} makes too few members");
        assert_eq!(found, expected, "seed {seed}");
    }
}

#[test]
fn duckdb_gives_the_same_rows() {
    for seed in [4, 50] {
        let enriched = world(seed).enriched(Some(STUDY));
        let database = database(&enriched.dir()).unwrap();
        for (name, text) in [
            ("listed.sql", LISTED_SQL),
            ("everyone.sql", EVERYONE_SQL),
            ("newest.sql", NEWEST_SQL),
        ] {
            assert!(database.query(name, text).unwrap().len() > 5, "{name}");
            witness::assert_agrees(&database, name, text);
        }
    }
}
