//! Stage directories made by hand: a small network whose every record the test knows.

mod write;

use std::collections::BTreeSet;

use tables::{InteractionKind, PostKind, State, TermKind};

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
    /// Account and moment, if any, of records that tell neither followers nor posts written.
    pub hardly_seen: Vec<(usize, Option<i64>)>,
    /// Whether lives end before they begin, as no `enrich` should write them.
    pub backwards: bool,
    /// Whether records that tell the accounts' ages were all collected when it was over.
    pub aged_late: bool,
    /// Person, return number, account.
    pub personas: Vec<(&'static str, i64, usize)>,
    /// Of each post the line that tells what it is; the line on which it stands where there is none.
    pub lines: Vec<i64>,
    /// The windows of its study; those of [`WINDOWS`] where there are none.
    pub windows: Vec<(&'static str, i64, i64)>,
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
        Self::rolled(20_160_218)
    }

    /// The same by other dice.
    pub fn rolled(seed: u64) -> Self {
        let mut dice = Dice(seed);
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

    /// The line that tells what each of the posts is.
    pub fn line(&self, place: usize) -> i64 {
        let own = i64::try_from(place).unwrap() + 1;
        self.lines.get(place).copied().unwrap_or(own)
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

    /// When an account was first seen from a moment on.
    pub fn seen_from(&self, account: usize, moment: i64) -> Option<i64> {
        let seen = self.seen.iter().filter(|row| row.0 == account && row.1 >= moment);
        seen.map(|row| row.1).min()
    }

    /// The newest observation of an account at or before a moment.
    pub fn newest(&self, account: usize, moment: i64) -> Option<(i64, i64, i64)> {
        let seen = self.seen.iter().filter(|row| row.0 == account && row.1 <= moment);
        seen.max_by_key(|row| row.1).map(|row| (row.1, row.2, row.3))
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

/// Which post of the record on a line it is: from 1 on nested in another.
pub fn part(line: i64) -> i64 {
    if line % 3 == 0 { 1 + line % 2 } else { 0 }
}

/// Whether a record of the nested post on a line was dropped that was its own.
pub fn own_record_dropped(line: i64) -> bool {
    part(line) > 0 && line % 4 == 1
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
