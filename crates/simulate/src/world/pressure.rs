//! Removal and return: who ends, who comes back, who is new.

use super::*;
use crate::params::Regime;

impl World {
    /// The chance that an account is removed on a day as the parameters have it: (routine, wave).
    fn hazard(&self, account: usize, day: u32) -> (f64, f64) {
        let pressure = &self.params.pressure;
        let shown = &self.accounts[account];
        let followers = self.graph.follower_count(account) as f64 + 20.0;
        let visibility =
            libm::pow(followers / 300.0, pressure.by_followers) * libm::pow((shown.pace + 0.2) / 5.0, pressure.by_pace);
        let age_days = (self.midnight(day) - shown.created_ms).max(0) as f64 / DAY_MS as f64;
        let young = 1.0 + pressure.young_excess * libm::exp(-age_days / pressure.young_days);
        let factor = visibility.clamp(0.2, 4.0) * young;
        let wave: f64 = self
            .params
            .waves
            .iter()
            .filter(|wave| (wave.from_day..wave.from_day + wave.days).contains(&day))
            .map(|wave| wave.hazard)
            .sum();
        (pressure.routine_hazard * factor, wave * factor)
    }

    /// The same under the regime; `aimed_at` are those whom targeted removal takes this day.
    fn hazard_under(&self, regime: Regime, account: usize, day: u32, aimed_at: &BTreeSet<usize>) -> (f64, f64) {
        let (routine, wave) = self.hazard(account, day);
        match regime {
            Regime::Study => (routine, wave),
            Regime::None => (0.0, 0.0),
            Regime::Routine => (routine, 0.0),
            Regime::Waves => (0.0, wave),
            Regime::Targeted => (f64::from(u8::from(aimed_at.contains(&account))), 0.0),
        }
    }

    /// The chance that an account is suspended on a day, unless removal is aimed at some.
    #[must_use]
    pub fn suspension_chance(&self, account: usize, day: u32) -> Option<f64> {
        let regime = self.params.regime;
        let (routine, wave) = self.hazard_under(regime, account, day, &BTreeSet::new());
        (regime != Regime::Targeted).then(|| (routine + wave).min(1.0))
    }

    /// As many of the most followed as routine and waves would take on average.
    fn most_followed(&self, day: u32, now: i64) -> BTreeSet<usize> {
        let mut there: Vec<(u64, usize)> = (0..self.accounts.len())
            .filter(|a| self.accounts[*a].alive_at(now))
            .map(|a| (self.graph.follower_count(a), a))
            .collect();
        let expected: f64 = there
            .iter()
            .map(|(_, a)| {
                let (routine, wave) = self.hazard(*a, day);
                (routine + wave).min(1.0)
            })
            .sum();
        let removals = count(&mut self.streams.of(Process::Pressure, 0, day), expected);
        there.sort_unstable_by_key(|(followers, a)| (std::cmp::Reverse(*followers), *a));
        there.truncate(removals as usize);
        there.into_iter().map(|(_, a)| a).collect()
    }

    pub(super) fn settle_ends(&mut self, day: u32, now: i64) {
        let regime = self.params.regime;
        let aimed_at = match regime {
            Regime::Targeted => self.most_followed(day, now),
            _ => BTreeSet::new(),
        };
        for account in 0..self.accounts.len() {
            if !self.accounts[account].alive_at(now) || self.accounts[account].end.is_some() {
                continue;
            }
            let rng = &mut self.streams.of(Process::Pressure, self.entity(account) + 1, day);
            let at = now + (unit(rng) * DAY_MS as f64) as i64;
            let (routine, wave) = self.hazard_under(regime, account, day, &aimed_at);
            let u = unit(rng);
            if u < routine + wave {
                self.accounts[account].in_wave = u >= routine;
                self.close(account, at, End::Suspended);
            } else if chance(rng, self.params.pressure.deactivation) {
                self.close(account, at, End::Deactivated);
            } else if chance(rng, self.params.pressure.rename) {
                let number = self.accounts[account].return_number + 1;
                let name = self.accounts[account].handle_words;
                let handle = self.handles.mint(rng, name, number);
                self.accounts[account].handles.push((at, handle));
            } else if self.accounts[account].protected_ms.is_none() && chance(rng, self.params.pressure.protection) {
                self.accounts[account].protected_ms = Some(at);
            }
        }
    }

    /// Ends an account and settles whether and when its owner returns.
    fn close(&mut self, account: usize, at_ms: i64, end: End) {
        self.accounts[account].end = Some((at_ms, end));
        let day = u32::try_from((at_ms - self.start_ms) / DAY_MS).unwrap_or(0);
        self.ending.entry(day).or_default().push(account);
        let (person, number) = (self.accounts[account].person, self.accounts[account].return_number);
        let rng = &mut self.streams.of(Process::Returns, self.entity(account), 0);
        let returns = match end {
            End::Suspended => {
                self.people[person].stubbornness
                    * libm::pow(self.params.returns.stubbornness_kept_per_return, f64::from(number))
            }
            End::Deactivated => self.params.returns.after_deactivation,
        };
        if chance(rng, returns) {
            let sigma: f64 = 1.1;
            let days = lognormal(
                rng,
                self.params.returns.delay_days * libm::exp(sigma * sigma / 2.0),
                sigma,
            );
            self.births.insert((at_ms + 1 + (days * DAY_MS as f64) as i64, person));
        }
    }

    pub(super) fn settle_births(&mut self, day: u32, now: i64) {
        let rng = &mut self.streams.of(Process::Arrivals, 0, day);
        for _ in 0..count(rng, self.params.people.arrivals_per_day) {
            let index = self.people.len();
            self.people
                .push(people::person(&self.params, &self.streams, index, Some(day)));
            self.births.insert((now + (unit(rng) * DAY_MS as f64) as i64, index));
        }
        let midnight = now + DAY_MS;
        while let Some((at, person)) = self.births.first().copied().filter(|(at, _)| *at < midnight) {
            self.births.remove(&(at, person));
            let account = self.open_account(person, at);
            let rng = &mut self
                .streams
                .of(Process::Pressure, (1 << 48) | self.entity(account), day);
            // Routine removal by machine: in the study's world and where only routine is left.
            let watched = matches!(self.params.regime, Regime::Study | Regime::Routine);
            if chance(rng, self.params.pressure.stillborn) && watched {
                let end = at + 1 + (unit(rng) * 8.0 * HOUR_MS as f64) as i64;
                self.accounts[account].posts_from_ms = i64::MAX;
                self.close(account, end, End::Suspended);
            } else if self.accounts[account].return_number > 0 {
                self.announce(account);
            }
        }
    }
}
