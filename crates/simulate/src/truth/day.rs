//! The state of the network at the end of a day.

use std::collections::BTreeSet;

use stats::{mean, quantile};

use super::Book;
use crate::clock::DAY_MS;
use crate::roster::Rosters;
use crate::words::PLACES_THEATRE;
use crate::world::World;

/// Every so many days the ties of the listed are walked both ways, which is dear.
const TIES_EVERY_DAYS: u32 = 7;
/// Days whose posts make a point of the pace from posts.
const TRAILING_DAYS: i64 = 7;

/// Ties of a set's members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ties {
    /// Follows by members.
    pub out: u64,
    /// Of them, those of members.
    pub out_inside: u64,
    /// Of the follows between members, those returned.
    pub returned: u64,
    /// Follows of members.
    pub into: u64,
    /// Of them, those by members.
    pub into_inside: u64,
}

/// What is true of a set of accounts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetTruth {
    /// Accounts.
    pub size: u64,
    /// Mean, first quartile, median and third quartile of followers; 0 for an empty set.
    pub followers: [f64; 4],
    /// Percent of accounts with under 500 followers.
    pub under_500_followers: f64,
    /// Mean and median of posts ever written by age in days (at least one).
    pub lifetime_posts_per_day: [f64; 2],
    /// Percent of accounts under 1, under 5 and over 50 posts a day over their life.
    pub activity: [f64; 3],
    /// Mean of posts written on the day.
    pub posts_today: f64,
    /// Posts per account-day over the last seven days.
    pub posts_trailing: f64,
    /// Percent that would be suspended on such a day on the average, by the chance of each.
    pub suspension_chance: Option<f64>,
    /// Accounts whose owner lives in Iraq or Syria.
    pub in_theatre: u64,
    /// Accounts whose profile names Iraq or Syria.
    pub claims_theatre: u64,
    /// Accounts whose profile says anything of a place.
    pub declares: u64,
    /// Followers of members, those who are insiders, and those who are members.
    pub into: [u64; 3],
    /// Ties both ways, on the days on which they are walked.
    pub ties: Option<Ties>,
}

/// The truth at the end of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayTruth {
    /// The day's last millisecond, since 1970.
    pub at_ms: i64,
    /// Accounts on some roster and alive.
    pub listed: SetTruth,
    /// All of the network's accounts that are alive.
    pub network: SetTruth,
}

/// The truth at the end of a day; follows are those of the day, which change at midnight.
#[must_use]
pub fn at_end_of(world: &World, rosters: &Rosters, book: &Book, day: u32) -> DayTruth {
    let at_ms = world.midnight(day + 1) - 1;
    let alive = |a: &usize| world.accounts[*a].alive_at(at_ms);
    let listed: Vec<usize> = rosters.listed_at(at_ms).into_iter().filter(alive).collect();
    let network: Vec<usize> = (0..world.accounts.len()).filter(alive).collect();
    let mut truth = DayTruth {
        at_ms,
        listed: of_set(world, book, &listed, at_ms),
        network: of_set(world, book, &network, at_ms),
    };
    for (set, members) in [(&mut truth.listed, &listed), (&mut truth.network, &network)] {
        let chances: Option<Vec<f64>> = members.iter().map(|a| world.suspension_chance(*a, day)).collect();
        set.suspension_chance = chances
            .and_then(|chances| mean(&chances).ok())
            .map(|chance| 100.0 * chance);
    }
    if day % TIES_EVERY_DAYS == TIES_EVERY_DAYS / 2 {
        truth.listed.ties = Some(ties(world, &listed));
    }
    truth
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        100.0 * part as f64 / whole as f64
    }
}

fn of_set(world: &World, book: &Book, members: &[usize], at_ms: i64) -> SetTruth {
    let mut truth = SetTruth::default();
    let mut is_member = vec![false; world.accounts.len()];
    members.iter().for_each(|index| is_member[*index] = true);
    let (mut followers, mut paces, mut today) = (Vec::new(), Vec::new(), 0);
    let (mut trailing, mut account_days) = (0, 0.0);
    for index in members {
        let account = &world.accounts[*index];
        let age_days = (at_ms - account.created_ms) as f64 / DAY_MS as f64;
        paces.push((account.statuses_before + account.statuses) as f64 / age_days.max(1.0));
        followers.push(world.graph.follower_count(*index) as f64);
        today += book.on_last_day(*index);
        trailing += book.of_last_week(*index);
        account_days += age_days.clamp(1.0, TRAILING_DAYS as f64);
        truth.in_theatre += u64::from(world.people[account.person].in_theatre);
        let place = account.location.as_deref();
        truth.claims_theatre += u64::from(place.is_some_and(|p| PLACES_THEATRE.contains(&p)));
        truth.declares += u64::from(place.is_some());
        let inside = world.graph.followers(*index);
        truth.into[0] += world.graph.follower_count(*index);
        truth.into[1] += inside.len() as u64;
        truth.into[2] += inside.iter().filter(|f| is_member[**f as usize]).count() as u64;
    }
    let n = members.len();
    truth.size = n as u64;
    if n > 0 {
        let quartile = |p: f64| quantile(&followers, p).unwrap_or_default();
        truth.followers = [
            mean(&followers).unwrap_or_default(),
            quartile(0.25),
            quartile(0.5),
            quartile(0.75),
        ];
        truth.lifetime_posts_per_day = [
            mean(&paces).unwrap_or_default(),
            quantile(&paces, 0.5).unwrap_or_default(),
        ];
        let share = |is: &dyn Fn(f64) -> bool| percent(paces.iter().filter(|pace| is(**pace)).count(), n);
        truth.activity = [
            share(&|pace| pace < 1.0),
            share(&|pace| pace < 5.0),
            share(&|pace| pace > 50.0),
        ];
        truth.under_500_followers = percent(followers.iter().filter(|n| **n < 500.0).count(), n);
        truth.posts_today = f64::from(today) / n as f64;
        truth.posts_trailing = f64::from(trailing) / account_days;
    }
    truth
}

fn ties(world: &World, members: &[usize]) -> Ties {
    let listed: BTreeSet<u32> = members.iter().map(|a| *a as u32).collect();
    let mut is_member = vec![false; world.accounts.len()];
    members.iter().for_each(|index| is_member[*index] = true);
    let mut ties = Ties::default();
    for member in &listed {
        let following = world.graph.following(*member as usize);
        let reads = &world.people[world.accounts[*member as usize].person].reads;
        ties.out += (following.len() + reads.len()) as u64;
        let followers = world.graph.followers(*member as usize);
        ties.into += world.graph.follower_count(*member as usize);
        ties.into_inside += followers.iter().filter(|f| is_member[**f as usize]).count() as u64;
        for followed in following.iter().filter(|f| is_member[**f as usize]) {
            ties.out_inside += 1;
            // Whom I follow follows me: then they are among my followers.
            ties.returned += u64::from(followers.binary_search(followed).is_ok());
        }
    }
    ties
}
