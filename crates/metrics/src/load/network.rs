//! Who follows and addresses whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use sql::Rows;
use tables::{InteractionKind, SetName, Stays};

use super::statements::{
    ADDRESSED, ADDRESSED_DAYS, ADDRESSED_IN_ORDER, FOLLOWS_IN, FOLLOWS_OUT, INNER_PAIRS, INNER_TIES, INTERACTIONS,
    LISTINGS, NUMBERED, NUMBERS, REACTIONS, TIES, TIES_IN_ORDER, TO_ONESELF,
};
use super::{Loader, WindowedKey, counts, ms};
use crate::evidence::{ReactionRow, Relation, Stay, TieRow, TieSeen};
use crate::family::{Families, Family};

impl Loader<'_> {
    /// Numbers everybody, so that no order of records shows in a graph.
    pub(super) fn everybody(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS])?;
        let rows = self.ask(NUMBERED)?;
        let (platforms, ids) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        for (i, number) in rows.all_integers("account")?.into_iter().enumerate() {
            let account = self.account(platforms[i], ids[i])?;
            self.numbers.insert(number, account);
        }
        Ok(())
    }

    /// Every follow of everybody, in the order of ids; where asked for, what of each member's lists stays inside.
    pub(super) fn follows(&mut self, shares: bool) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, TIES])?;
        let rows = self.ask(TIES_IN_ORDER)?;
        let at = rows.all_moments("seen_at")?;
        self.evidence.follows_seen = self.ties_seen(&rows, |i| (at[i].0, 1))?;
        drop((rows, at));
        if shares {
            self.follow_shares()?;
        }
        self.forget(&[TIES, INNER_TIES]);
        Ok(())
    }

    fn follow_shares(&mut self) -> anyhow::Result<()> {
        self.keep(&[LISTINGS, INNER_TIES])?;
        for (query, relation) in [(FOLLOWS_OUT, Relation::FollowsOut), (FOLLOWS_IN, Relation::FollowsIn)] {
            let rows = self.ask(query)?;
            let key = WindowedKey::of(&rows)?;
            let (inside, outside) = (counts(&rows, "inside")?, counts(&rows, "outside")?);
            let reciprocated = counts(&rows, "reciprocated")?;
            let collected = counts(&rows, "collected")?;
            let seen_at = rows.all_moments("seen_at")?;
            for i in 0..rows.len() {
                let row = TieRow {
                    set: key.sets[i],
                    window: self.window(key.windows[i])?,
                    account: self.account(key.platforms[i], key.accounts[i])?,
                    relation,
                    collected: collected[i] > 0,
                    seen_at: Some(seen_at[i].0),
                    inside: inside[i],
                    outside: outside[i],
                    pairs_inside: inside[i],
                    reciprocated: reciprocated[i],
                };
                self.evidence.ties.push(row);
            }
        }
        Ok(())
    }

    /// Who addressed whom, and what of it stayed inside, as far as families ask for it.
    pub(super) fn addressed(&mut self, families: &Families) -> anyhow::Result<()> {
        if families.any(&[Family::Insularity, Family::Structure]) {
            self.keep(&[NUMBERS, ADDRESSED])?;
            let rows = self.ask(ADDRESSED_IN_ORDER)?;
            let (days, times) = (rows.all_days("on_day")?, counts(&rows, "times")?);
            self.evidence.addressed = self.ties_seen(&rows, |i| (i64::from(days[i].0) * tables::DAY_MS, times[i]))?;
        }
        if families.has(Family::Insularity) {
            self.interaction_shares()?;
        }
        if families.has(Family::Influence) {
            self.reactions()?;
        }
        self.forget(&[ADDRESSED, ADDRESSED_DAYS, INNER_PAIRS]);
        Ok(())
    }

    fn interaction_shares(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, LISTINGS, ADDRESSED, ADDRESSED_DAYS, INNER_PAIRS])?;
        let rows = self.ask(INTERACTIONS)?;
        let key = WindowedKey::of(&rows)?;
        let kinds = rows.all_text("kind")?;
        let (inside, outside) = (counts(&rows, "inside")?, counts(&rows, "outside")?);
        let (reciprocated, pairs) = (counts(&rows, "reciprocated")?, counts(&rows, "pairs_inside")?);
        for i in 0..rows.len() {
            let relation = match InteractionKind::from_word(kinds[i]) {
                Some(kind) => Relation::Kind(kind),
                None => Relation::Interactions,
            };
            let row = TieRow {
                set: key.sets[i],
                window: self.window(key.windows[i])?,
                account: self.account(key.platforms[i], key.accounts[i])?,
                relation,
                collected: true,
                seen_at: None,
                inside: inside[i],
                outside: outside[i],
                pairs_inside: pairs[i],
                reciprocated: reciprocated[i],
            };
            self.evidence.ties.push(row);
        }
        Ok(())
    }

    /// When each account was on the list of each set.
    pub(super) fn stays(&mut self) -> anyhow::Result<()> {
        let mut stays: BTreeMap<(SetName, u32), Vec<Stay>> = BTreeMap::new();
        for batch in self.dir.table::<Stays>()?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                let stay = (row.from_at.map(ms), row.to_at.map(ms));
                stays.entry((row.set, account)).or_default().push(stay);
            }
        }
        self.evidence.stays = Arc::new(stays);
        Ok(())
    }

    pub(super) fn interactions(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(TO_ONESELF)?;
        let records: u64 = counts(&rows, "records")?.iter().sum();
        let to_oneself: u64 = counts(&rows, "to_oneself")?.iter().sum();
        self.evidence.interaction_records = records;
        self.tally("interactions", records, vec![("addresses itself", to_oneself)]);
        Ok(())
    }

    fn reactions(&mut self) -> anyhow::Result<()> {
        self.keep(&[NUMBERS, LISTINGS, ADDRESSED, ADDRESSED_DAYS, INNER_PAIRS])?;
        let rows = self.ask(REACTIONS)?;
        let key = WindowedKey::of(&rows)?;
        let (given, drawn) = (counts(&rows, "given")?, counts(&rows, "drawn")?);
        for i in 0..rows.len() {
            let row = ReactionRow {
                set: key.sets[i],
                window: self.window(key.windows[i])?,
                account: self.account(key.platforms[i], key.accounts[i])?,
                platform: key.platforms[i].to_owned(),
                account_id: key.accounts[i].to_owned(),
                given: given[i],
                drawn: drawn[i],
            };
            self.evidence.reactions.push(row);
        }
        Ok(())
    }

    /// Ties by numbers, as ties of accounts: when each was seen, and how many times, is told by its row.
    fn ties_seen(&self, rows: &Rows, seen: impl Fn(usize) -> (i64, u64)) -> anyhow::Result<Arc<Vec<TieSeen>>> {
        let (sources, targets) = (rows.all_integers("source")?, rows.all_integers("target")?);
        let account = |number: &i64| {
            let account = self.numbers.get(number).copied();
            account.context("a tie of an account without a number")
        };
        // Room for all from the start: there are millions.
        let mut ties = Vec::with_capacity(sources.len());
        for (i, (source, target)) in sources.iter().zip(&targets).enumerate() {
            let (at, times) = seen(i);
            ties.push(TieSeen {
                source: account(source)?,
                target: account(target)?,
                at,
                times: u32::try_from(times).unwrap_or(u32::MAX),
            });
        }
        Ok(Arc::new(ties))
    }
}
