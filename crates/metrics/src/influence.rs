//! Influence, exposure and interactivity (Berger & Strathearn 2013, "Who Matters Online"): reactions that a member draws from other
//! members, reactions that it gives to them, and both together; and how unevenly they are spread over the members.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use stats::{Estimate, Reason};
use tables::SetName;

use crate::evidence::{Evidence, Group, ReactionRow};
use crate::figure::{Figure, Quantity};
use crate::results::{InfluenceRow, Results};

const TOP_TENTH: Quantity = Quantity {
    id: "influence.top_tenth_share",
    unit: "share",
    definition: "of the times that accounts on the list addressed one another in the window, the share that was addressed to the \
                 tenth of those ever on the list then who were addressed most (rounded up); n is accounts, resampled",
};
const DRAW: Quantity = Quantity {
    id: "influence.drawing_share",
    unit: "share",
    definition: "of the accounts on the list in the window, the share that another account on it addressed at least once; n is \
                 accounts",
};
const GIVE: Quantity = Quantity {
    id: "influence.giving_share",
    unit: "share",
    definition: "of the accounts on the list in the window, the share that addressed another account on it at least once; n is \
                 accounts",
};
const ALL: [Quantity; 3] = [TOP_TENTH, DRAW, GIVE];

/// How well a high place tells a label, as Berger & Strathearn 2013 judged theirs.
macro_rules! precision_at {
    ($id:literal, $k:literal) => {
        (
            Quantity {
                id: $id,
                unit: "share",
                definition: concat!(
                    "of the ",
                    $k,
                    " accounts of the set with most reactions drawn and given among it in the window (as the table influence ranks them) \
                     that have a value of the column, the share that has this one; n is those accounts"
                ),
            },
            $k,
        )
    };
}

const PRECISION: [(Quantity, usize); 3] = [
    precision_at!("influence.precision_at_100", 100),
    precision_at!("influence.precision_at_200", 200),
    precision_at!("influence.precision_at_400", 400),
];
/// Why there is no precision of a whole group.
const NEEDS_LABELS: &str = "needs labels of accounts (--attributes, --by): told of each value's part";

/// Measures them.
pub fn measure(evidence: &Evidence, results: &mut Results) {
    for (position, window) in evidence.study.windows().iter().enumerate() {
        for group in Group::ALL {
            let figures = match group {
                Group::Everyone => ALL.map(|quantity| Figure::absent(&quantity, crate::size::NEEDS_A_SET)),
                Group::Set(set) => {
                    let rows = evidence.reactions.iter();
                    let rows: Vec<&ReactionRow> = rows.filter(|row| row.set == set && row.window == position).collect();
                    if !rows.is_empty() {
                        let key = (set.word().to_owned(), window.name().to_owned());
                        results.influence.insert(key, ranked(&rows));
                    }
                    of_window(evidence, (group, set), position, &rows)
                        .unwrap_or_else(|reason| ALL.map(|quantity| Figure::absent(&quantity, reason)))
                }
            };
            for (quantity, figure) in ALL.iter().zip(figures) {
                results.measure(quantity, group.name(), window.name(), figure);
            }
            for (quantity, k) in &PRECISION {
                let figure = precision(evidence, quantity, *k, group, position)
                    .unwrap_or_else(|reason| Figure::absent(quantity, reason));
                results.measure(quantity, group.name(), window.name(), figure);
            }
        }
    }
}

/// The accounts of each set that drew or gave reactions in a window, in the order of the table.
pub(crate) fn ranked_accounts(evidence: &Evidence) -> BTreeMap<(SetName, usize), Vec<u32>> {
    let mut rows: BTreeMap<(SetName, usize), Vec<&ReactionRow>> = BTreeMap::new();
    for row in &evidence.reactions {
        rows.entry((row.set, row.window)).or_default().push(row);
    }
    let accounts = |rows: Vec<&ReactionRow>| in_order(&rows).into_iter().map(|row| row.account).collect();
    rows.into_iter().map(|(key, rows)| (key, accounts(rows))).collect()
}

/// The share of a part among the `k` first of the whole set, of those whose value of the column is known.
fn precision(
    evidence: &Evidence,
    quantity: &Quantity,
    k: usize,
    group: Group,
    window: usize,
) -> Result<Figure, String> {
    let Group::Set(set) = group else {
        return Err(crate::size::NEEDS_A_SET.to_owned());
    };
    let part = evidence.part.as_ref().ok_or(NEEDS_LABELS)?;
    let told = evidence.told.get(&part.column).ok_or(NEEDS_LABELS)?;
    evidence.belonging(group, window)?;
    let ranked = part.ranked.get(&(set, window)).map_or(&[][..], Vec::as_slice);
    let top = ranked.get(..k).ok_or_else(|| {
        format!(
            "fewer than {k} accounts on the list addressed another or were addressed ({})",
            ranked.len()
        )
    })?;
    let labelled = |accounts: &[u32]| -> Vec<(u32, bool)> {
        let valued = accounts.iter().filter(|account| told.valued.contains(account));
        valued
            .map(|account| (*account, part.accounts.contains(account)))
            .collect()
    };
    let (top, all) = (labelled(top), labelled(ranked));
    if top.is_empty() {
        return Err(format!("none of the {k} has a value of {}", part.column));
    }
    let of_part = all.iter().filter(|(_, is)| *is).count();
    Ok(Figure::of(quantity, evidence.share_of_accounts(&top)).noting(&format!(
        "of all {} ranked accounts with a value, {of_part} have this one",
        all.len()
    )))
}

/// By interactivity, then by influence; the rows come by account, which decides the rest.
fn in_order<'a>(rows: &[&'a ReactionRow]) -> Vec<&'a ReactionRow> {
    let mut ranked: Vec<&ReactionRow> = rows.to_vec();
    ranked.sort_by_key(|row| Reverse((row.drawn + row.given, row.drawn)));
    ranked
}

/// The rows of the table.
fn ranked(rows: &[&ReactionRow]) -> Vec<InfluenceRow> {
    let row = |row: &ReactionRow| InfluenceRow {
        platform: row.platform.clone(),
        account_id: row.account_id.clone(),
        drawn: row.drawn,
        given: row.given,
    };
    in_order(rows).into_iter().map(row).collect()
}

fn of_window(
    evidence: &Evidence,
    (group, set): (Group, SetName),
    window: usize,
    rows: &[&ReactionRow],
) -> Result<[Figure; 3], &'static str> {
    let crate::evidence::Belonging::These(members) = evidence.belonging(group, window)? else {
        return Err(crate::size::NEEDS_A_SET);
    };
    if evidence.interaction_records == 0 {
        return Err("needs interactions: posts that reply, mention, repost or quote");
    }
    if members.is_empty() {
        return Err("nobody was on the list in this window");
    }
    // Who left the list at the window's first moment was on it that day, and in no moment of the window.
    let rows: Vec<&&ReactionRow> = rows.iter().filter(|row| members.contains(&row.account)).collect();
    let accounts: Vec<u32> = members.iter().copied().collect();
    let pairs = crate::dyads::inside(evidence, set, &evidence.study.windows()[window]);
    let mut ties: Vec<(u32, u32)> = pairs.iter().map(|(source, target, _)| (*source, *target)).collect();
    let given = Figure::of(&GIVE, evidence.share_with_ties(&accounts, &ties));
    ties.iter_mut()
        .for_each(|(source, target)| std::mem::swap(source, target));
    let drew = Figure::of(&DRAW, evidence.share_with_ties(&accounts, &ties));
    // Sorted, so that a resample is summed up by counting how often each was drawn.
    let by_account: BTreeMap<u32, u64> = rows.iter().map(|row| (row.account, row.drawn)).collect();
    let drawn_by = |account: &u32| by_account.get(account).copied().unwrap_or_default();
    let mut drawn: Vec<(u32, u64)> = members.iter().map(|account| (*account, drawn_by(account))).collect();
    drawn.sort_by_key(|(_, drawn)| Reverse(*drawn));
    let top = match drawn.first() {
        Some((_, 0)) | None => Figure::absent(&TOP_TENTH, "nobody on the list addressed another in this window"),
        Some(_) => {
            let share = top_tenth(evidence, &drawn, &pairs);
            Figure::of(&TOP_TENTH, share).noting("allows for who else is on the list")
        }
    };
    Ok([top, drew, given])
}

/// The share of the most addressed tenth: accounts and how many times they were addressed, descending, and who addressed whom how many times.
fn top_tenth(evidence: &Evidence, drawn: &[(u32, u64)], pairs: &[(u32, u32, u64)]) -> Result<Estimate, Reason> {
    let (accounts, sorted): (Vec<u32>, Vec<u64>) = drawn.iter().copied().unzip();
    let share = evidence.resampled(&accounts, |times| top_tenth_share(&sorted, times))?;
    let by_givers = by_givers(drawn, share.value, pairs);
    evidence.allowing_for_givers(share, by_givers.into_iter())
}

/// The pairs, each its giver and what it adds to the share of the most addressed tenth.
fn by_givers(drawn: &[(u32, u64)], share: f64, pairs: &[(u32, u32, u64)]) -> Vec<(u32, f64)> {
    let (whole, top) = (
        drawn.iter().map(|(_, times)| times).sum::<u64>() as f64,
        drawn.len().div_ceil(10),
    );
    let places: BTreeMap<u32, usize> = drawn.iter().map(|(account, _)| *account).zip(0..).collect();
    let part = |(source, target, times): &(u32, u32, u64)| {
        let place = places.get(target)?;
        Some((
            *source,
            *times as f64 * (f64::from(u8::from(*place < top)) - share) / whole,
        ))
    };
    pairs.iter().filter_map(part).collect()
}

/// The share of the whole that the greatest tenth (rounded up) of the units hold, each drawn some times; `sorted` descends.
fn top_tenth_share(sorted: &[u64], times: &[u32]) -> Result<f64, Reason> {
    let times = || times.iter().map(|times| u64::from(*times));
    let mut left = times().sum::<u64>().div_ceil(10);
    let (mut top, mut whole) = (0_u64, 0_u64);
    for (value, times) in sorted.iter().zip(times()) {
        let among_top = times.min(left);
        left -= among_top;
        top += value * among_top;
        whole += value * times;
    }
    match whole {
        0 => Err(Reason::ZeroDenominator {
            what: "the number of reactions",
        }),
        _ => Ok(top as f64 / whole as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_a_giver_is_what_a_little_more_of_it_changes() {
        // Who addressed whom: account 30 is in no part of the set that is asked about.
        let pairs = [
            (1, 5, 40),
            (1, 6, 3),
            (2, 5, 10),
            (2, 7, 9),
            (3, 6, 30),
            (4, 8, 2),
            (4, 9, 7),
            (9, 1, 1),
            (2, 30, 5),
        ];
        let drawn = |more_of: u32, more: u64| {
            let mut drawn: BTreeMap<u32, u64> = (1..=12).map(|account| (account, 0)).collect();
            for (source, target, times) in pairs {
                if let Some(sum) = drawn.get_mut(&target) {
                    *sum += times * 1_000_000 + if source == more_of { times * more } else { 0 };
                }
            }
            let mut drawn: Vec<(u32, u64)> = drawn.into_iter().collect();
            drawn.sort_by_key(|(_, times)| Reverse(*times));
            drawn
        };
        let share = |drawn: &[(u32, u64)]| {
            let sorted: Vec<u64> = drawn.iter().map(|(_, times)| *times).collect();
            top_tenth_share(&sorted, &vec![1; sorted.len()]).unwrap()
        };
        let whole = drawn(0, 0);
        let times = pairs.map(|(source, target, times)| (source, target, times * 1_000_000));
        let mut parts: BTreeMap<u32, f64> = BTreeMap::new();
        for (giver, part) in by_givers(&whole, share(&whole), &times) {
            *parts.entry(giver).or_default() += part;
        }
        assert_eq!(parts.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4, 9]);
        assert!(parts.values().sum::<f64>().abs() < 1e-15, "{parts:?}");
        for (giver, part) in parts {
            let changed = (share(&drawn(giver, 1)) - share(&whole)) * 1e6;
            assert!((changed - part).abs() < 1e-6, "{giver}: {changed} {part}");
        }
    }

    #[test]
    fn the_greatest_tenth() {
        let sorted = [50, 20, 10, 10, 5, 3, 1, 1, 0, 0, 0];
        assert_eq!(top_tenth_share(&sorted, &[1; 11]), Ok(0.7), "two of eleven");
        let but_the_last = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0];
        assert_eq!(top_tenth_share(&sorted, &but_the_last), Ok(0.5), "one of ten");
        let drawn = [0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0];
        assert_eq!(top_tenth_share(&sorted, &drawn), Ok(20.0 / 55.0));
        assert!(top_tenth_share(&sorted, &[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0]).is_err());
        assert!(top_tenth_share(&[], &[]).is_err());
    }
}
