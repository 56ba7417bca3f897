//! Who follows and addresses whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use tables::{InteractionKind, SetName, Stays};

use super::lists::{Owner, Tie, lists};
use super::numbers;
use super::statements::{
    ADDRESSED, ADDRESSED_DAYS, FOLLOWS_IN, FOLLOWS_OUT, INNER_PAIRS, INNER_TIES, INTERACTIONS, Query, REACTIONS, TIES,
    TO_ONESELF,
};
use super::ties::{self, Addressed, AddressedOn, Ties};
use super::{Loader, counts, ms};
use crate::evidence::{ReactionRow, Relation, Stay, TieRow, TieSeen, bounds_ms};
use crate::family::{Families, Family};

impl Loader<'_> {
    /// Every follow of everybody, in the order of ids; where asked for, what of each member's lists stays inside.
    pub(super) fn followed(&mut self, shares: bool) -> anyhow::Result<()> {
        let ties = self.ties()?;
        // Room for all from the start: there are millions.
        let mut seen = Vec::with_capacity(ties.all().len());
        for (source, target, at) in ties.all() {
            seen.push(TieSeen {
                source: *source,
                target: *target,
                at: *at,
                times: 1,
            });
        }
        self.evidence.follows_seen = Arc::new(seen);
        if shares {
            self.follow_shares(ties)?;
        }
        Ok(())
    }

    /// Follows by the numbers of accounts.
    pub(super) fn ties(&mut self) -> anyhow::Result<Ties> {
        // The first window of every study is the whole period.
        let period = self
            .evidence
            .study
            .windows()
            .first()
            .map_or(0, |all| bounds_ms(all).1 - 1);
        let of_rows = std::mem::take(&mut self.of_rows.follows);
        Ties::read(&self.dir.table()?, &of_rows, period)
    }

    /// Has them stand among the tables that statements ask.
    pub(super) fn give_ties(&mut self, ties: &[Tie]) -> anyhow::Result<()> {
        let given = ties::give(ties, &mut self.database, TIES);
        self.given(TIES, given)
    }

    /// What of each member's lists stays inside. The statements take what was seen of an account at one moment as one list, so a list that
    /// was seen over a while is given to them as of its last moment.
    fn follow_shares(&mut self, ties: Ties) -> anyhow::Result<()> {
        let [of_followers, of_followed] = [Owner::Follower, Owner::Followed].map(|owner| lists(ties.all(), owner));
        let alike = of_followers.is_none() && of_followed.is_none();
        if alike {
            self.give_ties(ties.all())?;
        }
        // There are millions, and the database has them now.
        let ties = (!alike).then_some(ties);
        for (query, relation, lists) in [
            (FOLLOWS_OUT, Relation::FollowsOut, of_followers),
            (FOLLOWS_IN, Relation::FollowsIn, of_followed),
        ] {
            if let Some(ties) = &ties {
                self.forget(&[TIES, INNER_TIES]);
                self.give_ties(lists.as_ref().map_or(ties.all(), |lists| &lists.ties))?;
            }
            self.keep(&[INNER_TIES])?;
            let begun = lists.map(|lists| lists.begun).unwrap_or_default();
            self.shares_of(query, relation, &begun)?;
        }
        self.forget(&[TIES, INNER_TIES]);
        Ok(())
    }

    /// The rows of one relation; `begun` has the first moments of lists that were seen over a while.
    fn shares_of(&mut self, query: Query, relation: Relation, begun: &BTreeMap<(u32, i64), i64>) -> anyhow::Result<()> {
        let rows = self.ask(query)?;
        let key = self.key(&rows)?;
        let (inside, outside) = (counts(&rows, "inside")?, counts(&rows, "outside")?);
        let reciprocated = counts(&rows, "reciprocated")?;
        let collected = counts(&rows, "collected")?;
        let seen_at = rows.all_moments("seen_at")?;
        for i in 0..rows.len() {
            let last = seen_at[i].0;
            let list = numbers::account(key.accounts[i]).map(|account| (account, last));
            let first = list.and_then(|list| begun.get(&list)).copied().unwrap_or(last);
            let row = TieRow {
                set: key.sets[i],
                window: key.windows[i],
                account: self.numbered(key.accounts[i])?,
                relation,
                collected: collected[i] > 0,
                seen: Some((first, last)),
                inside: inside[i],
                outside: outside[i],
                pairs_inside: inside[i],
                reciprocated: reciprocated[i],
            };
            self.evidence.ties.push(row);
        }
        Ok(())
    }

    /// Who addressed whom, and what of it stayed inside, as far as families ask for it.
    pub(super) fn interacted(&mut self, families: &Families) -> anyhow::Result<()> {
        if !families.any(&[Family::Insularity, Family::Influence, Family::Structure]) {
            return Ok(());
        }
        let addressed = self.addressed()?;
        self.evidence.addressed = Arc::new(addressed_by_day(addressed.all()));
        if families.any(&[Family::Insularity, Family::Influence]) {
            self.give_addressed(&addressed)?;
        }
        drop(addressed);
        if families.has(Family::Insularity) {
            self.interaction_shares()?;
        }
        if families.has(Family::Influence) {
            self.reactions()?;
        }
        self.forget(&[ADDRESSED, ADDRESSED_DAYS, INNER_PAIRS]);
        Ok(())
    }

    /// Who addressed whom, by the numbers of accounts.
    pub(super) fn addressed(&mut self) -> anyhow::Result<Addressed> {
        let of_rows = std::mem::take(&mut self.of_rows.interactions);
        Addressed::read(&self.dir.table()?, &of_rows)
    }

    /// Has that stand among the tables that statements ask.
    pub(super) fn give_addressed(&mut self, addressed: &Addressed) -> anyhow::Result<()> {
        let given = addressed.give(&mut self.database, ADDRESSED);
        self.given(ADDRESSED, given)
    }

    fn interaction_shares(&mut self) -> anyhow::Result<()> {
        self.keep(&[ADDRESSED_DAYS, INNER_PAIRS])?;
        let rows = self.ask(INTERACTIONS)?;
        let key = self.key(&rows)?;
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
                window: key.windows[i],
                account: self.numbered(key.accounts[i])?,
                relation,
                collected: true,
                seen: None,
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
        self.keep(&[ADDRESSED_DAYS, INNER_PAIRS])?;
        let rows = self.ask(REACTIONS)?;
        let key = self.key(&rows)?;
        let (given, drawn) = (counts(&rows, "given")?, counts(&rows, "drawn")?);
        for i in 0..rows.len() {
            let (platform, account_id) = self.name(key.accounts[i])?;
            let row = ReactionRow {
                platform: platform.to_owned(),
                account_id: account_id.to_owned(),
                set: key.sets[i],
                window: key.windows[i],
                account: self.numbered(key.accounts[i])?,
                given: given[i],
                drawn: drawn[i],
            };
            self.evidence.reactions.push(row);
        }
        Ok(())
    }
}

/// Who addressed whom on which day, in whatever way.
fn addressed_by_day(addressed: &[AddressedOn]) -> Vec<TieSeen> {
    let day_of = |row: &AddressedOn| (row.source, row.target, row.day);
    let mut ties = Vec::with_capacity(addressed.len());
    for kinds in addressed.chunk_by(|row, next| day_of(row) == day_of(next)) {
        let (source, target, day) = day_of(&kinds[0]);
        ties.push(TieSeen {
            source,
            target,
            at: i64::from(day) * tables::DAY_MS,
            times: u32::try_from(kinds.iter().map(|row| row.times).sum::<i64>()).unwrap_or(u32::MAX),
        });
    }
    ties
}
