//! Posts per day, by three definitions that are kept apart: over an account's life, between two observations of the platform's
//! own count, and from the posts that the archive holds.

use std::collections::BTreeMap;

use tables::SetName;

use crate::evidence::{Belonging, Evidence, Group, as_days, bounds_ms, day_number};
use crate::figure::{Figure, Quantity};
use crate::per_sample::{self, PerSample};
use crate::results::Results;
use crate::trend;

const LIFETIME_MEAN: Quantity = Quantity {
    id: "tweets_per_day.lifetime.mean",
    unit: "tweets per day",
    definition: "mean of members alive of posts written / max(age in days, 1), newest observation at or \
                 before the sample; n is accounts, resampled",
};
const LIFETIME_QUANTILES: [(Quantity, f64); 1] = [(
    Quantity {
        id: "tweets_per_day.lifetime.median",
        unit: "tweets per day",
        definition: "median of members alive of posts written / max(age in days, 1), newest observation at or \
                     before the sample; n is accounts, resampled",
    },
    0.5,
)];
const FIRST: Quantity = Quantity {
    id: "tweets_per_day.lifetime.first",
    unit: "tweets per day",
    definition: "mean over members of posts written / max(age in days, 1), at the window's first sample that has it",
};
const LAST: Quantity = Quantity {
    id: "tweets_per_day.lifetime.last",
    unit: "tweets per day",
    definition: "mean over members of posts written / max(age in days, 1), at the window's last sample that has it",
};
const TREND: Quantity = Quantity {
    id: "tweets_per_day.lifetime.trend",
    unit: "tweets per day, per day",
    definition: "slope of the sample means of lifetime pace over the window; n is samples",
};
/// Shortest time between two counts that a pace is taken from.
const SHORTEST_MS: i64 = tables::DAY_MS;
const WINDOW_SERIES: Quantity = Quantity {
    id: "tweets_per_day.window.mean",
    unit: "tweets per day",
    definition: "mean over members alive of the rise of their count of posts since the sample before, by the time \
                 between the two observations (at least a day; posts deleted meanwhile are taken off); n is \
                 accounts, resampled",
};
const WINDOW: Quantity = Quantity {
    id: "tweets_per_day.window.mean",
    unit: "tweets per day",
    definition: "mean over accounts on the list of the rise of their count of posts between their first and last \
                 observation in the window, by the time between (at least a day; posts deleted meanwhile are taken \
                 off); n is accounts, resampled",
};
/// Days before a sample over which posts are counted.
const TRAILING_DAYS: i32 = 7;
const POSTS_SERIES: Quantity = Quantity {
    id: "tweets_per_day.posts.mean",
    unit: "tweets per day",
    definition: "posts collected (not only nested in another's) per account-day, of members alive, over the 7 days that end with the \
                 sample; accounts without any post in the archive are left out; n is accounts, resampled",
};
const POSTS: Quantity = Quantity {
    id: "tweets_per_day.posts.mean",
    unit: "tweets per day",
    definition: "posts collected (not only nested in another's) per account-day within the window, of accounts on the list, each from its \
                 creation (else, or where that lies after it, its first sign of life) to its end (else its last sign of life); \
                 accounts without any post in the archive are left out; n is accounts, resampled",
};

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    let lifetime = PerSample::new(evidence, |member| member.tweets_per_day);
    let needs = if evidence.members.iter().all(|member| member.statuses.is_none()) {
        "needs accounts.statuses"
    } else {
        "needs accounts.created_at"
    };
    let lives = lives(evidence);
    for set in Group::SETS {
        let quantities = (&LIFETIME_MEAN, &LIFETIME_QUANTILES);
        per_sample::series(evidence, &lifetime, set, quantities, needs, results);
        for sample in 0..evidence.study.samples().len() {
            let at = evidence.sample_ms(sample);
            let figure = match evidence.sample_unknown(set, sample) {
                Some(reason) => Figure::absent(&WINDOW_SERIES, reason),
                None => since_sample_before(evidence, set, sample),
            };
            results.point(&WINDOW_SERIES, set.word(), at, figure);
            let figure = match evidence.sample_unknown(set, sample) {
                Some(reason) => Figure::absent(&POSTS_SERIES, reason),
                None => trailing(evidence, set, sample),
            };
            results.point(&POSTS_SERIES, set.word(), at, figure);
        }
    }
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let figures = match group {
                Group::Everyone => [FIRST, LAST, TREND, WINDOW, POSTS]
                    .map(|quantity| Figure::absent(&quantity, crate::size::NEEDS_A_SET)),
                Group::Set(set) => {
                    let [first, last, trend] = of_lifetime(evidence, set, position, needs, results);
                    [
                        first,
                        last,
                        trend,
                        between(evidence, set, position),
                        from_posts(evidence, group, position, &lives),
                    ]
                }
            };
            for (quantity, figure) in [FIRST, LAST, TREND, WINDOW, POSTS].iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
}

fn of_lifetime(
    evidence: &Evidence,
    set: SetName,
    window: usize,
    needs: &'static str,
    results: &Results,
) -> [Figure; 3] {
    let all_absent = |reason: &'static str| [FIRST, LAST, TREND].map(|quantity| Figure::absent(&quantity, reason));
    if let Some(reason) = evidence.set_unknown(set) {
        return all_absent(reason);
    }
    if evidence.members.iter().all(|member| member.tweets_per_day.is_none()) {
        return all_absent(needs);
    }
    let Some(window) = evidence.study.windows().get(window) else {
        return all_absent("no such window");
    };
    let (from, to) = bounds_ms(window);
    let inside: Vec<(i64, &Figure)> = results
        .points(&LIFETIME_MEAN, set.word())
        .filter(|(at, figure)| (from..to).contains(at) && figure.value.is_some())
        .collect();
    let (Some((_, first)), Some((_, last))) = (inside.first(), inside.last()) else {
        return all_absent("no sample of this window has a number");
    };
    let named = |quantity: &Quantity, figure: &Figure| Figure {
        method: quantity.definition.to_owned() + "; n is accounts, resampled" + note_of(&LIFETIME_MEAN, figure),
        ..figure.clone()
    };
    let points = evidence.in_window(window, inside.iter().copied());
    [
        named(&FIRST, first),
        named(&LAST, last),
        trend::slope(&TREND, &points, evidence.study.flat_margin_percent()).doubting(evidence.cannot_move(set, window)),
    ]
}

/// What was noted of a figure beyond its definition.
fn note_of<'a>(quantity: &Quantity, figure: &'a Figure) -> &'a str {
    figure.method.strip_prefix(quantity.definition).unwrap_or_default()
}

/// Δstatuses / Δt between the observations that two samples rest on.
fn since_sample_before(evidence: &Evidence, set: SetName, sample: usize) -> Figure {
    let at_sample = |sample: usize| {
        evidence
            .members
            .iter()
            .filter(move |member| member.set == set && member.sample == sample && member.alive)
            .filter_map(|member| Some((member.account, (member.observed_at?, member.statuses?))))
    };
    let Some(before) = sample.checked_sub(1) else {
        return Figure::absent(&WINDOW_SERIES, "no sample comes before this one");
    };
    let earlier: BTreeMap<u32, (i64, i64)> = at_sample(before).collect();
    let (accounts, paces): (Vec<u32>, Vec<f64>) = at_sample(sample)
        .filter_map(|(account, last)| Some((account, pace(*earlier.get(&account)?, last)?)))
        .unzip();
    if paces.is_empty() {
        return Figure::absent(&WINDOW_SERIES, "no member has two observations a day or more apart");
    }
    Figure::of(&WINDOW_SERIES, evidence.mean(&accounts, &paces))
}

/// Posts per day between two counts, each a moment in milliseconds and the number of posts.
fn pace((first_at, first): (i64, i64), (last_at, last): (i64, i64)) -> Option<f64> {
    let time = last_at - first_at;
    (time >= SHORTEST_MS).then(|| (last - first) as f64 / as_days(time))
}

fn between(evidence: &Evidence, set: SetName, window: usize) -> Figure {
    if let Err(reason) = evidence.belonging(Group::Set(set), window) {
        return Figure::absent(&WINDOW, reason);
    }
    let (accounts, paces): (Vec<u32>, Vec<f64>) = evidence
        .paces
        .iter()
        .filter(|row| row.set == set && row.window == window)
        .filter_map(|row| Some((row.account, pace(row.first, row.last)?)))
        .unzip();
    if paces.is_empty() {
        let reason = if evidence.members.iter().all(|member| member.statuses.is_none()) {
            "needs accounts.statuses"
        } else {
            "no account has two observations a day or more apart"
        };
        return Figure::absent(&WINDOW, reason);
    }
    Figure::of(&WINDOW, evidence.mean(&accounts, &paces))
}

/// An account, its posts and its days.
type Exposure = (u32, u64, f64);

fn per_account_day(evidence: &Evidence, quantity: &Quantity, exposures: &[Exposure], doubted: &str) -> Figure {
    if exposures.is_empty() {
        return Figure::absent(quantity, "no account that was alive then has posts in the archive");
    }
    let rate = |drawn: &[usize]| {
        let posts: u64 = drawn.iter().map(|account| exposures[*account].1).sum();
        let days = stats::sum(&drawn.iter().map(|account| exposures[*account].2).collect::<Vec<_>>())?;
        if days > 0.0 {
            Ok(posts as f64 / days)
        } else {
            Err(stats::Reason::ZeroDenominator { what: "account-days" })
        }
    };
    let posts: u64 = exposures.iter().map(|(_, posts, _)| posts).sum();
    let days: f64 = exposures.iter().map(|(_, _, days)| days).sum();
    let accounts: Vec<u32> = exposures.iter().map(|(account, ..)| *account).collect();
    let sums_of = |account: usize| [(0, exposures[account].1 as f64, exposures[account].2)];
    let created_later = accounts
        .iter()
        .filter(|account| evidence.created_later.contains(account))
        .count();
    let note = match created_later {
        0 => String::new(),
        accounts => format!("{accounts} accounts created after they were first seen, {doubted}"),
    };
    Figure::of(quantity, evidence.mean_of_ratios(&accounts, sums_of, rate))
        .noting(&format!("{posts} posts in {days:.0} account-days"))
        .noting(&note)
}

/// Posts that the archive collected of an account. Those that it only has because somebody else passed them on tell of how popular the account
/// is, and of those others; nothing without any post of it.
fn posts_between(evidence: &Evidence, account: u32, first_day: i32, last_day: i32) -> Option<u64> {
    let days = evidence.posts.get(&account)?;
    let inside = days.iter().filter(|day| (first_day..=last_day).contains(&day.day));
    Some(inside.map(|day| day.collected).sum())
}

fn trailing(evidence: &Evidence, set: SetName, sample: usize) -> Figure {
    if evidence.table("posts").timed == 0 {
        return Figure::absent(&POSTS_SERIES, "needs posts");
    }
    let Some(day) = evidence
        .study
        .samples()
        .get(sample)
        .map(|sample| day_number(sample.date()))
    else {
        return Figure::absent(&POSTS_SERIES, "no such sample");
    };
    let end = evidence.sample_ms(sample) + 1;
    let start = end - i64::from(TRAILING_DAYS) * tables::DAY_MS;
    if let Some((first, last)) = evidence.table("posts").span
        && (start < first - tables::DAY_MS || end - tables::DAY_MS > last)
    {
        return Figure::absent(&POSTS_SERIES, "the posts do not span the 7 days");
    }
    let exposures: Vec<Exposure> = evidence
        .members
        .iter()
        .filter(|member| member.set == set && member.sample == sample && member.alive)
        .filter_map(|member| {
            let posts = posts_between(evidence, member.account, day - TRAILING_DAYS + 1, day)?;
            let from = member.created_at.map_or(start, |created| created.clamp(start, end));
            // An account that was made on the day has at least a day, as in the lifetime measure.
            Some((member.account, posts, as_days(end - from).max(1.0)))
        })
        .collect();
    per_account_day(evidence, &POSTS_SERIES, &exposures, "counted with all 7 days")
}

/// From when to when an account is known to have lived, in milliseconds; several times where it was reinstated.
type Lives = Vec<(Option<i64>, Option<i64>)>;

/// The lives of each account: from its creation, or where that is not known or cannot be, or of a later life, its first sign of life; to
/// its end, midway between last seen alive and first seen gone, or where none was seen to its last sign of life.
fn lives(evidence: &Evidence) -> BTreeMap<u32, Lives> {
    let mut lives: BTreeMap<u32, Lives> = BTreeMap::new();
    for spell in &evidence.spells {
        let created = evidence.created(spell).filter(|_| spell.number == 1);
        let end = spell.ended_at().or(spell.last_alive_at);
        lives
            .entry(spell.account)
            .or_default()
            .push((created.or(spell.first_alive_at), end));
    }
    lives
}

fn from_posts(evidence: &Evidence, group: Group, window: usize, lives: &BTreeMap<u32, Lives>) -> Figure {
    let accounts = match evidence.belonging(group, window) {
        Ok(Belonging::These(accounts)) => accounts,
        Ok(Belonging::Everyone) => return Figure::absent(&POSTS, crate::size::NEEDS_A_SET),
        Err(reason) => return Figure::absent(&POSTS, reason),
    };
    let (Some(window), Some((first, last))) = (evidence.study.windows().get(window), evidence.table("posts").span)
    else {
        return Figure::absent(&POSTS, "needs posts");
    };
    let (from, to) = bounds_ms(window);
    // Beyond the archive's own posts nothing is known.
    let (from, to) = (from.max(first), to.min(last));
    if from >= to {
        return Figure::absent(&POSTS, "the archive holds no posts of this window");
    }
    let exposures: Vec<Exposure> = accounts
        .iter()
        .filter_map(|account| {
            let posts = posts_between(evidence, *account, day_number(window.from()), day_number(window.to()))?;
            let within = |(begin, end): &(Option<i64>, Option<i64>)| {
                let alive_from = begin.map_or(from, |begin| begin.max(from));
                end.map_or(to, |end| end.min(to)) - alive_from
            };
            let days = match lives.get(account) {
                Some(lives) => as_days(lives.iter().map(within).filter(|lived| *lived > 0).sum()),
                None => as_days(to - from),
            };
            // An account that posted lived for a day at least; one that neither lived nor posted then is not counted.
            (days > 0.0 || posts > 0).then_some((*account, posts, days.max(1.0)))
        })
        .collect();
    per_account_day(evidence, &POSTS, &exposures, "counted from then on")
}
