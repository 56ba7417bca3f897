//! Follows: who gains and loses them at midnight, and who finds whom again.

use super::*;
use crate::graph::Ties;

pub(super) struct Refollow {
    follower: usize,
    followed: usize,
    outsider: Option<u32>,
}

impl World {
    pub(super) fn first_follows(&mut self) {
        let crowd = Crowd::of(self, self.start_ms);
        for account in 0..self.accounts.len() {
            let rng = &mut self.streams.of(Process::InitialGraph, account as u64, 0);
            let age_days = (self.start_ms - self.accounts[account].created_ms) as f64 / DAY_MS as f64;
            // The pressure did not begin with the period: nobody has quite what age alone would give.
            let grown = 0.85 * (1.0 - libm::exp(-age_days / self.params.follows.growth_days));
            let inside = count(rng, self.accounts[account].capacity_inside * grown);
            let outside = count(rng, self.accounts[account].capacity_outside * grown);
            self.gain_followers(rng, &crowd, account, inside, outside);
        }
    }

    fn gain_followers(&mut self, rng: &mut Random, crowd: &Crowd, account: usize, inside: u32, outside: u32) {
        let circle = self.people[self.accounts[account].person].circle;
        for _ in 0..inside {
            let followers = self.graph.followers(account);
            let near = if !followers.is_empty() && chance(rng, self.params.follows.triadic_closure) {
                // Triadic closure: somebody who follows one of my followers.
                let friend = pick(rng, followers) as usize;
                let theirs = self.graph.followers(friend);
                if theirs.is_empty() {
                    None
                } else {
                    Some(pick(rng, theirs))
                }
            } else {
                None
            };
            let Some(follower) = near.or_else(|| crowd.draw(rng, circle, self.params.follows.homophily)) else {
                break;
            };
            let new = self.graph.follow(follower, u32::try_from(account).unwrap_or(u32::MAX));
            if new && chance(rng, self.params.follows.reciprocity) {
                self.graph.follow(u32::try_from(account).unwrap_or(u32::MAX), follower);
            }
        }
        for _ in 0..outside {
            let u = unit(rng);
            let index = (u * u * f64::from(self.params.people.outsiders)) as u32;
            self.graph
                .follow_from_outside(index, u32::try_from(account).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn take_out_ended(&mut self, day: u32) {
        while let Some(entry) = self.ending.first_entry() {
            if *entry.key() >= day {
                break;
            }
            let ended = entry.remove();
            for (account, ties) in ended.iter().zip(self.graph.take_out(&ended)) {
                self.recent[*account] = VecDeque::new();
                if ties == Ties::default() {
                    continue;
                }
                let owners = |list: Vec<u32>| list.into_iter().map(|a| self.accounts[a as usize].person).collect();
                let (followers, following) = (owners(ties.followers), owners(ties.following));
                let person = &mut self.people[self.accounts[*account].person];
                person.former_followers = followers;
                person.former_following = following;
                person.former_outside = ties.outside_followers;
            }
        }
    }

    /// Those who came back yesterday are found again by some, and look for those they followed.
    pub(super) fn plan_refollows(&mut self, day: u32) {
        for account in std::mem::take(&mut self.born_today) {
            let (person, number) = (self.accounts[account].person, self.accounts[account].return_number);
            // Who was removed again within the day keeps the old audience in mind.
            if number == 0 || !self.accounts[account].alive_at(self.midnight(day)) {
                continue;
            }
            let rng = &mut self.streams.of(Process::Refollow, self.entity(account), 0);
            // One person's return is noticed more than another's.
            let luck = 0.5 + unit(rng);
            let again = luck
                * self.params.returns.refollow
                * libm::pow(self.params.returns.refollow_kept_per_return, f64::from(number - 1));
            let followers = std::mem::take(&mut self.people[person].former_followers);
            let following = std::mem::take(&mut self.people[person].former_following);
            let outside = std::mem::take(&mut self.people[person].former_outside);
            self.shout_out(account, &followers, self.midnight(day));
            let planned = followers
                .iter()
                .map(|f| (*f, person, None, again))
                .chain(following.iter().map(|f| (person, *f, None, 0.6)))
                .chain(outside.iter().map(|o| (0, person, Some(*o), again * 0.6)));
            for (follower, followed, outsider, p) in planned {
                if chance(rng, p) {
                    let wait = waiting(rng, self.params.returns.refollow_days) as u32;
                    self.refollows.entry(day + wait).or_default().push(Refollow {
                        follower,
                        followed,
                        outsider,
                    });
                }
            }
        }
    }

    pub(super) fn refollow(&mut self, day: u32, now: i64) {
        for plan in self.refollows.remove(&day).unwrap_or_default() {
            let Some(followed) = self.current(plan.followed, now) else {
                continue;
            };
            let followed = u32::try_from(followed).unwrap_or(u32::MAX);
            if let Some(outsider) = plan.outsider {
                self.graph.follow_from_outside(outsider, followed);
            } else if let Some(follower) = self.current(plan.follower, now) {
                self.graph.follow(u32::try_from(follower).unwrap_or(u32::MAX), followed);
            }
        }
    }

    pub(super) fn grow(&mut self, crowd: &Crowd, day: u32, now: i64) {
        if day == 0 {
            return;
        }
        let told_of = std::mem::take(&mut self.told_of);
        for account in 0..self.accounts.len() {
            if !self.accounts[account].alive_at(now) {
                continue;
            }
            let rng = &mut self.streams.of(Process::Growth, self.entity(account), day);
            let lack = |capacity: f64, have: usize| (capacity - have as f64).max(0.0);
            let inside = lack(
                self.accounts[account].capacity_inside,
                self.graph.followers(account).len(),
            );
            let outside = lack(
                self.accounts[account].capacity_outside,
                self.graph.outside_followers(account).len(),
            );
            let per_day = 1.0 / self.params.follows.growth_days;
            let shouted = if told_of.contains(&account) {
                self.params.follows.shout_out_gain
            } else {
                0.0
            };
            let (inside, outside) = (count(rng, inside * (per_day + shouted)), count(rng, outside * per_day));
            self.gain_followers(rng, crowd, account, inside, outside);
        }
    }

    pub(super) fn count_followers(&mut self, now: i64) {
        for (index, audience) in self.followers.iter_mut().enumerate() {
            if self.accounts[index].alive_at(now) {
                audience.last = self.graph.follower_count(index);
                audience.peak = audience.peak.max(audience.last);
                audience.last_inside = self.graph.followers(index).len() as u64;
                audience.following_inside = self.graph.following(index).len() as u64;
            }
        }
    }
}

/// The people who have come so far, by circle, each with the account they have today and how readily they follow or join in.
///
/// People are drawn, and whoever has no account today is passed over. Were accounts drawn by their place among those alive, one
/// removal more would change everybody's draws.
pub(super) struct Crowd {
    all: Vec<(Option<u32>, f64)>,
    circles: Vec<Vec<(Option<u32>, f64)>>,
}

/// Draws before somebody is given up for lost: of the periphery one in twenty takes part, and one in two may be gone.
const MOST_DRAWS: u32 = 100;

impl Crowd {
    pub(super) fn of(world: &World, now: i64) -> Self {
        let mut crowd = Self {
            all: Vec::with_capacity(world.people.len()),
            circles: vec![Vec::new(); CIRCLES],
        };
        for (index, person) in world.people.iter().enumerate() {
            let account = world.current(index, now).map(|account| account as u32);
            crowd.all.push((account, person.appetite));
            crowd.circles[person.circle].push((account, person.appetite));
        }
        crowd
    }

    /// Somebody, of the circle with a chance of at least `homophily`, the eager more often.
    pub(super) fn draw(&self, rng: &mut Random, circle: usize, homophily: f64) -> Option<u32> {
        let list = if chance(rng, homophily) && !self.circles[circle].is_empty() {
            &self.circles[circle]
        } else {
            &self.all
        };
        if list.is_empty() {
            return None;
        }
        for _ in 0..MOST_DRAWS {
            let (account, appetite) = pick(rng, list);
            if let Some(account) = account
                && chance(rng, appetite)
            {
                return Some(account);
            }
        }
        None
    }
}
