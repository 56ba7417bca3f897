//! Every number of the model, with its unit; a parameter file (TOML) gives them, and two come with the program.
//!
//! [`Params`] is what a file says, section by section; [`read`] reads and checks one. `datasets/*/parameters.toml` tell why
//! their numbers have the values they have.

use chrono::NaiveDate;
use rand_distr::{Distribution, StandardNormal};
use serde::Deserialize;

use crate::streams::Random;

mod pressure;
mod read;

pub use pressure::Regime;
pub use read::{BadParams, builtin, builtin_names, parse};

/// The model's parameters.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Seed of all random streams; not part of a file.
    #[serde(skip)]
    pub seed: u64,
    /// Seed of those that decide what is seen, where it is another; not part of a file.
    #[serde(skip)]
    pub observer_seed: Option<u64>,
    /// Which removals happen; not part of a file.
    #[serde(skip)]
    pub regime: Regime,
    /// When.
    pub period: Period,
    /// Who.
    pub people: People,
    /// Which languages people of the core write in.
    pub tongues_core: Tongues,
    /// The same for the periphery.
    pub tongues_periphery: Tongues,
    /// Where people are, and what they say about it.
    pub places: Places,
    /// Who follows whom.
    pub follows: Follows,
    /// How much and what people post.
    pub posts: Posts,
    /// Copy-paste campaigns.
    pub campaigns: Campaigns,
    /// Removal and other ends.
    pub pressure: Pressure,
    /// Days on which removals are more frequent than usual.
    #[serde(default)]
    pub waves: Vec<Wave>,
    /// Return after removal.
    pub returns: Returns,
    /// What is seen of it all.
    pub observer: Observing,
}

/// The simulated period.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// First day.
    #[serde(deserialize_with = "read::day")]
    pub first_day: NaiveDate,
    /// Length in days.
    pub days: u32,
    /// First day, counted from the first of the period, and length of the window without large waves.
    pub quiet: (u32, u32),
}

/// The population.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// People with an account on the first day.
    pub at_first: u32,
    /// New people per day.
    pub arrivals_per_day: f64,
    /// Share of people whom rosters list sooner or later; the rest are the periphery.
    pub core_share: f64,
    /// Share of people whose accounts a program runs: regular posts at all hours, from one client.
    pub bot_share: f64,
    /// People outside the network, who follow into it or are read in it.
    pub outsiders: u32,
    /// Mean age in days, on the first day, of accounts that exist then.
    pub age_days: f64,
}

/// Shares of languages; what is left writes in Arabic.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tongues {
    /// Share of people who write in English.
    pub english: f64,
    /// Share of people who write in both.
    pub both: f64,
}

/// Where people are, and what they say about it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Share of people there on the first day who live in Iraq or Syria.
    pub in_theatre: f64,
    /// How much lower that share is among those who arrive on the last day.
    pub in_theatre_decline: f64,
    /// Share of people whose profile says truly where they are.
    pub declared: f64,
    /// Share of people whose profile names the other side: Iraq or Syria although elsewhere, or the reverse.
    pub false_declared: f64,
    /// Share of people whose profile has words in that place that name no country.
    pub fanciful: f64,
    /// Chance that a returned account's profile says no more what the one before it said of the place.
    pub dropped_per_return: f64,
}

/// Who follows whom.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// Mean number of insiders that a core account would have as followers if left alone for long.
    pub capacity_inside_core: f64,
    /// The same for the periphery.
    pub capacity_inside_periphery: f64,
    /// Mean number of outsiders that a core account would have as followers if left alone for long.
    pub capacity_outside_core: f64,
    /// The same for the periphery.
    pub capacity_outside_periphery: f64,
    /// Nobody grows towards more inside followers than these.
    pub most_inside: f64,
    /// Spread of fame between people (standard deviation of the logarithm of their capacities).
    pub fame_sigma: f64,
    /// Days in which an account gains 1 − 1/e of the followers it still lacks.
    pub growth_days: f64,
    /// Chance that a new follower is drawn from the followers of a follower.
    pub triadic_closure: f64,
    /// Chance that whoever is newly followed follows back.
    pub reciprocity: f64,
    /// Chance that a new follower is drawn from one's own circle.
    pub homophily: f64,
    /// Share of the inside followers still lacking that a listing on the main roster brings the next day.
    pub shout_out_gain: f64,
}

/// How much and what people post.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posts {
    /// Posts per day over their life before the period, of accounts there on the first day.
    pub pace_before: Pace,
    /// Posts per day of people who arrive during the period.
    pub pace_newcomers: Pace,
    /// Posts per day now, as a share of the pace before.
    pub pace_now: f64,
    /// What each return leaves of the pace.
    pub pace_kept_per_return: f64,
    /// Share of posts that pass on another.
    pub repost_share: f64,
    /// Share of posts that quote another.
    pub quote_share: f64,
    /// Share of posts that answer another.
    pub reply_share: f64,
    /// Share of posts that name somebody in passing.
    pub mention_share: f64,
    /// Share of reposts, quotes, replies and mentions that turn to insiders.
    pub inside_share: f64,
}

/// A heavy-tailed pace: lognormal on both sides of its median, with a spread of its own on each.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Median posts per day.
    pub median: f64,
    /// Spread below the median (standard deviation of the logarithm).
    pub sigma_below: f64,
    /// Spread above it.
    pub sigma_above: f64,
    /// No pace is higher.
    pub most: f64,
}

/// Copy-paste campaigns: many accounts post one text, some with small edits, within hours.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaigns {
    /// Campaigns begun per day.
    pub per_day: f64,
    /// Mean number of accounts that join one.
    pub accounts: f64,
    /// Mean hours from its first post to a copy.
    pub hours: f64,
    /// Share of copies with at least one small edit.
    pub edited_share: f64,
}

/// Removal and other ends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressure {
    /// Chance per day that an ordinary account is removed.
    pub routine_hazard: f64,
    /// How removal grows with followers (an exponent): the visible are reported more.
    pub by_followers: f64,
    /// How removal grows with posts per day (an exponent).
    pub by_pace: f64,
    /// By how much the hazard of an account made this moment exceeds that of an old one (0: not at all, 1: twice).
    pub young_excess: f64,
    /// Days in which that excess falls to 1/e.
    pub young_days: f64,
    /// Share of new accounts removed within hours, before their first post.
    pub stillborn: f64,
    /// Chance per day that a person closes the account.
    pub deactivation: f64,
    /// Chance per day of a new handle on the same account.
    pub rename: f64,
    /// Chance per day that an account closes itself to non-followers.
    pub protection: f64,
}

/// Days on which removals are more frequent than usual.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// First day, counted from the first day of the period.
    pub from_day: u32,
    /// How many days.
    pub days: u32,
    /// Additional chance per account and day.
    pub hazard: f64,
}

/// Return after removal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// Mean chance that a person returns after the first removal.
    pub stubbornness: f64,
    /// What each return leaves of that chance.
    pub stubbornness_kept_per_return: f64,
    /// Chance that a person returns after closing the account.
    pub after_deactivation: f64,
    /// Median days until return.
    pub delay_days: f64,
    /// What each return leaves of the capacity: audiences tire of finding the same person again.
    pub capacity_kept_per_return: f64,
    /// Chance that a former follower follows the first returned account again.
    pub refollow: f64,
    /// What each further return leaves of that chance.
    pub refollow_kept_per_return: f64,
    /// Mean days until a former follower has found the new account.
    pub refollow_days: f64,
    /// Chance that the first post of a returned account says that its owner is back.
    pub announced: f64,
    /// Mean number of insiders who tell theirs of a returned account.
    pub shout_outs: f64,
    /// Chance that a returned account's handle is made of the same words as that of the account before.
    #[serde(default = "read::always")]
    pub handle_kept: f64,
    /// Chance that its display name is.
    #[serde(default = "read::always")]
    pub name_kept: f64,
    /// Chance that it has the self-description of the account before, if it has any.
    #[serde(default = "read::always")]
    pub bio_kept: f64,
    /// Chance that it shows the picture of the person's first account.
    #[serde(default = "read::same_face")]
    pub avatar_kept: f64,
}

/// What is seen of it all.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observing {
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
    /// Outside the quiet window, in which they are daily, lookups come every so many days.
    pub lookup_every_days: u32,
    /// Share of watched accounts whose lists of follows are fetched on a day of fetching.
    pub follow_lists_share: f64,
    /// No more followers, and no more followed accounts, are asked for than these; which are left out is chance.
    pub follow_list_most: u32,
    /// Share of posts that a second collection takes, which runs beside the first in the quiet window.
    pub overlap_share: f64,
    /// Share of collected posts whose line breaks off, so that the post is lost.
    pub cut_share: f64,
    /// Days on which nothing could be checked or looked up.
    pub outages: Vec<u32>,
    /// Days on which no posts were collected.
    pub stream_outages: Vec<u32>,
}

impl Pace {
    /// Somebody's pace.
    #[must_use]
    pub fn draw(self, rng: &mut Random) -> f64 {
        let z: f64 = StandardNormal.sample(rng);
        let sigma = if z < 0.0 { self.sigma_below } else { self.sigma_above };
        (self.median * libm::exp(sigma * z)).min(self.most)
    }
}

impl Params {
    /// The 2016 study's parameters, at `scale` times its people.
    #[must_use]
    pub fn study(seed: u64, scale: f64) -> Self {
        let study = builtin("diminishing-returns-2016").map(|text| parse(text, "diminishing-returns-2016"));
        match study {
            Some(Ok(params)) => params.of(seed, scale),
            // A test holds every built-in file to reading.
            _ => unreachable!("the built-in parameters do not read"),
        }
    }

    /// These parameters with a seed, and `scale` times as many people.
    #[must_use]
    pub fn of(mut self, seed: u64, scale: f64) -> Self {
        let scaled = |n: u32| (f64::from(n) * scale).max(4.0) as u32;
        self.seed = seed;
        self.people.at_first = scaled(self.people.at_first);
        self.people.outsiders = scaled(self.people.outsiders);
        self.people.arrivals_per_day *= scale;
        self.campaigns.per_day *= scale;
        // Below full size nobody can have hundreds of inside followers; capacities shrink with the population.
        self.follows.capacity_inside_core *= scale.min(1.0);
        self.follows.capacity_inside_periphery *= scale.min(1.0);
        self.follows.most_inside *= scale.min(1.0);
        self
    }
}
