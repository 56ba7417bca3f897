//! Stage directories made by hand: a small network whose every record the test knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use stage::{Provenance, TableRecord};
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Basis, Day, Follow, Follows, Footer, Interaction,
    InteractionKind, Interactions, LedgerEntries, Member, Members, Persona, Personas, Post, PostKind, PostingDay,
    PostingDays, Posts, Rejects, Roster, RosterEntry, Sample, Samples, SetName, Spell, Spells, State, Stay, Stays,
    Table, TableWriter, Term, TermKind, Terms, Timestamp, WindowRow, Windows,
};

pub const DAY: i64 = tables::DAY_MS;
/// 2015-06-01T00:00Z.
pub const START: i64 = 1_433_116_800_000;

/// Day `day` of the study (from 0) at `hour`.
pub fn at(day: i64, hour: i64) -> i64 {
    START + day * DAY + hour * 3_600_000
}

pub const STUDY: &str = "\
title = 'Made by hand'
period = { from = 2015-06-01, to = 2015-06-21 }
samples = { dates = [2015-06-04, 2015-06-08, 2015-06-12, 2015-06-16, 2015-06-20] }
windows = [{ name = 'second-week', from = 2015-06-08, to = 2015-06-14 }]
privacy = { min_group_size = 2 }
bootstrap = { resamples = 200, seed = 7 }
";
pub const SAMPLE_DAYS: [i64; 5] = [3, 7, 11, 15, 19];
/// Days of the windows, both ends included.
pub const WINDOWS: [(&str, i64, i64); 2] = [("all", 0, 20), ("second-week", 7, 13)];
pub const PLATFORM: &str = "twitter";

/// Every record of a network, in no order.
#[derive(Debug, Default, Clone)]
pub struct World {
    pub accounts: usize,
    /// How many of the accounts, from the first, are listed.
    pub listed: usize,
    /// From when and until when each of the listed is on the list; a missing one is always.
    pub stays: Vec<(Option<i64>, Option<i64>)>,
    /// The same of the expanded set, of the accounts from the first; empty: there is none.
    pub expanded: Vec<(Option<i64>, Option<i64>)>,
    /// When each was created.
    pub created: Vec<i64>,
    /// When each was suspended, if it was.
    pub suspended: Vec<Option<i64>>,
    pub posts: Vec<(usize, Option<i64>)>,
    pub checks: Vec<(usize, i64, State)>,
    pub follows: Vec<(usize, usize, Option<i64>)>,
    pub interactions: Vec<(i64, usize, String, InteractionKind, i64)>,
    /// Account, moment, followers, posts written.
    pub seen: Vec<(usize, i64, i64, i64)>,
    /// Whether lives end before they begin, as no `enrich` should write them.
    pub backwards: bool,
    /// Person, return number, account.
    pub personas: Vec<(&'static str, i64, usize)>,
}

pub fn name(account: usize) -> String {
    format!("a{account:02}")
}

/// Whether a stay covers a moment.
fn covers((from, to): &(Option<i64>, Option<i64>), moment: i64) -> bool {
    from.is_none_or(|from| from <= moment) && to.is_none_or(|to| to > moment)
}

/// Numbers that look random and are the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

impl World {
    /// Sixteen accounts, ten of them listed, over three weeks.
    pub fn rich() -> Self {
        let mut dice = Dice(20_160_218);
        let mut world = Self {
            accounts: 16,
            listed: 10,
            ..Self::default()
        };
        world.stays = vec![(None, None); world.listed];
        world.stays[0].1 = Some(at(10, 0));
        world.stays[8].0 = Some(at(15, 0));
        world.stays[9] = (Some(at(9, 0)), Some(at(19, 12)));
        for account in 0..world.accounts {
            world
                .created
                .push(at(-(dice.roll(60) as i64) - 1, dice.roll(24) as i64));
            let ends = account % 3 == 1 && account < 12;
            world.suspended.push(ends.then(|| at(4 + dice.roll(14) as i64, 13)));
        }
        for account in 0..world.accounts {
            let end = world.suspended[account].unwrap_or(i64::MAX);
            for day in 0..21 {
                for _ in 0..dice.roll(4) {
                    let moment = at(day, dice.roll(24) as i64);
                    if moment < end {
                        world.posts.push((account, Some(moment)));
                    }
                }
                // Not checked on the 6th and 7th day, nor every account on every other.
                if account < world.listed && day != 5 && day != 6 && dice.roll(5) > 0 {
                    let moment = at(day, 12);
                    let state = if moment >= end { State::Suspended } else { State::Active };
                    let state = if dice.roll(20) == 0 { State::Unknown } else { state };
                    world.checks.push((account, moment, state));
                }
                if day % 2 == 0 && at(day, 9) < end {
                    let rise = 2 * day + dice.roll(3) as i64;
                    world.seen.push((
                        account,
                        at(day, 9),
                        100 + 10 * account as i64 + dice.roll(50) as i64,
                        50 + rise,
                    ));
                }
            }
        }
        world.posts.push((3, None));
        // Both lists of an account at a moment; of some only whom it follows, of some accounts nothing.
        for round in 0..18 {
            let account = dice.roll(8) as usize;
            let moment = (round > 0).then(|| at(dice.roll(21) as i64, round));
            for _ in 0..dice.roll(12) {
                world.follows.push((account, dice.roll(16) as usize, moment));
            }
            for _ in 0..dice.roll(3) * 4 {
                world.follows.push((dice.roll(16) as usize, account, moment));
            }
        }
        let kinds = [
            InteractionKind::Reply,
            InteractionKind::Mention,
            InteractionKind::Repost,
            InteractionKind::Quote,
        ];
        for _ in 0..200 {
            let (from, to) = (dice.roll(16) as usize, dice.roll(16) as usize);
            let target = if dice.roll(8) == 0 {
                format!("@{}", name(to))
            } else {
                name(to)
            };
            let key = (dice.roll(21) as i64, from, target, kinds[dice.roll(4) as usize]);
            if !world
                .interactions
                .iter()
                .any(|row| (row.0, row.1, row.2.clone(), row.3) == key)
            {
                world
                    .interactions
                    .push((key.0, key.1, key.2, key.3, 1 + dice.roll(5) as i64));
            }
        }
        world.personas = vec![
            ("p1", 0, 1),
            ("p1", 1, 2),
            ("p2", 0, 4),
            ("p2", 1, 5),
            ("p2", 2, 6),
            ("p3", 0, 8),
        ];
        world
    }

    pub fn alive(&self, account: usize, moment: i64) -> bool {
        self.suspended[account].is_none_or(|end| moment < end)
    }

    pub fn on_list(&self, account: usize, moment: i64) -> bool {
        self.stays.get(account).is_some_and(|stay| covers(stay, moment))
    }

    /// Whether the account was on the list at any time from the start of one day to the end of another.
    pub fn on_list_within(&self, account: usize, from_day: i64, to_day: i64) -> bool {
        self.stays.get(account).is_some_and(|(from, to)| {
            from.is_none_or(|from| from < at(to_day + 1, 0)) && to.is_none_or(|to| to > at(from_day, 0))
        })
    }

    /// The newest observation of an account at or before a moment.
    pub fn newest(&self, account: usize, moment: i64) -> Option<(i64, i64, i64)> {
        let seen = self.seen.iter().filter(|row| row.0 == account && row.1 <= moment);
        seen.max_by_key(|row| row.1).map(|row| (row.1, row.2, row.3))
    }

    /// Writes it as `enrich` would.
    pub fn write(&self, dir: &Path, study: &str) {
        let mut given = Given::new(dir);
        self.write_raw(&mut given);
        self.write_derived(&mut given);
        given.write::<Rejects>(Vec::new());
        given.write::<LedgerEntries>(Vec::new());
        given.write::<Samples>(
            SAMPLE_DAYS
                .iter()
                .map(|day| Sample {
                    sample_at: Timestamp(at(day + 1, 0) - 1),
                    day: Timestamp(at(*day, 0)).day(),
                    name: "",
                })
                .collect(),
        );
        given.write::<Windows>(
            WINDOWS
                .iter()
                .map(|(window, from, to)| WindowRow {
                    window,
                    from_at: Timestamp(at(*from, 0)),
                    to_at: Timestamp(at(to + 1, 0) - 1),
                })
                .collect(),
        );
        given.finish(study);
    }

    /// What posts hold, by account and day.
    fn write_content(&self, given: &mut Given<'_>, names: &[String]) {
        let mut terms: BTreeMap<(TermKind, &str, usize, i64), [i64; 2]> = BTreeMap::new();
        let mut days: BTreeMap<(usize, i64), [i64; 7]> = BTreeMap::new();
        for ((account, moment), line) in self.posts.iter().zip(1..) {
            let Some(moment) = moment else { continue };
            let (own, day) = (kind(line) != PostKind::Repost, moment.div_euclid(DAY));
            let counts = days.entry((*account, day)).or_default();
            counts[usize::from(!own)] += 1;
            for (place, of) in [(2, TermKind::Hashtag), (4, TermKind::Domain), (6, TermKind::Client)] {
                let Some(held) = held(line, of) else { continue };
                if own {
                    counts[place] += 1;
                    if place < 6 && !held.is_empty() {
                        counts[place + 1] += 1;
                    }
                }
                for term in held {
                    terms.entry((of, term, *account, day)).or_default()[usize::from(!own)] += 1;
                }
            }
        }
        let day = |day: i64| Day(i32::try_from(day).unwrap());
        given.write::<Terms>(
            terms
                .iter()
                .map(|((kind, term, account, at), [posts, reposts])| Term {
                    platform: PLATFORM,
                    kind: *kind,
                    term,
                    mark: match *term {
                        "bit.ly" => Some("shortener"),
                        "IFTTT" => Some("automation"),
                        _ => None,
                    },
                    account_id: &names[*account],
                    day: day(*at),
                    posts: *posts,
                    reposts: *reposts,
                })
                .collect(),
        );
        given.write::<PostingDays>(
            days.iter()
                .map(|((account, at), counts)| PostingDay {
                    platform: PLATFORM,
                    account_id: &names[*account],
                    day: day(*at),
                    posts: counts[0],
                    reposts: counts[1],
                    hashtags_told: counts[2],
                    with_hashtag: counts[3],
                    links_told: counts[4],
                    with_link: counts[5],
                    client_told: counts[6],
                })
                .collect(),
        );
    }

    fn write_raw(&self, given: &mut Given<'_>) {
        let names: Vec<String> = (0..self.accounts).map(name).collect();
        given.write::<Posts>(
            self.posts
                .iter()
                .zip(1..)
                .map(|((account, moment), line)| Post {
                    posted_at: moment.map(Timestamp),
                    account_id: &names[*account],
                    lang: tagged(line),
                    detected_lang: detected(line),
                    kind: kind(line),
                    hashtags: held(line, TermKind::Hashtag),
                    urls: held(line, TermKind::Domain),
                    client: held(line, TermKind::Client).and_then(|clients| clients.first().copied()),
                    source_line: line,
                    ..empty_post()
                })
                .collect(),
        );
        given.write::<Accounts>(
            self.seen
                .iter()
                .zip(1..)
                .map(|((account, moment, followers, statuses), line)| Account {
                    account_id: &names[*account],
                    created_at: Some(Timestamp(self.created[*account])),
                    observed_at: Some(Timestamp(*moment)),
                    followers: Some(*followers),
                    following: Some(following(*account, *moment)),
                    statuses: Some(*statuses),
                    tweets_per_day: Some(self.lifetime(*account, *moment, *statuses)),
                    source_line: line,
                    ..empty_account()
                })
                .collect(),
        );
        given.write::<Availability>(
            self.checks
                .iter()
                .zip(1..)
                .map(|((account, moment, state), line)| AvailabilityCheck {
                    platform: PLATFORM,
                    account_id: &names[*account],
                    handle: None,
                    observed_at: Timestamp(*moment),
                    state: *state,
                    detail: None,
                    source_file: "checks.csv",
                    source_line: line,
                    source_part: 0,
                })
                .collect(),
        );
        given.write::<Follows>(
            self.follows
                .iter()
                .zip(1..)
                .map(|((from, to, moment), line)| Follow {
                    platform: PLATFORM,
                    follower_id: &names[*from],
                    followed_id: &names[*to],
                    observed_at: moment.map(Timestamp),
                    source_file: "follows.csv",
                    source_line: line,
                    source_part: 0,
                })
                .collect(),
        );
        given.write::<Roster>(
            (0..self.listed)
                .zip(1..)
                .map(|(account, line)| RosterEntry {
                    roster: "list",
                    platform: PLATFORM,
                    account_id: Some(&names[account]),
                    handle: None,
                    listed_at: self.stays[account].0.map(Timestamp),
                    unlisted_at: self.stays[account].1.map(Timestamp),
                    source_file: "roster.csv",
                    source_line: line,
                    source_part: 0,
                })
                .collect(),
        );
    }

    fn lifetime(&self, account: usize, moment: i64, statuses: i64) -> f64 {
        statuses as f64 / ((moment - self.created[account]) as f64 / DAY as f64).max(1.0)
    }

    fn write_derived(&self, given: &mut Given<'_>) {
        let names: Vec<String> = (0..self.accounts).map(name).collect();
        let mut members = Vec::new();
        let sets = [
            (SetName::Expanded, &self.expanded[..]),
            (SetName::Listed, &self.stays[..]),
        ];
        let times = SAMPLE_DAYS.iter().filter(|_| !self.seen.is_empty());
        let times: Vec<i64> = times.map(|day| at(day + 1, 0) - 1).collect();
        for ((set, stays), sample_at) in sets.iter().flat_map(|set| times.iter().map(move |at| (*set, *at))) {
            for account in (0..stays.len()).filter(|account| covers(&stays[*account], sample_at)) {
                let seen = self.newest(account, sample_at);
                let alive = self.alive(account, sample_at);
                members.push(Member {
                    set,
                    sample_at: Timestamp(sample_at),
                    platform: PLATFORM,
                    account_id: &names[account],
                    state: if alive { State::Active } else { State::Suspended },
                    alive,
                    score: None,
                    attention: None,
                    insularity: None,
                    ties_in: None,
                    ties_out: None,
                    ties_own: None,
                    admitted_in_round: None,
                    observed_at: seen.map(|row| Timestamp(row.0)),
                    observation_age_days: None,
                    created_at: Some(Timestamp(self.created[account])),
                    followers: seen.map(|row| row.1),
                    following: None,
                    statuses: seen.map(|row| row.2),
                    age_days: None,
                    tweets_per_day: seen.map(|row| self.lifetime(account, row.0, row.2)),
                    location_shown: seen.map(|_| account % 2 == 0),
                    location_country: [Some("SY"), None, Some("DE"), None][account % 4],
                    location_candidates: [Some("SY"), None, Some("DE"), Some("IQ SY")][account % 4],
                });
            }
        }
        given.write::<Members>(members);
        let mut stays: Vec<Stay<'_>> = sets
            .iter()
            .flat_map(|(set, stays)| stays.iter().zip(&names).map(move |(stay, name)| (*set, stay, name)))
            .map(|(set, (from, to), name)| Stay {
                set,
                platform: PLATFORM,
                account_id: name,
                from_at: from.map(Timestamp),
                to_at: to.map(Timestamp),
            })
            .collect();
        // From a hundred accounts on, names are in another order than numbers.
        stays.sort_by_key(|stay| (stay.set.word(), stay.account_id));
        given.write::<Stays>(stays);
        let mut spells = Vec::new();
        for (account, name) in names.iter().enumerate().take(self.accounts) {
            let moments = self.seen.iter().filter(|row| row.0 == account).map(|row| row.1);
            let Some(entered) = moments.clone().min() else { continue };
            let last = moments.max().map(Timestamp);
            let gone = self.suspended[account].map(|end| Timestamp(end + DAY / 2));
            let (entered, last, gone) = match self.backwards {
                true => (
                    last.map_or(entered, |last| last.0),
                    Some(Timestamp(entered)),
                    gone.map(|_| Timestamp(entered - DAY)),
                ),
                false => (entered, last, gone),
            };
            spells.push(Spell {
                platform: PLATFORM,
                account_id: name,
                spell_number: 1,
                handle: None,
                created_at: Some(Timestamp(self.created[account])),
                entered_at: Some(Timestamp(entered)),
                last_alive_at: last,
                first_gone_at: gone,
                end_state: if gone.is_some() {
                    State::Suspended
                } else {
                    State::Active
                },
                censored: gone.is_none(),
                entered_basis: "observation",
                alive_basis: "observation",
                gone_basis: gone.map(|_| "check"),
                denied_ends: 0,
                two_states: 0,
            });
        }
        given.write::<Spells>(spells);
        let mut personas: Vec<Persona<'_>> = self
            .personas
            .iter()
            .map(|(person, number, account)| Persona {
                persona_id: person,
                return_number: *number,
                platform: PLATFORM,
                account_id: &names[*account],
                predecessor: None,
                match_probability: None,
                match_weight: None,
                gap_days: None,
                evidence: None,
                method: "hand-checked",
            })
            .collect();
        personas.sort_by(|a, b| (a.persona_id, a.return_number).cmp(&(b.persona_id, b.return_number)));
        given.write::<Personas>(personas);
        self.write_content(given, &names);
        let mut interactions: Vec<Interaction<'_>> = self
            .interactions
            .iter()
            .map(|(day, source, target, kind, count)| Interaction {
                platform: PLATFORM,
                day: Day(Timestamp(at(*day, 0)).day().0),
                source: &names[*source],
                target,
                kind: *kind,
                count: *count,
            })
            .collect();
        interactions.sort_by_key(|row| (row.day.0, row.source.to_owned(), row.target.to_owned(), row.kind.word()));
        given.write::<Interactions>(interactions);
    }
}

/// The platform's tag of the post on a line.
pub fn tagged(line: i64) -> Option<&'static str> {
    [Some("en"), Some("ar"), None, Some("und"), Some("en-GB")][line as usize % 5]
}

/// The language detected of the post on a line.
pub fn detected(line: i64) -> Option<&'static str> {
    [Some("en"), None, Some("ar"), Some("en")][line as usize / 5 % 4]
}

/// What kind of post stands on a line.
pub fn kind(line: i64) -> PostKind {
    if line % 7 == 3 {
        PostKind::Repost
    } else {
        PostKind::Original
    }
}

/// What the post on a line holds, already normalised; none where its source does not tell.
pub fn held(line: i64, kind: TermKind) -> Option<Vec<&'static str>> {
    const WORDS: [&str; 6] = ["tea", "garden", "rain", "شاي", "weather", "walk"];
    const DOMAINS: [&str; 3] = ["example.org", "bit.ly", "example.net"];
    const CLIENTS: [&str; 4] = ["Web", "IFTTT", "Phone", "Phone"];
    let roll = line as usize * 7919 % 1009;
    match kind {
        TermKind::Hashtag if line % 11 == 0 => None,
        TermKind::Hashtag => Some(
            (0..roll % 4)
                .map(|i| WORDS[(roll / 4 + i * i) % (3 + i)])
                .collect::<BTreeSet<_>>(),
        )
        .map(|words| words.into_iter().collect()),
        TermKind::Domain if line % 13 == 0 => None,
        TermKind::Domain => Some((0..roll % 2).map(|i| DOMAINS[(roll / 2 + i) % 3]).collect()),
        TermKind::Client if line % 17 == 0 => None,
        TermKind::Client => Some(vec![CLIENTS[roll % 4]]),
    }
}

/// How many accounts an account followed at a moment.
pub fn following(account: usize, moment: i64) -> i64 {
    200 - 5 * account as i64 + moment / DAY % 9
}

fn empty_post() -> Post<'static> {
    Post {
        text: Some("words"),
        source_file: "posts.jsonl",
        ..Post::blank(PLATFORM, "")
    }
}

fn empty_account() -> Account<'static> {
    Account {
        observed_basis: Basis::Stated,
        source_file: "posts.jsonl",
        ..Account::blank(PLATFORM, "")
    }
}

/// A stage directory being made.
struct Given<'d> {
    dir: &'d Path,
    tables: Vec<TableRecord>,
}

impl<'d> Given<'d> {
    fn new(dir: &'d Path) -> Self {
        Self {
            dir,
            tables: Vec::new(),
        }
    }

    fn write<T: Table>(&mut self, rows: Vec<T::Row<'_>>) {
        let mut writer = TableWriter::<T>::create(self.dir).unwrap();
        for row in &rows {
            writer.push(row).unwrap();
        }
        let footer = Footer {
            stage: "enrich".into(),
            stage_version: "0".into(),
            options: "{}".into(),
            inputs: Vec::new(),
        };
        let written = writer.finish(&footer).unwrap();
        self.tables.push(TableRecord {
            name: written.table.into(),
            rows: written.rows,
            blake3: written.blake3,
            stage: "enrich".into(),
        });
    }

    fn finish(self, study: &str) {
        std::fs::write(self.dir.join("study.toml"), study).unwrap();
        let provenance = Provenance {
            stage: "enrich".into(),
            version: "0".into(),
            options: serde_json::json!({}),
            inputs: Vec::new(),
            facts: BTreeMap::new(),
            tables: self.tables,
            files: BTreeMap::from([("study.toml".to_owned(), String::new())]),
            upstream: None,
        };
        let text = serde_json::to_string(&provenance).unwrap();
        std::fs::write(self.dir.join("run.json"), text).unwrap();
    }
}
