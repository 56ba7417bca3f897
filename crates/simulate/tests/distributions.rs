//! What is drawn follows what the parameters say: exact values of a fixed seed, and shares and quantiles against their spec.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use simulate::clock::DAY_MS;
use simulate::observer::Manner;
use simulate::params::{Pace, Params, Regime};
use simulate::people::{self, End, Person};
use simulate::raw::shelf::Memory;
use simulate::streams::{Process, Streams};
use simulate::text::Tongue;
use simulate::world::{Wording, World};
use simulate::{Simulation, simulate};

fn run(seed: u64, scale: f64, change: impl Fn(&mut Params)) -> Simulation {
    let mut params = Params::study(seed, scale);
    params.observer.post_share = 0.0;
    change(&mut params);
    simulate(params, Manner::default(), 2, &Memory::default(), |_| ()).unwrap()
}

/// A share lies within four standard errors of what it should be.
fn assert_share(what: &str, hits: usize, of: usize, p: f64) {
    let (n, share) = (of as f64, hits as f64 / of as f64);
    let error = (p * (1.0 - p) / n).sqrt();
    assert!(
        (share - p).abs() < 4.0 * error,
        "{what}: {share} of {of} instead of {p}"
    );
}

fn quantile(sorted: &[f64], p: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * p).round() as usize]
}

fn crowd(n: usize) -> (Params, Vec<Person>) {
    let params = Params::study(11, 1.0);
    let streams = Streams::new(11);
    let people = (0..n)
        .map(|index| people::person(&params, &streams, index, None))
        .collect();
    (params, people)
}

#[test]
fn a_fixed_seed_gives_these_values() {
    let pace = Pace {
        median: 10.0,
        sigma_below: 1.0,
        sigma_above: 0.5,
        most: 150.0,
    };
    let rng = &mut Streams::new(2016).of(Process::People, 3, 5);
    let drawn: Vec<String> = (0..4).map(|_| format!("{:.6}", pace.draw(rng))).collect();
    assert_eq!(drawn, PACES);
    let simulation = run(7, 0.05, |_| ());
    let world = &simulation.world;
    let posts: u64 = world.deeds.iter().map(|deeds| deeds.posts).sum();
    let ended = |how: End| {
        world
            .accounts
            .iter()
            .filter(|a| a.end.is_some_and(|(_, end)| end == how))
            .count()
    };
    assert_eq!(
        (
            world.people.len(),
            world.accounts.len(),
            ended(End::Suspended),
            ended(End::Deactivated),
            posts,
            simulation.rosters.listings.len()
        ),
        STATE
    );
    assert_eq!(world.accounts[0].handle_at(0), HANDLE);
}

const PACES: [&str; 4] = ["3.353858", "15.386900", "5.913047", "6.497205"];
const STATE: (usize, usize, usize, usize, u64, usize) = (138, 251, 147, 12, 115_019, 145);
const HANDLE: &str = "orchid_tulip_19";

#[test]
fn pace_is_lognormal_on_both_sides_of_its_median() {
    let pace = Pace {
        median: 2.33,
        sigma_below: 3.34,
        sigma_above: 1.54,
        most: 250.0,
    };
    let rng = &mut Streams::new(5).of(Process::People, 0, 0);
    let mut drawn: Vec<f64> = (0..100_000).map(|_| pace.draw(rng)).collect();
    drawn.sort_by(f64::total_cmp);
    // Quantiles of the standard normal at 5, 25, 50, 75 and 95 % (scipy.stats.norm.ppf).
    for (p, z) in [
        (0.05, -1.644_854),
        (0.25, -0.674_490),
        (0.5, 0.0),
        (0.75, 0.674_490),
        (0.95, 1.644_854),
    ] {
        let sigma = if z < 0.0 { pace.sigma_below } else { pace.sigma_above };
        let (found, said) = (quantile(&drawn, p).ln(), pace.median.ln() + sigma * z);
        assert!((found - said).abs() < 0.05, "at {p}: {found} instead of {said}");
    }
    assert!(*drawn.last().unwrap() <= pace.most);
}

#[test]
fn people_are_what_the_parameters_say() {
    let n = 20_000;
    let (params, people) = crowd(n);
    let count = |is: fn(&Person) -> bool| people.iter().filter(|person| is(person)).count();
    assert_share("core", count(|p| p.core), n, params.people.core_share);
    assert_share("bots", count(|p| p.bot), n, params.people.bot_share);
    assert_share("in theatre", count(|p| p.in_theatre), n, params.places.in_theatre);
    let core: Vec<&Person> = people.iter().filter(|p| p.core).collect();
    let english = core.iter().filter(|p| p.tongue == Tongue::English).count();
    assert_share("English in the core", english, core.len(), params.tongues_core.english);
    let truthful = count(|p| p.declares == people::Declares::Truth);
    assert_share("places declared", truthful, n, params.places.declared);
    let mut fame: Vec<f64> = core.iter().map(|p| p.capacity_inside).collect();
    fame.sort_by(f64::total_cmp);
    // A lognormal with this mean has its median at mean · exp(−σ²/2); the crowd bounds the top.
    let median = params.follows.capacity_inside_core * (-params.follows.fame_sigma.powi(2) / 2.0).exp();
    assert!((quantile(&fame, 0.5) / median - 1.0).abs() < 0.03);
    let mut outside: Vec<f64> = core.iter().map(|p| p.capacity_outside).collect();
    outside.sort_by(f64::total_cmp);
    // Fame and luck together are lognormal with σ² = 0.8² + 0.5²: the 99th percentile is exp(2.326 · 0.943) medians.
    let tail = quantile(&outside, 0.99) / quantile(&outside, 0.5);
    assert!(
        (tail / 8.97 - 1.0).abs() < 0.1,
        "the 99th percentile of fame is {tail} medians"
    );
}

/// Posts by local hour, of people and of programs, on the days of a world without removals.
fn posts_by_hour(bots: bool) -> [usize; 24] {
    let mut params = Params::study(3, 0.2);
    params.regime = Regime::None;
    params.campaigns.per_day = 0.0;
    let mut world = World::new(params);
    let mut hours = [0; 24];
    for day in 0..7 {
        world.begin_day(day);
        for draft in world.drafts(day, 2) {
            let person = &world.people[world.accounts[draft.account as usize].person];
            if person.bot == bots && draft.wording == Wording::Own {
                let offset = i64::from(simulate::words::ZONES[person.zone].1);
                let local = (draft.at_ms / 3_600_000 + offset).rem_euclid(24);
                hours[usize::try_from(local).unwrap()] += 1;
            }
        }
    }
    hours
}

#[test]
fn people_sleep_and_programs_do_not() {
    let people = posts_by_hour(false);
    let all: usize = people.iter().sum();
    // The share of the hours from 2 to 6 and from 19 to 23 in the rhythm that posting.rs states, of its sum.
    assert!(
        (people[2..6].iter().sum::<usize>() as f64 / all as f64 - 31.0 / 981.0).abs() < 0.01,
        "{people:?}"
    );
    assert!(
        (people[19..23].iter().sum::<usize>() as f64 / all as f64 - 288.0 / 981.0).abs() < 0.02,
        "{people:?}"
    );
    let bots = posts_by_hour(true);
    let (least, most) = (bots.iter().min().unwrap(), bots.iter().max().unwrap());
    assert!(*most < 2 * *least, "{bots:?}");
}

#[test]
fn fridays_are_quiet() {
    let mut params = Params::study(3, 0.2);
    params.regime = Regime::None;
    let mut world = World::new(params);
    let mut by_weekday = [0_usize; 7];
    for day in 0..28 {
        world.begin_day(day);
        by_weekday[(day % 7) as usize] += world.drafts(day, 1).len();
    }
    // 1 June 2015 was a Monday.
    let mean = by_weekday.iter().sum::<usize>() as f64 / 7.0;
    assert!((by_weekday[4] as f64 / mean) < 0.93, "{by_weekday:?}");
    assert!((by_weekday[0] as f64 / mean) > 0.98, "{by_weekday:?}");
}

#[test]
fn removals_are_as_many_as_the_hazards_say_and_returns_as_prompt() {
    // Nothing but routine at one rate for all: no visibility, no youth, no waves.
    let hazard = 0.01;
    let simulation = run(4, 0.5, |params| {
        params.pressure.routine_hazard = hazard;
        params.pressure.by_followers = 0.0;
        params.pressure.by_pace = 0.0;
        params.pressure.young_excess = 0.0;
        params.pressure.stillborn = 0.0;
        params.waves.clear();
    });
    let world = &simulation.world;
    let (mut at_risk, mut removed) = (0, 0);
    for day in 0..world.params.period.days {
        let (from, to) = (world.midnight(day), world.midnight(day + 1));
        for account in world.accounts.iter().filter(|account| account.alive_at(from)) {
            at_risk += 1;
            removed += usize::from(account.end.is_some_and(|(at, how)| at < to && how == End::Suspended));
        }
    }
    assert_share("removed per account and day", removed, at_risk, hazard);

    let end = world.midnight(world.params.period.days);
    let mut delays: Vec<f64> = Vec::new();
    for person in &world.people {
        for pair in person.accounts.windows(2) {
            let (before, after) = (&world.accounts[pair[0]], &world.accounts[pair[1]]);
            let (ended, _) = before.end.unwrap();
            // Who left late in the period had no time to return slowly.
            if ended < end - 40 * DAY_MS {
                delays.push((after.created_ms - ended) as f64 / DAY_MS as f64);
            }
        }
    }
    delays.sort_by(f64::total_cmp);
    let median = quantile(&delays, 0.5);
    assert!(
        (median / world.params.returns.delay_days - 1.0).abs() < 0.1,
        "median return after {median} days"
    );
}

#[test]
fn the_young_and_the_visible_are_removed_sooner() {
    let removed_share = |simulation: &Simulation, is: &dyn Fn(&simulate::people::Account, i64) -> bool| {
        let world = &simulation.world;
        let (mut at_risk, mut removed) = (0_usize, 0_usize);
        for day in 0..30 {
            let (from, to) = (world.midnight(day), world.midnight(day + 1));
            for account in world.accounts.iter().filter(|a| a.alive_at(from) && is(a, from)) {
                at_risk += 1;
                removed += usize::from(account.end.is_some_and(|(at, how)| at < to && how == End::Suspended));
            }
        }
        removed as f64 / at_risk as f64
    };
    let simulation = run(6, 0.5, |params| params.pressure.young_excess = 2.0);
    let young = removed_share(&simulation, &|account, now| now - account.created_ms < 7 * DAY_MS);
    let old = removed_share(&simulation, &|account, now| now - account.created_ms > 60 * DAY_MS);
    assert!(young > 1.3 * old, "young {young}, old {old}");
    let busy = removed_share(&simulation, &|account, _| account.pace > 15.0);
    let calm = removed_share(&simulation, &|account, _| account.pace < 3.0);
    assert!(busy > 1.2 * calm, "busy {busy}, calm {calm}");
}

#[test]
fn each_regime_removes_whom_it_says() {
    let of = |regime| run(8, 0.2, |params| params.regime = regime);
    let removed = |simulation: &Simulation, in_wave: bool| {
        let suspended = |a: &&simulate::people::Account| a.end.is_some_and(|(_, how)| how == End::Suspended);
        simulation
            .world
            .accounts
            .iter()
            .filter(suspended)
            .filter(|a| a.in_wave == in_wave)
            .count()
    };
    let (study, none, routine) = (of(Regime::Study), of(Regime::None), of(Regime::Routine));
    let (waves, targeted) = (of(Regime::Waves), of(Regime::Targeted));
    assert!(removed(&study, true) > 50 && removed(&study, false) > 200);
    assert_eq!(removed(&none, true) + removed(&none, false), 0);
    assert_eq!(removed(&routine, true), 0);
    assert_eq!(removed(&waves, false), 0);
    // Before the first wave the study's world and that of routine alone are the same, draw by draw.
    let first_wave = study.world.params.waves[0].from_day as usize;
    assert_eq!(study.days[..first_wave], routine.days[..first_wave]);
    // Whoever is aimed at had more followers than those whom routine takes, while there are some with many.
    let followers_lost = |simulation: &Simulation| {
        let early = simulation.world.midnight(20);
        let ended = simulation.world.accounts.iter().enumerate();
        let lost: Vec<f64> = ended
            .filter(|(_, a)| a.end.is_some_and(|(at, how)| how == End::Suspended && at < early))
            .map(|(index, _)| simulation.world.followers[index].last as f64)
            .collect();
        lost.iter().sum::<f64>() / lost.len() as f64
    };
    assert!(followers_lost(&targeted) > 1.5 * followers_lost(&study));
    assert!(targeted.days.last().unwrap().listed.followers[0] < 0.7 * study.days.last().unwrap().listed.followers[0]);
}

#[test]
fn campaigns_are_as_many_and_as_large_as_said() {
    let params = Params::study(12, 0.3);
    let (per_day, accounts, edited_share) = (
        params.campaigns.per_day,
        params.campaigns.accounts,
        params.campaigns.edited_share,
    );
    let days = params.period.days;
    let mut world = World::new(params);
    let (mut copies, mut edited, mut numbers) = (0_usize, 0_usize, std::collections::BTreeMap::<u32, usize>::new());
    for day in 0..days {
        world.begin_day(day);
        for draft in world.drafts(day, 2) {
            if let Wording::Campaign { number, edited: is } = draft.wording {
                *numbers.entry(number).or_default() += 1;
                copies += 1;
                edited += usize::from(is);
            }
        }
    }
    let expected = per_day * f64::from(days);
    assert!(
        (numbers.len() as f64 - expected).abs() < 4.0 * expected.sqrt(),
        "{} campaigns",
        numbers.len()
    );
    let mean = copies as f64 / numbers.len() as f64;
    // Some who would join are drawn twice, are gone by then, or have joined already.
    assert!(
        mean > 0.7 * accounts && mean <= 1.05 * accounts,
        "{mean} accounts in a campaign"
    );
    assert_share("edited copies", edited, copies - numbers.len(), edited_share);
}

/// Account-days of a world in which one thing happens at a rate, and how often it happened.
#[test]
fn other_ends_renames_and_protection_come_at_their_rates() {
    let simulation = run(15, 0.5, |params| {
        params.regime = Regime::None;
        params.pressure.deactivation = 0.002;
        params.pressure.rename = 0.004;
        params.pressure.protection = 0.003;
    });
    let world = &simulation.world;
    let (mut days, mut open_days) = (0, 0);
    for day in 0..world.params.period.days {
        let from = world.midnight(day);
        let there = world.accounts.iter().filter(|account| account.alive_at(from));
        for account in there {
            days += 1;
            open_days += usize::from(!account.protected_at(from));
        }
    }
    let count = |is: &dyn Fn(&&simulate::people::Account) -> bool| world.accounts.iter().filter(is).count();
    let closed = count(&|a| a.end.is_some_and(|(_, how)| how == End::Deactivated));
    assert_share("deactivated per account and day", closed, days, 0.002);
    let renames = world.accounts.iter().map(|a| a.handles.len() - 1).sum();
    assert_share("renamed per account and day", renames, days, 0.004);
    assert_share(
        "protected per open account and day",
        count(&|a| a.protected_ms.is_some()),
        open_days,
        0.003,
    );
}

#[test]
fn some_are_removed_before_their_first_post_and_some_give_up() {
    let simulation = run(16, 0.7, |params| {
        params.pressure.stillborn = 0.2;
        params.returns.stubbornness = 0.6;
        params.returns.stubbornness_kept_per_return = 1.0;
        params.pressure.deactivation = 0.0;
    });
    let world = &simulation.world;
    let born = world
        .accounts
        .iter()
        .enumerate()
        .filter(|(_, a)| a.created_ms >= world.start_ms);
    let (all, silent): (Vec<_>, Vec<_>) = (
        born.clone().collect(),
        born.filter(|(_, a)| a.posts_from_ms == i64::MAX).collect(),
    );
    assert_share("removed before the first post", silent.len(), all.len(), 0.2);
    for (index, account) in silent {
        let (end, how) = account.end.unwrap();
        assert!(how == End::Suspended && end - account.created_ms < 9 * 3_600_000);
        assert_eq!(world.deeds[index].posts, 0);
    }
    // Of those removed, who neither returned nor will.
    let awaited = world.awaited();
    let (mut removed, mut back) = (0, 0);
    for (person, chain) in world.people.iter().enumerate() {
        for (number, account) in chain.accounts.iter().enumerate() {
            if world.accounts[*account].end.is_some() {
                removed += 1;
                back += usize::from(number + 1 < chain.accounts.len() || awaited.contains(&person));
            }
        }
    }
    assert_share("returned", back, removed, 0.6);
}

#[test]
fn what_profiles_say_changes_as_those_of_returning_people_do() {
    let simulation = run(17, 1.0, |_| ());
    let world = &simulation.world;
    let later: Vec<(&simulate::people::Account, &simulate::people::Account)> = world
        .people
        .iter()
        .flat_map(|person| {
            person
                .accounts
                .iter()
                .skip(1)
                .map(|a| (&world.accounts[person.accounts[0]], &world.accounts[*a]))
        })
        .collect();
    let n = later.len();
    let count = |is: &dyn Fn(&simulate::people::Account, &simulate::people::Account) -> bool| {
        later.iter().filter(|(first, account)| is(first, account)).count()
    };
    assert_share(
        "the first account's picture",
        count(&|first, account| first.avatar == account.avatar),
        n,
        0.6,
    );
    assert_share(
        "the first account's name",
        count(&|first, account| first.name == account.name),
        n,
        0.5,
    );
    let handle = |account: &simulate::people::Account| account.handle_at(0).to_owned();
    // Every way of changing a handle is taken: counting up, underscores in front and doubled, a letter for a digit.
    let starts = count(&|_, account| handle(account).starts_with('_'));
    let doubled = count(&|_, account| handle(account).contains("__"));
    let swapped = count(&|_, account| {
        let words = handle(account);
        let words = words.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
        words.chars().any(|c| c.is_ascii_digit())
    });
    for (what, found) in [("in front", starts), ("doubled", doubled), ("swapped", swapped)] {
        assert!(found > n / 10 && found < n / 3, "{what}: {found} of {n}");
    }
    // The stem stays: most later handles share the first's first three letters, look-alikes counted.
    let stem = |handle: String| -> String {
        let plain = handle
            .trim_start_matches('_')
            .replace('0', "o")
            .replace('1', "i")
            .replace('3', "e");
        plain.replace('l', "i").chars().take(3).collect()
    };
    assert!(count(&|first, account| stem(handle(first)) == stem(handle(account))) > n * 9 / 10);
    let false_places = world
        .people
        .iter()
        .filter(|person| person.declares == people::Declares::Falsehood)
        .count();
    assert_share(
        "false places",
        false_places,
        world.people.len(),
        world.params.places.false_declared,
    );
}

#[test]
fn the_followed_are_removed_sooner_where_visibility_counts() {
    let lost_over_all = |by_followers: f64| {
        let simulation = run(18, 0.5, |params| {
            params.pressure.by_followers = by_followers;
            params.pressure.by_pace = 0.0;
            params.pressure.young_excess = 0.0;
            params.pressure.stillborn = 0.0;
        });
        let world = &simulation.world;
        let early = world.midnight(25);
        let there: Vec<usize> = (0..world.accounts.len())
            .filter(|a| world.accounts[*a].created_ms < world.start_ms)
            .collect();
        let mean = |of: &[usize]| {
            of.iter()
                .map(|a| world.people[world.accounts[*a].person].capacity_inside)
                .sum::<f64>()
                / of.len() as f64
        };
        let gone: Vec<usize> = there
            .iter()
            .copied()
            .filter(|a| {
                world.accounts[*a]
                    .end
                    .is_some_and(|(at, how)| how == End::Suspended && at < early)
            })
            .collect();
        mean(&gone) / mean(&there)
    };
    let (blind, seeing) = (lost_over_all(0.0), lost_over_all(0.8));
    assert!((0.85..1.15).contains(&blind), "{blind}");
    assert!(seeing > 1.25, "{seeing}");
}

#[test]
fn who_writes_both_languages_mixes_them_within_posts() {
    let streams = Streams::new(19);
    let arabic = |c: char| ('\u{600}'..'\u{700}').contains(&c);
    let mixed = |tongue: Tongue| {
        let posts =
            (0..4_000).map(|n| simulate::text::compose(&mut streams.of(Process::Words, n, 0), tongue, None, None));
        posts
            .filter(|post| {
                let words = post.text.split(' ').filter(|word| !word.starts_with(['#', 'h', '@']));
                let words: String = words.collect();
                words.chars().any(arabic) && words.chars().any(|c| c.is_ascii_alphabetic())
            })
            .count()
    };
    // A second sentence in a quarter of the posts, in the other language in four of ten of them.
    let both = mixed(Tongue::Both) as f64 / 4_000.0;
    assert!((0.08..0.15).contains(&both), "{both}");
    assert_eq!(mixed(Tongue::English) + mixed(Tongue::Arabic), 0);
}
