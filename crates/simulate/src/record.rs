//! The truth as tables, and the raw files' hashes.

use std::collections::{BTreeMap, BTreeSet};

use stage::Run;
use tables::{
    State, Timestamp, TruthAccount, TruthAccounts, TruthInjected, TruthInjection, TruthMeasure, TruthMeasures,
};

use crate::Simulation;
use crate::observer::person_id;
use crate::people::End;
use crate::raw::shelf::place;
use crate::truth::SetTruth;

/// Writes `truth/` and tells of every raw file.
pub fn record(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let files: BTreeSet<&str> = simulation
        .holdings
        .written
        .keys()
        .map(|(file, _)| file.as_str())
        .collect();
    for file in files {
        run.record_file(&place(file))?;
    }
    accounts(simulation, run)?;
    measures(simulation, run)?;
    let mut injected: Vec<TruthInjection<'_>> = simulation
        .holdings
        .written
        .iter()
        .map(|((file, entry), records)| TruthInjection {
            source_file: file,
            kind: entry.word(),
            records: signed(*records),
        })
        .collect();
    injected.sort_by_key(|row| (row.source_file, row.kind));
    run.write_aside::<TruthInjected>("truth", injected)
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn accounts(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let world = &simulation.world;
    let end_of_period = world.midnight(world.params.period.days);
    let rostered: BTreeSet<usize> = simulation
        .rosters
        .listings
        .iter()
        .filter(|listing| listing.listed_ms < end_of_period)
        .map(|listing| listing.account)
        .collect();
    let names: Vec<(String, String)> = world
        .accounts
        .iter()
        .map(|account| (account.id.to_string(), person_id(account.person)))
        .collect();
    let mut order: Vec<usize> = (0..world.accounts.len()).collect();
    order.sort_by_key(|index| &names[*index].0);
    let rows = order.into_iter().map(|index| {
        let account = &world.accounts[index];
        // What would end after the period has not ended.
        let end = account.end.filter(|(at, _)| *at < end_of_period);
        let (peak, last) = world.followers[index];
        TruthAccount {
            account_id: &names[index].0,
            handle: account.handle_at(end_of_period),
            person_id: &names[index].1,
            return_number: i64::from(account.return_number),
            created_at: Timestamp(account.created_ms),
            ended_at: end.map(|(at, _)| Timestamp(at)),
            end_state: match end {
                Some((_, End::Suspended)) => State::Suspended,
                Some((_, End::Deactivated)) => State::Deactivated,
                None => State::Active,
            },
            rostered: rostered.contains(&index),
            followers_peak: signed(peak),
            followers_end: signed(last),
            statuses: signed(account.statuses_before + account.statuses),
            posts_collected: signed(
                simulation
                    .holdings
                    .accounts
                    .get(&u32::try_from(index).unwrap_or(u32::MAX))
                    .map_or(0, |seen| seen.posts),
            ),
        }
    });
    run.write_aside::<TruthAccounts>("truth", rows)
}

/// Measure, group, window and moment.
type Key = (&'static str, &'static str, &'static str, Option<i64>);

fn measures(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let mut rows: BTreeMap<Key, (Option<f64>, &'static str)> = BTreeMap::new();
    let (from, length) = simulation.world.params.period.quiet;
    for (group, of) in [
        (
            "listed",
            (|day| &day.listed) as fn(&crate::truth::DayTruth) -> &SetTruth,
        ),
        ("network", |day| &day.network),
    ] {
        let mut totals = BTreeMap::from([("all", (0, 0)), ("quiet", (0, 0))]);
        for (number, day) in simulation.days.iter().enumerate() {
            let (set, at) = (of(day), Some(day.at_ms));
            let some = (set.size > 0).then_some(());
            let rate = (set.at_risk > 0).then(|| set.suspended as f64 / set.at_risk as f64);
            let mut put = |measure, value, unit| rows.insert((measure, group, "all", at), (value, unit));
            put("size", Some(set.size as f64), "accounts");
            put("followers.mean", some.map(|()| set.followers), "followers");
            put(
                "tweets_per_day.lifetime.mean",
                some.map(|()| set.lifetime_posts_per_day),
                "tweets per day",
            );
            put("suspension.rate", rate, "per account and day");
            put(
                "insularity.followers_inside_network",
                some.map(|()| set.inside_followers),
                "share",
            );
            put(
                "insularity.followers_inside_set",
                some.map(|()| set.followers_in_set),
                "share",
            );
            put("location.focus", Some(set.claims_theatre as f64), "accounts");
            put("location.truth", Some(set.in_theatre as f64), "accounts");
            for (window, (suspended, at_risk)) in &mut totals {
                if *window == "all" || (from as usize..(from + length) as usize).contains(&number) {
                    *suspended += set.suspended;
                    *at_risk += set.at_risk;
                }
            }
        }
        for (window, (suspended, at_risk)) in totals {
            let rate = (at_risk > 0).then(|| suspended as f64 / at_risk as f64);
            rows.insert(("suspension.rate", group, window, None), (rate, "per account and day"));
        }
    }
    let rows = rows
        .into_iter()
        .map(|((measure, group, window, at), (value, unit))| TruthMeasure {
            measure,
            group,
            window,
            at: at.map(Timestamp),
            value,
            unit,
        });
    run.write_aside::<TruthMeasures>("truth", rows)
}
