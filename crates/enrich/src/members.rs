//! Who is a member of the sets `listed` and `expanded` at each sample, and what was known of each member then.
//!
//! Who is listed, and which observation of an account is the newest at a sample, are queries (`sql/*.sql`) over the tables that
//! this run has written before; whom network analysis adds is told by [`crate::expand`]; whether a member is alive is told by the signs of life on both sides of the sample.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use sql::{Database, Rows};
use stage::{Failure, Run};
use study::{Admission, Listed};
use tables::{Member, Members, SetName, State, TableError, Timestamp};

use crate::accounts::AccountNumber;
use crate::expand::Network;
use crate::known::Known;
use crate::signs::SignsInOrder;
use crate::stays::OnList;
use crate::ties::Ties;

/// Whom the roster lists at each sample.
pub const LISTED_SQL: &str = include_str!("sql/listed.sql");
/// Everyone who posted at each sample, from the first sign of life on.
pub const EVERYONE_SQL: &str = include_str!("sql/everyone.sql");
/// The newest observation of each account at each sample.
pub const NEWEST_SQL: &str = include_str!("sql/newest.sql");

/// What a member's row is made from.
pub(crate) struct Sources<'a> {
    /// Who counts as listed.
    pub listed: Listed,
    /// What is known of the accounts.
    pub known: &'a Known,
    /// Their signs of life.
    pub signs: &'a SignsInOrder,
    /// The samples' instants, in order.
    pub samples: Vec<Timestamp>,
    /// How accounts are admitted to the expanded set.
    pub admission: Admission,
    /// Source files that show a location for some account, so that its absence for another means that none was declared.
    pub files_with_locations: &'a BTreeSet<String>,
}

/// What became of the sets.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    /// Who is listed at a sample or more.
    pub listed: Vec<AccountNumber>,
    /// When each admitted account was in the expanded set: from the sample that admitted it to the next that did not. Nothing
    /// where no tie is known.
    pub admitted: Option<Vec<OnList>>,
    /// Least and most accounts admitted at a sample.
    pub admitted_at_once: Option<(usize, usize)>,
    /// The most rounds that it took.
    pub rounds: u32,
    /// Samples at which the rounds allowed did not suffice.
    pub unsettled: u64,
}

/// What a finished run has to say about the expanded set.
pub(crate) fn expansion_in_words(sets: &Sets, no_ties: bool, follow_ages: Option<(f64, f64)>) -> Vec<String> {
    let Some((least, most)) = sets.admitted_at_once else {
        let why = if no_ties {
            "no follow and no interaction is known by the last sample"
        } else {
            "nobody is listed at a sample by which a follow or an interaction is known"
        };
        return vec![format!("there is no expanded set: {why}")];
    };
    let mut words = vec![format!(
        "the expanded set has {least} to {most} accounts more than are listed at a sample, admitted in up to {} rounds",
        sets.rounds
    )];
    if let Some((least, most)) = follow_ages {
        words.push(format!(
            "the newest follow known at a sample is {least:.0} to {most:.0} days old; the expanded set grows where follows were \
             seen and shrinks until they are seen again"
        ));
    }
    if sets.unsettled > 0 {
        words.push(format!(
            "samples at which more rounds than expanded.most_rounds would have admitted more accounts: {}",
            sets.unsettled
        ));
    }
    words
}

/// Writes `members`, from the tables `samples`, `roster`, `spells`, `posts` and `accounts` of the run and the ties.
pub(crate) fn write(run: &mut Run, sources: &Sources<'_>, ties: &Ties) -> anyhow::Result<Sets> {
    let database = database(run.dir())?;
    let listed = match sources.listed {
        Listed::Roster => database.query("listed.sql", LISTED_SQL)?,
        Listed::Everyone => database.query("everyone.sql", EVERYONE_SQL)?,
    };
    let newest = database.query("newest.sql", NEWEST_SQL)?;
    let newest = Newest::of(&newest)?;
    let known = sources.known;
    let accounts: HashMap<(&str, &str), AccountNumber> = known
        .numbers
        .all()
        .map(|account| (known.numbers.name(account), account))
        .collect();

    let mut listed_at: Vec<Vec<AccountNumber>> = vec![Vec::new(); sources.samples.len()];
    let (platforms, ids, samples) = (
        listed.all_text("platform")?,
        listed.all_text("account_id")?,
        listed.all_moments("sample_at")?,
    );
    for ((platform, account_id), sample_at) in platforms.into_iter().zip(ids).zip(samples) {
        let account = accounts.get(&(platform, account_id));
        let sample = sources.samples.binary_search(&sample_at).ok();
        let (Some(account), Some(sample)) = (account, sample) else {
            return Err(
                Failure::new(format!("a listed account of platform '{platform}' was not seen"))
                    .remedy("please report this as a bug, with the command that you ran")
                    .into(),
            );
        };
        // The query goes account by account, so that each sample's are in the order of the table.
        listed_at[sample].push(*account);
    }

    let mut sets = Sets::default();
    let mut writer = run.writer::<Members>()?;
    if !ties.is_empty() {
        expanded(
            sources,
            ties,
            &newest,
            &accounts,
            &listed_at,
            &mut sets,
            &mut |member| writer.push(&member),
        )?;
    }
    for (sample_at, listed) in sources.samples.iter().zip(&listed_at) {
        for account in listed {
            writer.push(&sources.member(SetName::Listed, *sample_at, *account, &newest))?;
        }
    }
    run.finish(writer)?;
    sets.listed = listed_at.into_iter().flatten().collect();
    sets.listed.sort_unstable();
    sets.listed.dedup();
    Ok(sets)
}

/// Expands the set sample by sample. A sample by which no tie is known, or at which nobody is listed, has no expanded set.
fn expanded<'a>(
    sources: &Sources<'a>,
    ties: &Ties,
    newest: &Newest<'a>,
    accounts: &HashMap<(&str, &str), AccountNumber>,
    listed_at: &[Vec<AccountNumber>],
    sets: &mut Sets,
    push: &mut dyn FnMut(Member<'a>) -> Result<(), TableError>,
) -> anyhow::Result<()> {
    let known = sources.known;
    let following = newest.following(accounts, &sources.samples);
    let mut network = Network::new(ties, known.numbers.all().collect(), sources.admission);
    let mut admitted = Vec::new();
    for (sample, (sample_at, listed)) in sources.samples.iter().zip(listed_at).enumerate() {
        for (account, following) in &following[sample] {
            network.observe_following(*account, *following);
        }
        let expansion = network.expand(listed, |account| {
            sources.state(account, *sample_at).alive() == Some(false)
        });
        if listed.is_empty() || !network.has_ties() {
            continue;
        }
        let count = expansion.admitted.len();
        sets.admitted_at_once = Some(
            sets.admitted_at_once
                .map_or((count, count), |(least, most)| (least.min(count), most.max(count))),
        );
        sets.rounds = sets.rounds.max(expansion.rounds);
        sets.unsettled += u64::from(!expansion.settled);
        let listed = listed.iter().map(|account| (*account, 0));
        let mut members: Vec<(AccountNumber, u32)> = listed.chain(expansion.admitted.iter().copied()).collect();
        members.sort_by(|(a, _), (b, _)| known.numbers.name(*a).cmp(&known.numbers.name(*b)));
        for (account, round) in members {
            let parts = network.parts(&expansion, account);
            push(Member {
                score: Some(parts.score),
                attention: Some(parts.attention),
                insularity: Some(parts.insularity),
                ties_in: Some(i64::from(parts.ties_in)),
                ties_out: Some(i64::from(parts.ties_out)),
                ties_own: Some(i64::from(parts.ties_own)),
                admitted_in_round: Some(i64::from(round)),
                ..sources.member(SetName::Expanded, *sample_at, account, newest)
            })?;
            if round > 0 {
                admitted.push(OnList {
                    account,
                    from_at: Some(*sample_at),
                    to_at: sources.samples.get(sample + 1).copied(),
                });
            }
        }
    }
    sets.admitted = sets.admitted_at_once.is_some().then_some(admitted);
    Ok(())
}

impl<'a> Sources<'a> {
    fn state(&self, account: AccountNumber, at: Timestamp) -> State {
        self.signs.state_at(account, self.known.profile(account).created_at, at)
    }

    /// A member's row, without a score.
    fn member(&self, set: SetName, sample_at: Timestamp, account: AccountNumber, newest: &Newest<'a>) -> Member<'a> {
        let (platform, account_id) = self.known.numbers.name(account);
        let state = self.state(account, sample_at);
        let mut member = Member {
            set,
            sample_at,
            platform,
            account_id,
            state,
            alive: state.alive() == Some(true),
            score: None,
            attention: None,
            insularity: None,
            ties_in: None,
            ties_out: None,
            ties_own: None,
            admitted_in_round: None,
            observed_at: None,
            observation_age_days: None,
            created_at: self.known.profile(account).created_at,
            followers: None,
            following: None,
            statuses: None,
            age_days: None,
            tweets_per_day: None,
            location_shown: None,
            location_country: None,
            location_candidates: None,
        };
        newest.fill(&mut member, self.files_with_locations);
        member
    }
}

/// The tables that the queries of this stage ask, in a directory that holds them.
///
/// # Errors
/// When one of them is absent or cannot be read.
pub fn database(dir: &Path) -> Result<Database, sql::Error> {
    Database::open(dir, &["accounts", "posts", "roster", "samples", "spells"])
}

/// The answer of `newest.sql`.
struct Newest<'a> {
    /// Rows of each account, in order of their samples.
    rows: HashMap<(&'a str, &'a str), std::ops::Range<usize>>,
    sample_at: Vec<Timestamp>,
    next_sample_at: Vec<Option<Timestamp>>,
    observed_at: Vec<Timestamp>,
    source_file: Vec<&'a str>,
    followers: Vec<Option<i64>>,
    following: Vec<Option<i64>>,
    statuses: Vec<Option<i64>>,
    age_days: Vec<Option<f64>>,
    tweets_per_day: Vec<Option<f64>>,
    location: Vec<Option<&'a str>>,
    location_country: Vec<Option<&'a str>>,
    location_candidates: Vec<Option<&'a str>>,
}

impl<'a> Newest<'a> {
    fn of(rows: &'a Rows) -> Result<Self, sql::Error> {
        let mut by_account: HashMap<(&str, &str), std::ops::Range<usize>> = HashMap::new();
        let names = rows.all_text("platform")?.into_iter().zip(rows.all_text("account_id")?);
        for (row, name) in names.enumerate() {
            by_account.entry(name).or_insert(row..row).end = row + 1;
        }
        Ok(Self {
            rows: by_account,
            sample_at: rows.all_moments("sample_at")?,
            next_sample_at: rows.moments("next_sample_at")?,
            observed_at: rows.all_moments("observed_at")?,
            source_file: rows.all_text("source_file")?,
            followers: rows.integers("followers")?,
            following: rows.integers("following")?,
            statuses: rows.integers("statuses")?,
            age_days: rows.numbers("age_days")?,
            tweets_per_day: rows.numbers("tweets_per_day")?,
            location: rows.text("location")?,
            location_country: rows.text("location_country")?,
            location_candidates: rows.text("location_candidates")?,
        })
    }

    /// How many accounts each account follows, where that became known or changed by a sample. What the first observation says
    /// holds before it, too: accounts that lists of follows bring in are looked up afterwards, and until then the few ties known of
    /// them would pass for all that they have.
    fn following(
        &self,
        accounts: &HashMap<(&str, &str), AccountNumber>,
        samples: &[Timestamp],
    ) -> Vec<Vec<(AccountNumber, i64)>> {
        let mut following = vec![Vec::new(); samples.len()];
        #[expect(clippy::iter_over_hash_type, reason = "each account's rows concern itself only")]
        for (name, rows) in &self.rows {
            let Some(account) = accounts.get(name) else { continue };
            let mut first = true;
            for row in rows.clone() {
                if let (Ok(sample), Some(number)) = (samples.binary_search(&self.sample_at[row]), self.following[row]) {
                    following[if first { 0 } else { sample }].push((*account, number));
                    first = false;
                }
            }
        }
        following
    }

    /// Puts what the newest observation at or before the sample says into a member's row.
    fn fill(&self, member: &mut Member<'a>, files_with_locations: &BTreeSet<String>) {
        let Some(rows) = self.rows.get(&(member.platform, member.account_id)) else {
            return;
        };
        let first_later = self.sample_at[rows.clone()].partition_point(|sample_at| *sample_at <= member.sample_at);
        let Some(row) = (rows.start + first_later)
            .checked_sub(1)
            .filter(|row| *row >= rows.start)
        else {
            return;
        };
        debug_assert!(self.next_sample_at[row].is_none_or(|next| member.sample_at < next));
        member.observed_at = Some(self.observed_at[row]);
        member.observation_age_days = Some(member.sample_at.days_since(self.observed_at[row]));
        member.followers = self.followers[row];
        member.following = self.following[row];
        member.statuses = self.statuses[row];
        member.age_days = self.age_days[row];
        member.tweets_per_day = self.tweets_per_day[row];
        member.location_shown = location_shown(self.location[row], || {
            files_with_locations.contains(self.source_file[row])
        });
        member.location_country = self.location_country[row];
        member.location_candidates = self.location_candidates[row];
    }
}

/// Whether an observation shows a location. Absence says something only in a file that shows locations at all.
fn location_shown(location: Option<&str>, file_has_locations: impl FnOnce() -> bool) -> Option<bool> {
    match location {
        Some(location) => Some(!location.trim().is_empty()),
        None => file_has_locations().then_some(false),
    }
}

/// Days from an account's creation, whichever record told of it, to an observation; `None` where either is missing or the
/// observation comes first.
pub(crate) fn age_days(created_at: Option<Timestamp>, observed_at: Option<Timestamp>) -> Option<f64> {
    let days = observed_at?.days_since(created_at?);
    (days >= 0.0).then_some(days)
}

/// Lifetime pace: posts a day since creation, an account younger than a day counting as one day old.
#[expect(clippy::cast_precision_loss, reason = "counts of posts are far below 2^52")]
pub(crate) fn tweets_per_day(statuses: Option<i64>, age_days: Option<f64>) -> Option<f64> {
    Some(statuses? as f64 / age_days?.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_account_counts_as_a_day_old() {
        assert_eq!(tweets_per_day(Some(30), Some(0.5)), Some(30.0));
        assert_eq!(tweets_per_day(Some(30), Some(60.0)), Some(0.5));
        assert_eq!(tweets_per_day(None, Some(1.0)), None);
        assert_eq!(tweets_per_day(Some(1), None), None);
    }

    #[test]
    fn an_absent_location_says_something_only_beside_others() {
        assert_eq!(location_shown(Some("here"), || false), Some(true));
        assert_eq!(location_shown(Some(" "), || false), Some(false));
        assert_eq!(location_shown(None, || true), Some(false));
        assert_eq!(location_shown(None, || false), None);
    }
}
