//! What is kept post by post: who wrote how much when, whom they addressed, which posts are copies.

use tables::InteractionKind;

use crate::clock::DAY_MS;
use crate::world::{Party, Relation, Single, Wording, World};

/// Windows of truth: the whole period, and the quiet window.
pub const WINDOWS: [&str; 2] = ["all", "quiet"];
/// Kinds of interaction, in the order of their words.
pub const KINDS: [InteractionKind; 4] = [
    InteractionKind::Mention,
    InteractionKind::Quote,
    InteractionKind::Reply,
    InteractionKind::Repost,
];

/// Posts of an account within a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Posted {
    /// How many.
    pub posts: u32,
    /// First and last, milliseconds since 1970.
    pub span: Option<(i64, i64)>,
}

/// How often an account addressed others in one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Addressed {
    /// Accounts that were on a roster on the day.
    pub listed: u64,
    /// Accounts of the network.
    pub network: u64,
    /// Accounts outside.
    pub outside: u64,
}

/// A copy of a campaign's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Copied {
    /// The campaign.
    pub campaign: u32,
    /// Post id.
    pub post: u64,
    /// Its author.
    pub account: u32,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Whether edited.
    pub edited: bool,
}

/// A sign of a return: its owner announces it, or somebody else tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sign {
    /// Post id.
    pub post: u64,
    /// Its author.
    pub account: u32,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// The returned account.
    pub returned: u32,
}

/// What is kept of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Posts of the day, which are added to the rest when it is over.
    today: Posted,
    /// Interactions by kind, in the order of [`KINDS`].
    pub addressed: [Addressed; KINDS.len()],
    /// Posts by window.
    pub posted: [Posted; WINDOWS.len()],
    /// Posts by week of the period.
    pub weeks: Vec<u32>,
    /// Posts by day of the last seven, a ring.
    days: [u32; 7],
}

/// The book.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// By account.
    pub pages: Vec<Page>,
    /// Copies in the order of time.
    pub copies: Vec<Copied>,
    /// Signs of returns in the order of time.
    pub signs: Vec<Sign>,
    /// Interactions by accounts on a roster on the day, by window: to accounts on one, and to others.
    pub listed_interactions: [[u64; 2]; WINDOWS.len()],
    on_roster: Vec<bool>,
    day: u32,
}

/// Whom a post addresses, and which of [`KINDS`] that is.
#[must_use]
pub fn addressed(relation: Relation) -> Option<(usize, Party)> {
    match relation {
        Relation::Nobody => None,
        Relation::Mentions(party) => Some((0, party)),
        Relation::Quotes(_, party) => Some((1, party)),
        Relation::Answers(_, party) => Some((2, party)),
        Relation::Reposts(party) => Some((3, party)),
    }
}

/// Whether a day lies in each window.
fn windows(world: &World, day: u32) -> [bool; WINDOWS.len()] {
    let (from, length) = world.params.period.quiet;
    [true, (from..from + length).contains(&day)]
}

impl Book {
    /// A day begins; `on_roster` are the accounts that some roster names at any time of it.
    pub fn begin_day(&mut self, world: &World, on_roster: impl IntoIterator<Item = usize>, day: u32) {
        self.day = day;
        self.pages.resize_with(world.accounts.len(), Page::default);
        self.on_roster.clear();
        self.on_roster.resize(world.accounts.len(), false);
        for account in on_roster {
            self.on_roster[account] = true;
        }
    }

    /// The day is over.
    pub fn end_day(&mut self, world: &World) {
        let day = self.day;
        let within = windows(world, day);
        let week = (day / 7) as usize;
        for page in &mut self.pages {
            let today = std::mem::take(&mut page.today);
            page.days[(day % 7) as usize] = today.posts;
            let Some((first, last)) = today.span else { continue };
            for (posted, _) in page.posted.iter_mut().zip(within).filter(|(_, within)| *within) {
                posted.posts += today.posts;
                posted.span = Some((posted.span.map_or(first, |(first, _)| first), last));
            }
            if page.weeks.len() <= week {
                page.weeks.resize(week + 1, 0);
            }
            page.weeks[week] += today.posts;
        }
    }

    /// A post was written.
    pub fn enter(&mut self, world: &World, post: &Single) {
        let Party::Inside(author) = post.author else { return };
        let within = windows(world, self.day);
        let today = &mut self.pages[author as usize].today;
        today.posts += 1;
        today.span = Some((today.span.map_or(post.at_ms, |(first, _)| first), post.at_ms));
        let returned = match (post.wording, post.relation) {
            (Wording::Announcement, _) => Some(author),
            (Wording::ShoutOut, Relation::Mentions(Party::Inside(named))) => Some(named),
            _ => None,
        };
        self.signs.extend(returned.map(|returned| Sign {
            post: post.id,
            account: author,
            at_ms: post.at_ms,
            returned,
        }));
        if let Wording::Campaign { number, edited } = post.wording {
            self.copies.push(Copied {
                campaign: number,
                post: post.id,
                account: author,
                at_ms: post.at_ms,
                edited,
            });
        }
        let Some((kind, target)) = addressed(post.relation) else {
            return;
        };
        let listed = matches!(target, Party::Inside(a) if self.on_roster[a as usize]);
        let counts = &mut self.pages[author as usize].addressed[kind];
        match target {
            Party::Inside(_) => counts.network += 1,
            Party::Outside(_) => counts.outside += 1,
        }
        counts.listed += u64::from(listed);
        if self.on_roster[author as usize] && target != post.author {
            for (window, _) in within.iter().enumerate().filter(|(_, within)| **within) {
                self.listed_interactions[window][usize::from(!listed)] += 1;
            }
        }
    }

    /// Posts of an account on the last day entered.
    #[must_use]
    pub fn on_last_day(&self, account: usize) -> u32 {
        self.pages[account].days[(self.day % 7) as usize]
    }

    /// Posts of an account over the last seven days entered.
    #[must_use]
    pub fn of_last_week(&self, account: usize) -> u32 {
        self.pages[account].days.iter().sum()
    }

    /// Bounds of a window in milliseconds since 1970, end exclusive.
    #[must_use]
    pub fn bounds(world: &World, window: usize) -> (i64, i64) {
        let (from, length) = world.params.period.quiet;
        if window == 0 {
            (
                world.start_ms,
                world.start_ms + i64::from(world.params.period.days) * DAY_MS,
            )
        } else {
            (world.midnight(from), world.midnight(from + length))
        }
    }
}
