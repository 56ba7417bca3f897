//! People outside the network: whom insiders read and pass on, and who follows insiders from outside. They are scenery:
//! they are never removed, and what they do elsewhere is only a number.

use crate::clock::{ACCOUNT_MACHINE, DAY_MS, HOUR_MS, OUTSIDE_POST_MACHINE, snowflake};
use crate::params::Params;
use crate::people::Handles;
use crate::raw::shown::Profile;
use crate::streams::{Process, Streams, below, lognormal, pick, unit, waiting};
use crate::words;

/// One outsider.
#[derive(Debug, Clone)]
pub struct Outsider {
    /// Account id.
    pub id: u64,
    /// Handle.
    pub handle: String,
    created_ms: i64,
    followers: u64,
    friends: u64,
    statuses: u64,
    pace: f64,
}

/// Draws all outsiders; the popular have low indices.
#[must_use]
pub fn outsiders(params: &Params, streams: &Streams, handles: &mut Handles, start_ms: i64) -> Vec<Outsider> {
    (0..params.people.outsiders)
        .map(|index| {
            let rng = &mut streams.of(Process::Outsiders, u64::from(index), 0);
            let name = (
                pick(rng, words::FIRST),
                pick(rng, words::SECOND),
                u32::try_from(100 + below(rng, 900)).unwrap_or(0),
            );
            // Nobody is older than ids of this form; whoever would be is spread over the first years of them.
            let drawn = 30.0 + waiting(rng, 500.0);
            let age = if drawn > 1600.0 {
                1600.0 - 900.0 * unit(rng)
            } else {
                drawn
            };
            let created_ms = start_ms - (age * DAY_MS as f64) as i64;
            let rank = f64::from(index + 1);
            let pace = lognormal(rng, 6.0, 1.2).min(200.0);
            Outsider {
                // The moment tells accounts apart; the low bits only where two share a millisecond.
                id: snowflake(created_ms, ACCOUNT_MACHINE, 0x800 | u64::from(index & 0x7ff)),
                handle: handles.mint(rng, name, 0),
                created_ms,
                followers: (lognormal(rng, 3.0e5, 0.5) / libm::pow(rank, 0.7)) as u64 + 20,
                friends: 150 + lognormal(rng, 500.0, 0.9) as u64 + if index < 200 { 4000 } else { 0 },
                statuses: (pace * age) as u64,
                pace,
            }
        })
        .collect()
}

impl Outsider {
    /// What the account shows at a moment.
    #[must_use]
    pub fn profile(&self, at_ms: i64, start_ms: i64) -> Profile {
        let days = (at_ms - start_ms).max(0) as f64 / DAY_MS as f64;
        Profile {
            id: self.id,
            handle: self.handle.clone(),
            name: self.handle.replace('_', " "),
            location: None,
            description: Some(words::BIO[(self.id >> 22) as usize % words::BIO.len()].to_owned()),
            lang: "en",
            avatar: self.id >> 16,
            created_ms: self.created_ms,
            followers: self.followers,
            friends: self.friends,
            statuses: self.statuses + (days * self.pace) as u64,
            listed: self.followers / 50,
            favourites: self.statuses / 7,
            protected: false,
            zone: Some(words::ZONES[0]),
        }
    }

    /// Id, time and word seed of what this outsider wrote on the day before `midnight_ms`.
    #[must_use]
    pub fn yesterdays_post(&self, streams: &Streams, index: u32, day: u32, midnight_ms: i64) -> (u64, i64, u64) {
        let rng = &mut streams.of(Process::Outsiders, u64::from(index), day + 1);
        let at = midnight_ms - 1 - (unit(rng) * 24.0 * HOUR_MS as f64) as i64;
        (
            snowflake(at, OUTSIDE_POST_MACHINE, u64::from(index)),
            at,
            self.id ^ (u64::from(day) << 40),
        )
    }
}
