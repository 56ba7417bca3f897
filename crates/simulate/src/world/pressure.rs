//! Removal and return: who ends, who comes back, who is new.

use super::*;

impl World {
    /// The chance that an account is removed on a day: (routine, wave).
    fn hazard(&self, account: usize, day: u32) -> (f64, f64) {
        let followers = self.graph.follower_count(account) as f64 + 20.0;
        let visibility = libm::pow(followers / 300.0, self.params.pressure.by_followers)
            * libm::pow((self.accounts[account].pace + 0.2) / 5.0, self.params.pressure.by_pace);
        let visibility = visibility.clamp(0.2, 4.0);
        let wave: f64 = self
            .params
            .waves
            .iter()
            .filter(|wave| (wave.from_day..wave.from_day + wave.days).contains(&day))
            .map(|wave| wave.hazard)
            .sum();
        (self.params.pressure.routine_hazard * visibility, wave * visibility)
    }

    pub(super) fn settle_ends(&mut self, day: u32, now: i64) {
        for account in 0..self.accounts.len() {
            if !self.accounts[account].alive_at(now) || self.accounts[account].end.is_some() {
                continue;
            }
            let rng = &mut self.streams.of(Process::Pressure, self.entity(account), day);
            let at = now + (unit(rng) * DAY_MS as f64) as i64;
            let (routine, wave) = self.hazard(account, day);
            let u = unit(rng);
            if u < routine + wave {
                self.accounts[account].in_wave = u >= routine;
                self.close(account, at, End::Suspended);
            } else if chance(rng, self.params.pressure.deactivation) {
                self.close(account, at, End::Deactivated);
            } else if chance(rng, self.params.pressure.rename) {
                let number = self.accounts[account].return_number + 1;
                let name = self.people[self.accounts[account].person].name;
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
            End::Deactivated => 0.2,
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
            let rng = &mut self.streams.of(Process::Pressure, self.entity(account), day);
            if chance(rng, self.params.pressure.stillborn) {
                let end = at + 1 + (unit(rng) * 8.0 * HOUR_MS as f64) as i64;
                self.accounts[account].posts_from_ms = i64::MAX;
                self.close(account, end, End::Suspended);
            }
        }
    }
}
