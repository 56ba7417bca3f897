//! What is told of single accounts: members, posts, spells, observations, checks, persons, languages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context;
use tables::{Members, Personas, SetName, Spells, State, Stays};

use super::dated_posts::DatedPosts;
use super::observations::Observations;
use super::statements::{
    CHECKS, DATED_POSTS, FIRST_SEEN, LANGUAGE_WORDS, LANGUAGES, LAST_SEEN, LOCATIONS, OBSERVATIONS, PACES,
    POSTS_BY_DAY, WORDS,
};
use super::{Loader, counts, ms, sets};
use crate::evidence::{
    CheckRow, FirstSeenRow, LanguageRow, LastSeenRow, LocationRow, MemberRow, PaceRow, PersonaRow, PostDay,
    SightingRow, SpellRow,
};
use crate::family::{Families, Family};

impl Loader<'_> {
    pub(super) fn members(&mut self) -> anyhow::Result<()> {
        for batch in self.dir.table::<Members>()?.batches() {
            for row in batch?.rows()? {
                let member = MemberRow {
                    set: row.set,
                    sample: self.sample(row.sample_at)?,
                    account: self.account(row.platform, row.account_id)?,
                    alive: row.alive,
                    state_known: row.state != State::Unknown,
                    observed_at: row.observed_at.map(ms),
                    created_at: row.created_at.map(ms),
                    followers: row.followers,
                    statuses: row.statuses,
                    tweets_per_day: row.tweets_per_day,
                    location_shown: row.location_shown,
                    country: row.location_candidates.map(str::to_owned),
                };
                self.evidence.members.push(member);
            }
        }
        Ok(())
    }

    /// Has posts by the numbers of their accounts stand among the tables that statements ask.
    pub(super) fn dated_posts(&mut self) -> anyhow::Result<()> {
        if self.kept.contains(DATED_POSTS.table) {
            return Ok(());
        }
        let of_rows = std::mem::take(&mut self.of_rows.posts);
        let posts = DatedPosts::read(&self.dir.table()?, &self.dir.table()?, &of_rows)?;
        drop(of_rows);
        let given = posts.give(&mut self.database, WORDS, DATED_POSTS);
        self.kept.insert(WORDS.table);
        self.given(DATED_POSTS, given)?;
        Ok(())
    }

    pub(super) fn forget_posts(&mut self) {
        self.forget(&[WORDS, DATED_POSTS]);
    }

    pub(super) fn posts(&mut self) -> anyhow::Result<()> {
        self.dated_posts()?;
        let rows = self.ask(POSTS_BY_DAY)?;
        let accounts = rows.all_integers("account")?;
        let (days, posts) = (rows.all_days("posted_on")?, counts(&rows, "posts")?);
        let collected = counts(&rows, "collected")?;
        let (first, last) = (rows.all_moments("first_at")?, rows.all_moments("last_at")?);
        for i in 0..rows.len() {
            let account = self.numbered(accounts[i])?;
            self.evidence.posts.entry(account).or_default().push(PostDay {
                day: days[i].0,
                posts: posts[i],
                collected: collected[i],
                first_at: first[i].0,
                last_at: last[i].0,
            });
        }
        Ok(())
    }

    /// Has what was seen of accounts stand among the tables that statements ask; what was seen of those in persons' chains, where
    /// it is asked for.
    pub(super) fn observations(&mut self, families: &Families) -> anyhow::Result<()> {
        let of_rows = std::mem::take(&mut self.of_rows.accounts);
        let observations = Observations::read(&self.dir.table()?, &of_rows, self.names.len())?;
        drop(of_rows);
        // Whether an account is a return, and whose, is asked of its hazard as well.
        if families.any(&[Family::Returns, Family::Survival]) {
            let chained = self.chained()?;
            for seen in observations.observed().filter(|seen| chained[seen.account as usize]) {
                let sightings = self.evidence.sightings.entry(seen.account).or_default();
                sightings.push(SightingRow {
                    observed_at: seen.at,
                    followers: seen.followers,
                    tweets_per_day: seen.tweets_per_day,
                });
            }
        }
        if families.any(&[Family::TweetsPerDay, Family::Survival, Family::Contrast]) {
            let given = observations.give(&mut self.database, OBSERVATIONS);
            self.given(OBSERVATIONS, given)?;
        }
        stage::heap::give_back();
        Ok(())
    }

    /// Of each of `names`, whether it is an account of a person's.
    fn chained(&self) -> anyhow::Result<Vec<bool>> {
        let mut chained = vec![false; self.names.len()];
        for batch in self.dir.table::<Personas>()?.batches() {
            for row in batch?.rows()? {
                if let Some(account) = self.names.find(row.platform, row.account_id) {
                    chained[account as usize] = true;
                }
            }
        }
        Ok(chained)
    }

    pub(super) fn paces(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(PACES)?;
        let key = self.key(&rows)?;
        let (first_at, last_at) = (rows.all_moments("first_at")?, rows.all_moments("last_at")?);
        let (first, last) = (
            rows.all_integers("first_statuses")?,
            rows.all_integers("last_statuses")?,
        );
        for i in 0..rows.len() {
            let row = PaceRow {
                set: key.sets[i],
                window: key.windows[i],
                account: self.numbered(key.accounts[i])?,
                first: (first_at[i].0, first[i]),
                last: (last_at[i].0, last[i]),
            };
            self.evidence.paces.push(row);
        }
        Ok(())
    }

    pub(super) fn spells(&mut self) -> anyhow::Result<()> {
        let table = self.dir.table::<Spells>()?;
        for batch in table.batches() {
            for row in batch?.rows()? {
                let spell = SpellRow {
                    account: self.account(row.platform, row.account_id)?,
                    number: row.spell_number,
                    created_at: row.created_at.map(ms),
                    creation_told_at: row.creation_told_at.map(ms),
                    first_alive_at: row.first_alive_at.map(ms),
                    entered_at: row.entered_at.map(ms),
                    last_alive_at: row.last_alive_at.map(ms),
                    first_gone_at: row.first_gone_at.map(ms),
                    end_state: row.end_state,
                    censored: row.censored,
                };
                self.evidence.spells.push(spell);
            }
        }
        self.tally("spells", table.rows(), Vec::new());
        // Stays are in order of time: an account's first tells since when it was seen on the list, if it was not on it from the start.
        let mut met = BTreeSet::new();
        for batch in self.dir.table::<Stays>()?.batches() {
            for row in batch?.rows()? {
                let account = self.account(row.platform, row.account_id)?;
                if met.insert((row.set, account)) && row.from_at.is_some() {
                    let seen_at = row.seen_at.map(ms);
                    self.evidence.seen_in_set.insert((row.set, account), seen_at);
                }
            }
        }
        Ok(())
    }

    pub(super) fn first_seen(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(FIRST_SEEN)?;
        let accounts = rows.all_integers("account")?;
        let moments = rows.all_moments("observed_at")?;
        let (followers, paces) = (rows.integers("followers")?, rows.numbers("tweets_per_day")?);
        for i in 0..rows.len() {
            let row = FirstSeenRow {
                observed_at: moments[i].0,
                followers: followers[i],
                tweets_per_day: paces[i],
            };
            let account = self.numbered(accounts[i])?;
            self.evidence.first_seen.insert(account, row);
        }
        Ok(())
    }

    pub(super) fn last_seen(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(LAST_SEEN)?;
        let (windows, accounts) = (self.windows_of(&rows)?, rows.all_integers("account")?);
        let at = rows.all_moments("observed_at")?;
        let (followers, following) = (rows.integers("followers")?, rows.integers("following")?);
        let (statuses, paces) = (rows.integers("statuses")?, rows.numbers("tweets_per_day")?);
        for i in 0..rows.len() {
            let row = LastSeenRow {
                window: windows[i],
                account: self.numbered(accounts[i])?,
                observed_at: at[i].0,
                followers: followers[i],
                following: following[i],
                statuses: statuses[i],
                tweets_per_day: paces[i],
            };
            self.evidence.last_seen.push(row);
        }
        Ok(())
    }

    /// Whose accounts are whose, which every interval by resampling asks.
    pub(super) fn personas(&mut self) -> anyhow::Result<()> {
        let table = self.dir.table::<Personas>()?;
        let (mut persons, mut person_of) = (BTreeMap::new(), BTreeMap::new());
        for batch in table.batches() {
            for row in batch?.rows()? {
                let persona = PersonaRow {
                    person_id: row.persona_id.to_owned(),
                    return_number: row.return_number,
                    account: self.account(row.platform, row.account_id)?,
                    account_id: row.account_id.to_owned(),
                    predecessor: row.predecessor.map(str::to_owned),
                };
                let next = u32::try_from(persons.len()).context("more persons than can be numbered")?;
                let person = *persons.entry(persona.person_id.clone()).or_insert(next);
                person_of.insert(persona.account, person);
                self.evidence.personas.push(persona);
            }
        }
        self.evidence.person_of = Arc::new(person_of);
        self.evidence.persona_records = table.rows();
        self.tally("personas", table.rows(), Vec::new());
        Ok(())
    }

    pub(super) fn checks(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(CHECKS)?;
        let (platforms, accounts) = (rows.all_text("platform")?, rows.all_text("account_id")?);
        let (at, states) = (rows.all_moments("checked_at")?, rows.all_text("state")?);
        let (before_at, before) = (rows.moments("previous_at")?, rows.text("previous_state")?);
        let before_in = [
            (SetName::Expanded, counts(&rows, "expanded_before")?),
            (SetName::Listed, counts(&rows, "listed_before")?),
        ];
        for i in 0..rows.len() {
            let previous = match (before_at[i], before[i]) {
                (Some(at), Some(state)) => Some((at.0, self.state(state)?)),
                _ => None,
            };
            let check = CheckRow {
                account: self.account(platforms[i], accounts[i])?,
                checked_at: at[i].0,
                state: self.state(states[i])?,
                previous,
                before_in: before_in
                    .iter()
                    .filter(|(_, stays)| stays[i] > 0)
                    .map(|(set, _)| *set)
                    .collect(),
            };
            self.evidence.checks.push(check);
        }
        Ok(())
    }

    pub(super) fn state(&self, word: &str) -> anyhow::Result<State> {
        State::from_word(word).with_context(|| format!("availability holds the state '{word}', which is none of ours"))
    }

    pub(super) fn languages(&mut self) -> anyhow::Result<()> {
        self.dated_posts()?;
        let rows = self.ask(LANGUAGE_WORDS)?;
        let words = rows.all_text("word")?.into_iter().map(Arc::<str>::from);
        let words: BTreeMap<i64, Arc<str>> = rows.all_integers("number")?.into_iter().zip(words).collect();
        let rows = self.ask(LANGUAGES)?;
        let (windows, accounts) = (self.windows_of(&rows)?, rows.all_integers("account")?);
        let (tagged, detected) = (rows.all_integers("tagged")?, rows.all_integers("detected")?);
        let posts = counts(&rows, "posts")?;
        let word = |number: &i64| words.get(number).cloned().context("a tag without a number");
        self.evidence.languages.reserve_exact(rows.len());
        for i in 0..rows.len() {
            let row = LanguageRow {
                window: windows[i],
                account: self.numbered(accounts[i])?,
                tagged: word(&tagged[i])?,
                detected: word(&detected[i])?,
                posts: posts[i],
            };
            self.evidence.languages.push(row);
        }
        Ok(())
    }

    pub(super) fn locations(&mut self) -> anyhow::Result<()> {
        let rows = self.ask(LOCATIONS)?;
        let (sets, at) = (sets(&rows)?, rows.all_moments("sample_at")?);
        let countries = rows.all_text("country")?;
        let (observed, shown) = (counts(&rows, "observed")?, counts(&rows, "shown")?);
        for i in 0..rows.len() {
            let sample = self.sample(at[i])?;
            self.evidence
                .locations
                .entry((sets[i], sample))
                .or_default()
                .push(LocationRow {
                    country: countries[i].to_owned(),
                    observed: observed[i],
                    shown: shown[i],
                });
        }
        Ok(())
    }
}
