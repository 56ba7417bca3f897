//! The records of a small network as the tables of a stage directory.

use std::collections::BTreeMap;
use std::path::Path;

use stage::{Provenance, TableRecord};
use tables::{
    Account, Accounts, Availability, AvailabilityCheck, Basis, Day, Duplicate, Duplicates, Follow, Follows, Footer,
    Interaction, Interactions, LedgerEntries, Member, Members, Persona, Personas, Post, PostKind, PostingDay,
    PostingDays, Posts, Rejects, Roster, RosterEntry, Sample, Samples, SetName, Spell, Spells, State, Stay, Stays,
    Table, TableWriter, Term, TermKind, Terms, Timestamp, WindowRow, Windows,
};

use super::{
    DAY, PLATFORM, SAMPLE_DAYS, WINDOWS, World, at, covers, detected, following, held, kind, name, own_record_dropped,
    part, tagged,
};

impl World {
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
            if self.windows.is_empty() {
                &WINDOWS[..]
            } else {
                &self.windows
            }
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
        for ((account, moment), place) in self.posts.iter().zip(0..) {
            let (Some(moment), line) = (moment, self.line(place)) else {
                continue;
            };
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
        // On which line each post stands, and which tells what it is.
        let lines = || (1..).zip((0..self.posts.len()).map(|place| self.line(place)));
        given.write::<Posts>(
            self.posts
                .iter()
                .zip(lines())
                .map(|((account, moment), (stands_on, line))| Post {
                    posted_at: moment.map(Timestamp),
                    account_id: &names[*account],
                    lang: tagged(line),
                    detected_lang: detected(line),
                    kind: kind(line),
                    hashtags: held(line, TermKind::Hashtag),
                    urls: held(line, TermKind::Domain),
                    client: held(line, TermKind::Client).and_then(|clients| clients.first().copied()),
                    source_line: stands_on,
                    source_part: part(line),
                    ..empty_post()
                })
                .collect(),
        );
        given.write::<Duplicates>(
            lines()
                .filter(|(_, line)| part(*line) > 0)
                .map(|(stands_on, line)| Duplicate {
                    table: "posts",
                    reason: "same post id",
                    dropped_file: "posts.jsonl",
                    dropped_line: 10_000 + stands_on,
                    dropped_part: i64::from(!own_record_dropped(line)),
                    kept_file: "posts.jsonl",
                    kept_line: stands_on,
                    kept_part: part(line),
                })
                .collect(),
        );
        let seen = (self.seen.iter().zip(1..)).map(|((account, moment, followers, statuses), line)| Account {
            account_id: &names[*account],
            created_at: Some(Timestamp(self.created[*account])),
            observed_at: Some(Timestamp(*moment)),
            followers: Some(*followers),
            following: Some(following(*account, *moment)),
            statuses: Some(*statuses),
            tweets_per_day: Some(self.lifetime(*account, *moment, *statuses)),
            source_line: line,
            ..empty_account()
        });
        let hardly_seen = (self.hardly_seen.iter().zip(10_001..)).map(|((account, moment), line)| Account {
            account_id: &names[*account],
            observed_at: moment.map(Timestamp),
            source_line: line,
            ..empty_account()
        });
        given.write::<Accounts>(seen.chain(hardly_seen).collect());
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
        // From a hundred accounts on, names are in another order than numbers.
        members.sort_by_key(|row| (row.set.word(), row.sample_at.0, row.account_id));
        given.write::<Members>(members);
        let mut stays: Vec<Stay<'_>> = sets
            .iter()
            .flat_map(|(set, stays)| {
                stays
                    .iter()
                    .enumerate()
                    .map(move |(account, stay)| (*set, stay, account))
            })
            .map(|(set, (from, to), account)| Stay {
                set,
                platform: PLATFORM,
                account_id: &names[account],
                from_at: from.map(Timestamp),
                to_at: to.map(Timestamp),
                seen_at: from.and_then(|from| self.seen_from(account, from)).map(Timestamp),
            })
            .collect();
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
                creation_told_at: Some(Timestamp(if self.aged_late { entered + 1000 * DAY } else { entered })),
                first_alive_at: Some(Timestamp(entered)),
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
        spells.sort_by_key(|row| row.account_id);
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
