//! Every number of the model, with its unit and why it has the value it has.
//!
//! Values were set by hand so that the default seed lands near the published figures of Berger & Perez (2016).
//!
//! Why lifetime posts per day fall from some 14.5 to some 5.5: accounts of the first day wrote most of their posts before the
//! pressure, at a higher pace; who is removed and returns writes less each time ([`Params::pace_kept_per_return`]); the busy
//! and the followed are removed sooner ([`Params::hazard_by_pace`], [`Params::hazard_by_followers`]); newcomers write less.
//! Why mean followers stay flat when it is quiet and fall in waves: accounts grow towards a capacity, removal resets them, and
//! every removed account is also a follower that others lose.

use chrono::NaiveDate;

/// Days on which removals are more frequent than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wave {
    /// First day, counted from the first day of the period.
    pub from_day: u32,
    /// How many days.
    pub days: u32,
    /// Additional hazard per account and day.
    pub hazard: f64,
}

/// The model's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Seed of all random streams.
    pub seed: u64,
    /// First day of the period.
    pub first_day: NaiveDate,
    /// Length of the period in days.
    pub days: u32,
    /// Accounts alive on the first day. Core and periphery together stay below the published 3,000.
    pub people: u32,
    /// New people per day.
    pub arrivals_per_day: f64,
    /// Share of people whom the roster lists sooner or later; the rest are the periphery.
    pub core_share: f64,
    /// People outside the network who follow into it.
    pub outsiders: u32,

    /// Mean number of insiders that a core account would have as followers if left alone for long.
    pub capacity_inside_core: f64,
    /// The same for the periphery.
    pub capacity_inside_periphery: f64,
    /// Mean number of outsiders that a core account would have as followers if left alone for long.
    pub capacity_outside_core: f64,
    /// The same for the periphery.
    pub capacity_outside_periphery: f64,
    /// Days in which an account gains 1 − 1/e of the followers it still lacks.
    pub growth_days: f64,
    /// What each return leaves of the capacity: audiences tire of finding the same person again.
    pub capacity_kept_per_return: f64,
    /// Chance that a former follower follows the first returned account again.
    pub refollow: f64,
    /// What each further return leaves of that chance.
    pub refollow_kept_per_return: f64,
    /// Mean days until a former follower has found the new account.
    pub refollow_days: f64,

    /// Mean lifetime posts per day of accounts that exist on the first day: they were written before the pressure.
    pub pace_before: f64,
    /// Spread of pace between people (standard deviation of the logarithm).
    pub pace_sigma: f64,
    /// Posts per day now, as a share of the lifetime pace before.
    pub pace_now: f64,
    /// What each return leaves of the pace.
    pub pace_kept_per_return: f64,
    /// Mean posts per day of people who arrive during the period.
    pub pace_newcomers: f64,
    /// Mean age in days, on the first day, of accounts that exist then.
    pub age_days: f64,

    /// Chance per day that an ordinary account is removed.
    pub routine_hazard: f64,
    /// How removal grows with followers (an exponent): the visible are reported more.
    pub hazard_by_followers: f64,
    /// How removal grows with posts per day (an exponent).
    pub hazard_by_pace: f64,
    /// The waves.
    pub waves: Vec<Wave>,
    /// Share of new accounts removed within hours, before their first post.
    pub stillborn: f64,
    /// Chance per day that a person closes the account.
    pub deactivation: f64,
    /// Chance per day of a new handle on the same account.
    pub rename: f64,
    /// Chance per day that an account closes itself to non-followers.
    pub protection: f64,
    /// Mean chance that a person returns after the first removal.
    pub stubbornness: f64,
    /// What each return leaves of that chance.
    pub stubbornness_kept_per_return: f64,
    /// Median days until return.
    pub return_days: f64,

    /// Chance that a core account ever gets on the main roster.
    pub roster_coverage: f64,
    /// Mean days from creation to listing.
    pub roster_delay_days: f64,
    /// Mean days from removal to unlisting.
    pub unlist_delay_days: f64,
    /// Share of listed accounts' posts that the observer collects.
    pub post_share: f64,
    /// The same for accounts that are not listed, relative to `post_share`.
    pub unlisted_post_share: f64,
    /// First day and length of daily lookups; otherwise they come every third day.
    pub daily_lookups: (u32, u32),
    /// Days on which nothing could be checked or looked up.
    pub outages: Vec<u32>,
}

impl Params {
    /// The study's period, 2015-06-01 to 2015-10-31, with `scale` times its people.
    #[must_use]
    pub fn study(seed: u64, scale: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates"
        )]
        let scaled = |n: f64| (n * scale).max(4.0) as u32;
        // Below full size nobody can have hundreds of inside followers; capacities shrink with the population.
        let room = scale.min(1.0);
        Self {
            seed,
            first_day: NaiveDate::from_ymd_opt(2015, 6, 1).unwrap_or_default(),
            days: 153,
            people: scaled(1900.0),
            arrivals_per_day: 7.0 * scale,
            core_share: 0.5,
            outsiders: scaled(20_000.0),
            capacity_inside_core: 670.0 * room,
            capacity_inside_periphery: 110.0 * room,
            capacity_outside_core: 150.0,
            capacity_outside_periphery: 35.0,
            growth_days: 45.0,
            capacity_kept_per_return: 0.8,
            refollow: 0.35,
            refollow_kept_per_return: 0.85,
            refollow_days: 3.0,
            pace_before: 17.0,
            pace_sigma: 1.05,
            pace_now: 0.75,
            pace_kept_per_return: 0.8,
            pace_newcomers: 4.5,
            age_days: 110.0,
            routine_hazard: 0.011,
            hazard_by_followers: 0.2,
            hazard_by_pace: 0.25,
            waves: vec![
                Wave {
                    from_day: 33,
                    days: 5,
                    hazard: 0.045,
                },
                Wave {
                    from_day: 138,
                    days: 4,
                    hazard: 0.04,
                },
                Wave {
                    from_day: 146,
                    days: 4,
                    hazard: 0.035,
                },
            ],
            stillborn: 0.04,
            deactivation: 0.0008,
            rename: 0.0015,
            protection: 0.0005,
            stubbornness: 0.8,
            stubbornness_kept_per_return: 0.95,
            return_days: 1.5,
            roster_coverage: 0.93,
            roster_delay_days: 4.0,
            unlist_delay_days: 3.0,
            post_share: 0.03,
            unlisted_post_share: 0.3,
            daily_lookups: (84, 30),
            outages: vec![17, 46, 47, 70, 123],
        }
    }
}
