//! What was true: the state of the network day by day, for judging what the observer makes of it.

use crate::clock::DAY_MS;
use crate::people::End;
use crate::roster::Rosters;
use crate::world::World;

/// Means over a set of accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SetTruth {
    /// Accounts.
    pub size: u64,
    /// Mean followers; 0 for an empty set.
    pub followers: f64,
    /// Mean of posts ever written by age in days (at least one).
    pub lifetime_posts_per_day: f64,
    /// Accounts whose owner lives in Iraq or Syria.
    pub in_theatre: u64,
    /// Accounts whose profile names Iraq or Syria.
    pub claims_theatre: u64,
    /// Share of their followers who are insiders (of all edges to the set).
    pub inside_followers: f64,
    /// Share of their followers who are in the set itself.
    pub followers_in_set: f64,
    /// Accounts removed on the day, of those alive at the first.
    pub suspended: u64,
    /// Accounts alive at the day's first moment.
    pub at_risk: u64,
}

/// The truth at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
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
pub fn at_end_of(world: &World, rosters: &Rosters, day: u32) -> DayTruth {
    let at_ms = world.midnight(day + 1) - 1;
    let network: Vec<usize> = (0..world.accounts.len()).collect();
    DayTruth {
        at_ms,
        listed: of_set(world, &rosters.listed_at(at_ms), day),
        network: of_set(world, &network, day),
    }
}

fn of_set(world: &World, candidates: &[usize], day: u32) -> SetTruth {
    let (midnight, last) = (world.midnight(day), world.midnight(day + 1) - 1);
    let mut truth = SetTruth::default();
    let members: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|a| world.accounts[*a].alive_at(last))
        .collect();
    let (mut followers, mut inside, mut in_set) = (0_u64, 0_u64, 0_u64);
    let mut is_member = vec![false; world.accounts.len()];
    members.iter().for_each(|index| is_member[*index] = true);
    for index in &members {
        let account = &world.accounts[*index];
        let age = ((last - account.created_ms) as f64 / DAY_MS as f64).max(1.0);
        truth.lifetime_posts_per_day += (account.statuses_before + account.statuses) as f64 / age;
        followers += world.graph.follower_count(*index);
        inside += world.graph.followers(*index).len() as u64;
        in_set += world
            .graph
            .followers(*index)
            .iter()
            .filter(|f| is_member[**f as usize])
            .count() as u64;
        truth.in_theatre += u64::from(world.people[account.person].in_theatre);
        let place = account.location.as_deref();
        truth.claims_theatre += u64::from(place.is_some_and(|p| crate::words::PLACES_THEATRE.contains(&p)));
    }
    for index in candidates {
        let account = &world.accounts[*index];
        if account.alive_at(midnight) {
            truth.at_risk += 1;
            let gone = account.end.filter(|(end, how)| *how == End::Suspended && *end <= last);
            truth.suspended += u64::from(gone.is_some());
        }
    }
    truth.size = members.len() as u64;
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    truth.followers = share(followers, truth.size);
    truth.inside_followers = share(inside, followers);
    truth.followers_in_set = share(in_set, followers);
    truth.lifetime_posts_per_day /= (truth.size as f64).max(1.0);
    truth
}
