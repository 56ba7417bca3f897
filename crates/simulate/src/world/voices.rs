//! Posts that have an occasion: copies of campaigns, returned people's announcements, shout-outs by others.

use super::*;

/// A post that will be written if its author still has an account then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    at_ms: i64,
    person: usize,
    seed: u32,
    wording: Wording,
    /// The person who is named.
    names: Option<usize>,
}

impl World {
    /// Plans a post for its day, unless that day is over or beyond the period.
    fn plan(&mut self, planned: Planned) {
        let day = (planned.at_ms - self.start_ms).div_euclid(DAY_MS);
        if let Ok(day) = u32::try_from(day)
            && day < self.params.period.days
        {
            self.planned.entry(day).or_default().push(planned);
        }
    }

    /// The campaigns that begin on a day: who copies the text, when, and whether edited.
    pub(super) fn begin_campaigns(&mut self, crowd: &Crowd, day: u32) {
        let begun = count(
            &mut self.streams.of(Process::Campaigns, 0, day),
            self.params.campaigns.per_day,
        );
        for _ in 0..begun {
            self.campaigns += 1;
            let number = self.campaigns;
            let rng = &mut self.streams.of(Process::Campaigns, u64::from(number), 1);
            let start = self.midnight(day) + (unit(rng) * DAY_MS as f64) as i64;
            let circle = below(rng, CIRCLES);
            let Some(first) = crowd.draw(rng, circle, self.params.follows.homophily) else {
                continue;
            };
            let mut joined = BTreeSet::from([self.accounts[first as usize].person]);
            let mut copies = vec![(start, self.accounts[first as usize].person, false)];
            for _ in 1..1 + count(rng, self.params.campaigns.accounts - 1.0) {
                // Copies come from one circle mostly.
                let Some(account) = crowd.draw(rng, circle, 0.8) else {
                    break;
                };
                let person = self.accounts[account as usize].person;
                let at = start + (waiting(rng, self.params.campaigns.hours) * HOUR_MS as f64) as i64;
                let edited = chance(rng, self.params.campaigns.edited_share);
                if joined.insert(person) {
                    copies.push((at, person, edited));
                }
            }
            for (at_ms, person, edited) in copies {
                let seed = rand::RngExt::random::<u32>(rng);
                let wording = Wording::Campaign { number, edited };
                self.plan(Planned {
                    at_ms,
                    person,
                    seed,
                    wording,
                    names: None,
                });
            }
        }
    }

    /// A returned account's first words.
    pub(super) fn announce(&mut self, account: usize) {
        let rng = &mut self.streams.of(Process::ShoutOuts, self.entity(account), 0);
        // Programs do not say that they are back.
        let bot = self.people[self.accounts[account].person].bot;
        if chance(rng, self.params.returns.announced) && !bot {
            let at_ms = self.accounts[account]
                .posts_from_ms
                .saturating_add((waiting(rng, 0.5) * HOUR_MS as f64) as i64);
            let (person, seed) = (self.accounts[account].person, rand::RngExt::random::<u32>(rng));
            self.plan(Planned {
                at_ms,
                person,
                seed,
                wording: Wording::Announcement,
                names: None,
            });
        }
    }

    /// Former followers tell theirs of a returned account.
    pub(super) fn shout_out(&mut self, account: usize, former_followers: &[usize], from_ms: i64) {
        let rng = &mut self.streams.of(Process::ShoutOuts, self.entity(account), 1);
        if former_followers.is_empty() {
            return;
        }
        for _ in 0..count(rng, self.params.returns.shout_outs) {
            let person = pick(rng, former_followers);
            let at_ms = from_ms + (waiting(rng, 1.0) * DAY_MS as f64) as i64;
            let seed = rand::RngExt::random::<u32>(rng);
            let names = Some(self.accounts[account].person);
            self.plan(Planned {
                at_ms,
                person,
                seed,
                wording: Wording::ShoutOut,
                names,
            });
        }
    }

    /// What of a day's plans comes true: the author has an account, and whom it names has one too.
    pub(super) fn occasions(&self, day: u32, drafts: &mut Vec<Draft>) {
        for planned in self.planned.get(&day).into_iter().flatten() {
            let Some(author) = self.current(planned.person, planned.at_ms) else {
                continue;
            };
            if planned.at_ms < self.accounts[author].posts_from_ms {
                continue;
            }
            let turn = match planned.names {
                None => None,
                Some(person) => match self.current(person, planned.at_ms) {
                    Some(account) if account != author => Some(Turn::naming(account as u32)),
                    _ => continue,
                },
            };
            drafts.push(Draft {
                at_ms: planned.at_ms,
                account: author as u32,
                seed: planned.seed,
                wording: planned.wording,
                turn,
            });
        }
    }
}
