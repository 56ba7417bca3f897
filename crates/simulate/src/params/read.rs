//! Reading and checking a parameter file.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use super::{Pace, Params};

macro_rules! builtins {
    ($($name:literal,)+) => {
        const BUILTIN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../../datasets/", $name, "/parameters.toml"))),)+
        ];
    };
}

builtins! {
    "diminishing-returns-2016",
    "isis-census-2014",
}

/// The text of a parameter file that comes with the program.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Names of the parameter files that come with the program.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|(name, _)| *name)
}

/// Why a parameter file cannot be used.
#[derive(Debug, Error)]
pub enum BadParams {
    /// It is not what a parameter file looks like.
    #[error("cannot read the parameters '{name}': {message}")]
    Toml {
        /// File or built-in name.
        name: String,
        /// What the TOML reader says, with the line.
        message: String,
    },
    /// A number is not possible.
    #[error("cannot use the parameters '{name}': {field} is {value}, and must be {must}")]
    Value {
        /// File or built-in name.
        name: String,
        /// Which, as `section.field`.
        field: String,
        /// What it is.
        value: f64,
        /// What it must be.
        must: &'static str,
    },
}

/// Reads and checks parameters; `name` is what messages call them.
///
/// # Errors
/// A field that is missing, unknown or of the wrong kind, and a value that is not possible.
pub fn parse(text: &str, name: &str) -> Result<Params, BadParams> {
    let params: Params = toml::from_str(text).map_err(|error| BadParams::Toml {
        name: name.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })?;
    check(&params).map_err(|(field, value, must)| BadParams::Value {
        name: name.to_owned(),
        field,
        value,
        must,
    })?;
    Ok(params)
}

/// A TOML date without a time.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let moment = toml::value::Datetime::deserialize(deserializer)?;
    let date = moment.date.filter(|_| moment.time.is_none());
    date.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)))
        .ok_or_else(|| de::Error::custom("not a day (write 2015-06-01)"))
}

/// What a parameter file means that does not speak of a chance: it always happens.
pub(super) fn always() -> f64 {
    1.0
}

/// The chance of the same picture where a parameter file does not speak of it.
pub(super) fn same_face() -> f64 {
    0.6
}

type Fault = (String, f64, &'static str);

fn check(params: &Params) -> Result<(), Fault> {
    shares(params)?;
    amounts(params)?;
    positive(params)?;
    let sums = [
        (
            "tongues_core.english + both",
            params.tongues_core.english + params.tongues_core.both,
        ),
        (
            "tongues_periphery.english + both",
            params.tongues_periphery.english + params.tongues_periphery.both,
        ),
        (
            "places.declared + false_declared + fanciful",
            params.places.declared + params.places.false_declared + params.places.fanciful,
        ),
        (
            "posts.repost_share + quote_share + reply_share + mention_share",
            params.posts.repost_share
                + params.posts.quote_share
                + params.posts.reply_share
                + params.posts.mention_share,
        ),
    ];
    for (field, value) in sums {
        // Decimal fractions that add up to 1 may come to a hair more.
        if value > 1.0 + 1e-9 {
            return Err((field.to_owned(), value, "at most 1 in all"));
        }
    }
    let (from, days) = params.period.quiet;
    if u64::from(from) + u64::from(days) > u64::from(params.period.days) {
        return Err((
            "period.quiet".to_owned(),
            f64::from(from),
            "a first day and a length within the period",
        ));
    }
    Ok(())
}

fn shares(params: &Params) -> Result<(), Fault> {
    let Params {
        people,
        tongues_core,
        tongues_periphery,
        places,
        follows,
        posts,
        campaigns,
        pressure,
        returns,
        observer,
        ..
    } = params;
    let waves = params.waves.iter().map(|wave| ("waves.hazard", wave.hazard));
    [
        ("people.core_share", people.core_share),
        ("people.bot_share", people.bot_share),
        ("tongues_core.english", tongues_core.english),
        ("tongues_core.both", tongues_core.both),
        ("tongues_periphery.english", tongues_periphery.english),
        ("tongues_periphery.both", tongues_periphery.both),
        ("places.in_theatre", places.in_theatre),
        ("places.in_theatre_decline", places.in_theatre_decline),
        ("places.declared", places.declared),
        ("places.false_declared", places.false_declared),
        ("places.fanciful", places.fanciful),
        ("places.dropped_per_return", places.dropped_per_return),
        ("follows.triadic_closure", follows.triadic_closure),
        ("follows.reciprocity", follows.reciprocity),
        ("follows.homophily", follows.homophily),
        ("follows.shout_out_gain", follows.shout_out_gain),
        ("posts.repost_share", posts.repost_share),
        ("posts.quote_share", posts.quote_share),
        ("posts.reply_share", posts.reply_share),
        ("posts.mention_share", posts.mention_share),
        ("posts.inside_share", posts.inside_share),
        ("posts.pace_kept_per_return", posts.pace_kept_per_return),
        ("campaigns.edited_share", campaigns.edited_share),
        ("pressure.routine_hazard", pressure.routine_hazard),
        ("pressure.stillborn", pressure.stillborn),
        ("pressure.deactivation", pressure.deactivation),
        ("pressure.rename", pressure.rename),
        ("pressure.protection", pressure.protection),
        ("returns.stubbornness", returns.stubbornness),
        (
            "returns.stubbornness_kept_per_return",
            returns.stubbornness_kept_per_return,
        ),
        ("returns.after_deactivation", returns.after_deactivation),
        ("returns.capacity_kept_per_return", returns.capacity_kept_per_return),
        ("returns.refollow", returns.refollow),
        ("returns.refollow_kept_per_return", returns.refollow_kept_per_return),
        ("returns.announced", returns.announced),
        ("returns.handle_kept", returns.handle_kept),
        ("returns.name_kept", returns.name_kept),
        ("returns.bio_kept", returns.bio_kept),
        ("returns.avatar_kept", returns.avatar_kept),
        ("observer.roster_coverage", observer.roster_coverage),
        ("observer.post_share", observer.post_share),
        ("observer.unlisted_post_share", observer.unlisted_post_share),
        ("observer.follow_lists_share", observer.follow_lists_share),
        ("observer.overlap_share", observer.overlap_share),
        ("observer.cut_share", observer.cut_share),
    ]
    .into_iter()
    .chain(waves)
    .try_for_each(|(field, value)| {
        let possible = (0.0..=1.0).contains(&value);
        if possible {
            Ok(())
        } else {
            Err((field.to_owned(), value, "between 0 and 1"))
        }
    })
}

/// Numbers that may be anything from nothing on, and not more than a machine holds.
fn amounts(params: &Params) -> Result<(), Fault> {
    let Params {
        people,
        follows,
        posts,
        campaigns,
        pressure,
        returns,
        observer,
        ..
    } = params;
    [
        ("people.arrivals_per_day", people.arrivals_per_day),
        ("follows.capacity_inside_core", follows.capacity_inside_core),
        ("follows.capacity_inside_periphery", follows.capacity_inside_periphery),
        ("follows.capacity_outside_core", follows.capacity_outside_core),
        ("follows.capacity_outside_periphery", follows.capacity_outside_periphery),
        ("follows.most_inside", follows.most_inside),
        ("follows.fame_sigma", follows.fame_sigma),
        ("posts.pace_now", posts.pace_now),
        ("campaigns.per_day", campaigns.per_day),
        ("campaigns.accounts", campaigns.accounts),
        ("campaigns.hours", campaigns.hours),
        ("pressure.by_followers", pressure.by_followers),
        ("pressure.by_pace", pressure.by_pace),
        ("pressure.young_excess", pressure.young_excess),
        ("returns.shout_outs", returns.shout_outs),
        ("observer.roster_delay_days", observer.roster_delay_days),
        ("observer.unlist_delay_days", observer.unlist_delay_days),
    ]
    .into_iter()
    .try_for_each(|(field, value)| {
        let possible = (0.0..=1e6).contains(&value);
        if possible {
            Ok(())
        } else {
            Err((field.to_owned(), value, "from 0 to a million"))
        }
    })
}

/// Numbers that are divided by, or are the middle of a distribution.
fn positive(params: &Params) -> Result<(), Fault> {
    let Params {
        period,
        people,
        follows,
        posts,
        pressure,
        returns,
        observer,
        ..
    } = params;
    let paces = |name: &str, pace: Pace| {
        [
            ("median", pace.median),
            ("sigma_below", pace.sigma_below),
            ("sigma_above", pace.sigma_above),
            ("most", pace.most),
        ]
        .map(|(field, value)| (format!("posts.{name}.{field}"), value))
    };
    let named = [
        ("period.days", f64::from(period.days)),
        ("people.at_first", f64::from(people.at_first)),
        ("people.outsiders", f64::from(people.outsiders)),
        ("people.age_days", people.age_days),
        ("follows.growth_days", follows.growth_days),
        ("pressure.young_days", pressure.young_days),
        ("returns.delay_days", returns.delay_days),
        ("returns.refollow_days", returns.refollow_days),
        ("observer.lookup_every_days", f64::from(observer.lookup_every_days)),
    ]
    .map(|(field, value)| (field.to_owned(), value));
    named
        .into_iter()
        .chain(paces("pace_before", posts.pace_before))
        .chain(paces("pace_newcomers", posts.pace_newcomers))
        .try_for_each(|(field, value)| {
            let possible = value > 0.0 && value <= 1e7;
            if possible {
                Ok(())
            } else {
                Err((field, value, "more than 0, and at most ten million"))
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_reads() {
        for name in builtin_names() {
            parse(builtin(name).unwrap(), name).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let text = builtin("diminishing-returns-2016").unwrap();
        let message = |text: &str| parse(text, "x.toml").unwrap_err().to_string();
        let changed = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            message(&text.replace(from, to))
        };
        assert_eq!(
            changed("core_share = 0.5", "core_share = 1.5"),
            "cannot use the parameters 'x.toml': people.core_share is 1.5, and must be between 0 and 1"
        );
        assert!(changed("core_share = 0.5", "core_share = nan").contains("people.core_share is NaN"));
        assert!(changed("core_share = 0.5", "core_shar = 0.5").contains("unknown field `core_shar`"));
        assert!(changed("core_share = 0.5\n", "").contains("missing field `core_share`"));
        assert!(changed("days = 153", "days = 20").contains("period.quiet"));
        assert!(message("seed = 4").contains("line 1"));
    }
}
