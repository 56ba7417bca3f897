//! The truth as tables, and the raw files' hashes.

use std::collections::{BTreeMap, BTreeSet};

use stage::Run;
use tables::{
    State, Timestamp, TruthAccount, TruthAccounts, TruthCopies, TruthCopy, TruthInjected, TruthInjection,
    TruthInteraction, TruthInteractions, TruthMeasure, TruthMeasures, TruthPerson, TruthPersons, TruthSign, TruthSigns,
};

use crate::Simulation;
use crate::observer::person_id;
use crate::people::End;
use crate::raw::shelf::place;
use crate::truth::book::{Copied, KINDS, Sign};
use crate::truth::values::values;

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
    persons(simulation, run)?;
    accounts(simulation, run)?;
    interactions(simulation, run)?;
    copies(simulation, run)?;
    signs(simulation, run)?;
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

fn persons(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let world = &simulation.world;
    let ids: Vec<String> = (0..world.people.len()).map(person_id).collect();
    let end_of_period = world.midnight(world.params.period.days);
    let awaited = world.awaited();
    let rows = world.people.iter().enumerate().filter_map(|(index, person)| {
        let first = &world.accounts[*person.accounts.first()?];
        let last = &world.accounts[*person.accounts.last()?];
        Some(TruthPerson {
            person_id: &ids[index],
            core: person.core,
            bot: person.bot,
            lang: person.tongue.word(),
            in_theatre: person.in_theatre,
            declares: person.declares.word(),
            arrived_at: Timestamp(first.created_ms),
            accounts: count(person.accounts.len()),
            gave_up: last.end.is_some_and(|(at, _)| at < end_of_period) && !awaited.contains(&index),
        })
    });
    run.write_aside::<TruthPersons>("truth", rows)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn accounts(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let world = &simulation.world;
    let format = simulation.holdings.format;
    let end_of_period = world.midnight(world.params.period.days);
    let mut listed: BTreeMap<usize, i64> = BTreeMap::new();
    for listing in simulation
        .rosters
        .listings
        .iter()
        .filter(|listing| listing.listed_ms < end_of_period)
    {
        let first = listed.entry(listing.account).or_insert(listing.listed_ms);
        *first = (*first).min(listing.listed_ms);
    }
    let named = Named::of(simulation);
    let handles: Vec<[String; 2]> = world
        .accounts
        .iter()
        .map(|account| [account.handle_at(i64::MIN), account.handle_at(end_of_period)].map(|h| format.handle(h)))
        .collect();
    let persons: Vec<String> = world.accounts.iter().map(|account| person_id(account.person)).collect();
    let rows = named.order.iter().map(|index| {
        let account = &world.accounts[*index];
        // What would come after the period has not come.
        let end = account.end.filter(|(at, _)| *at < end_of_period);
        let audience = world.followers[*index];
        let seen = simulation
            .holdings
            .accounts
            .get(&(*index as u32))
            .copied()
            .unwrap_or_default();
        TruthAccount {
            account_id: &named.ids[*index],
            handle: &handles[*index][1],
            first_handle: &handles[*index][0],
            person_id: &persons[*index],
            return_number: i64::from(account.return_number),
            created_at: Timestamp(account.created_ms),
            protected_at: account.protected_ms.filter(|at| *at < end_of_period).map(Timestamp),
            ended_at: end.map(|(at, _)| Timestamp(at)),
            end_state: match end {
                Some((_, End::Suspended)) => State::Suspended,
                Some((_, End::Deactivated)) => State::Deactivated,
                None => State::Active,
            },
            in_wave: account.in_wave,
            rostered: listed.contains_key(index),
            followers_peak: signed(audience.peak),
            followers_end: signed(audience.last),
            followers_inside: signed(audience.last_inside),
            following_inside: signed(audience.following_inside),
            following_outside: count(world.people[account.person].reads.len()),
            statuses: signed(account.statuses_before + account.statuses),
            posts_written: signed(account.statuses),
            posts_collected: signed(seen.posts),
            renames: count(account.handles.iter().filter(|(at, _)| *at < end_of_period).count()) - 1,
            followers_fetched: signed(seen.followers_fetched),
            listed_at: listed.get(index).copied().map(Timestamp),
            lookups: signed(seen.lookups),
            checks: signed(seen.checks),
            seen_gone_at: seen.gone_ms.map(Timestamp),
        }
    });
    run.write_aside::<TruthAccounts>("truth", rows)
}

/// Accounts by the ids that the raw files give them, and their order.
struct Named {
    ids: Vec<String>,
    order: Vec<usize>,
}

impl Named {
    fn of(simulation: &Simulation) -> Self {
        let format = simulation.holdings.format;
        let ids: Vec<String> = simulation
            .world
            .accounts
            .iter()
            .map(|account| format.account_id(account.id))
            .collect();
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by(|a, b| ids[*a].cmp(&ids[*b]));
        Self { ids, order }
    }
}

fn interactions(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let named = Named::of(simulation);
    let rows = named.order.iter().flat_map(|index| {
        let id = named.ids[*index].as_str();
        let addressed = simulation
            .book
            .pages
            .get(*index)
            .map(|page| page.addressed)
            .unwrap_or_default();
        let seen = simulation.holdings.accounts.get(&(*index as u32));
        let collected = seen.map(|seen| seen.addressed).unwrap_or_default();
        let rows = KINDS
            .into_iter()
            .zip(addressed)
            .zip(collected)
            .map(move |((kind, counts), collected)| TruthInteraction {
                collected: signed(collected),
                account_id: id,
                kind,
                to_listed: signed(counts.listed),
                to_network: signed(counts.network),
                to_outside: signed(counts.outside),
            });
        rows.filter(|row| row.to_network + row.to_outside > 0)
    });
    run.write_aside::<TruthInteractions>("truth", rows)
}

fn copies(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let format = simulation.holdings.format;
    let world = &simulation.world;
    let mut copies: Vec<(i64, String, String, &Copied)> = simulation
        .book
        .copies
        .iter()
        .map(|copy| {
            let author = world.accounts[copy.account as usize].id;
            (
                i64::from(copy.campaign),
                format.post_id(copy.post, author),
                format.account_id(author),
                copy,
            )
        })
        .collect();
    copies.sort();
    let rows = copies.iter().map(|(cluster_id, post_id, account_id, copy)| TruthCopy {
        cluster_id: *cluster_id,
        post_id,
        account_id,
        posted_at: Timestamp(copy.at_ms),
        edited: copy.edited,
        collected: simulation.holdings.occasions.binary_search(&copy.post).is_ok(),
    });
    run.write_aside::<TruthCopies>("truth", rows)
}

fn signs(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let format = simulation.holdings.format;
    let id = |account: u32| simulation.world.accounts[account as usize].id;
    let mut signs: Vec<(String, String, String, &Sign)> = simulation
        .book
        .signs
        .iter()
        .map(|sign| {
            let (author, returned) = (id(sign.account), id(sign.returned));
            (
                format.post_id(sign.post, author),
                format.account_id(author),
                format.account_id(returned),
                sign,
            )
        })
        .collect();
    signs.sort();
    let rows = signs.iter().map(|(post_id, account_id, returned, sign)| TruthSign {
        post_id,
        account_id,
        posted_at: Timestamp(sign.at_ms),
        returned_account_id: returned,
        collected: simulation.holdings.occasions.binary_search(&sign.post).is_ok(),
    });
    run.write_aside::<TruthSigns>("truth", rows)
}

fn measures(simulation: &Simulation, run: &mut Run) -> anyhow::Result<()> {
    let values = values(simulation);
    let rows = values
        .iter()
        .map(|((measure, group, window, at), (value, unit))| TruthMeasure {
            measure,
            group,
            window,
            at: at.map(Timestamp),
            value: *value,
            unit,
        });
    run.write_aside::<TruthMeasures>("truth", rows)
}
