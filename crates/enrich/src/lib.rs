//! `enrich`: lives, memberships, interactions, languages, places.
//!
//! In the order in which data flows: the accounts' observations and then the posts are read once, batch by batch, and written
//! back with what they say of themselves ([`location`], [`language`]); what they hold besides words is counted ([`content`],
//! [`account_signs`]); on the way [`known`] gathers who bore which handle, when
//! each account showed life ([`signs`]) and whom posts address ([`interactions`]). Then it is known which accounts the names in
//! checks, the [`roster`] and follows mean ([`by_handle`]). The study ([`design`]) gives samples and windows. [`spells`] makes of the signs each account's life, and
//! [`members`] of roster, samples and observations the set `listed` at each sample, with SQL; [`stays`] tells when each account was
//! on its list.
//!
//! Memory: texts are not held. Each account costs some 300 bytes, each day on which it showed life some 50 to 100 (on one that
//! found it gone each post 16), each check 24, each distinct (day, source, target, kind) 40, each distinct (account, day, hashtag,
//! domain or client) 24 to 48, each post 8. The queries hold the account observations without their long texts, some 200 bytes
//! each, and the pairs of roster entry and sample (without a roster: of posting account and sample), some 100 bytes each.

mod account_language;
mod account_signs;
mod accounts;
mod arabizi;
mod by_handle;
mod content;
mod design;
mod expand;
mod gazetteer;
mod identity;
mod interactions;
mod known;
mod language;
mod location;
pub mod members;
mod precision;
mod roster;
mod signs;
mod spells;
mod stays;
mod tally;
mod terms;
mod ties;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Outcome, Run, Stage, StageDir, help_footer};
use study::{Listed, Study};
use tables::{
    Account, AccountLanguages, AccountSigns, Accounts, Campaigns, ClusterMembers, Clusters, Duplicates, Flow, Input,
    Interaction, Interactions, Personas, Post, PostIds, PostingDays, Posts, Rejects, Roster, Sample, Samples, SetName,
    Spells, Stays, TermKind, Terms, Timestamp, WindowRow, Windows,
};

use crate::account_signs::Habits;
use crate::content::Content;
use crate::design::{Given, STUDY_FILE};
use crate::gazetteer::Gazetteer;
use crate::interactions::Addressed;
use crate::known::Known;
use crate::precision::Labels;
use crate::ties::Gathered;

/// Lives, memberships, interactions, languages, places.
///
/// Reads the directory that dedupe wrote. Tells the language of each post, the country of each self-declared location, each
/// account's age and lifetime pace; when each account was seen alive and found gone (spells); who was a member of the set
/// `listed` at each sample and what was known of it then (members); who addressed whom on which day (interactions); who used which
/// hashtag, domain and client on which day (terms), and signs of automation. Names on the
/// roster are matched to accounts by id, or by the handle that an account bore nearest to the day of listing, case ignored.
///
/// Samples and windows come from the study file. Without one they are derived from the span of the data, and listed is who is on
/// the roster, or everyone who posted where there is none. The study stands in the output as study.toml either way.
#[derive(Debug, Parser)]
#[command(name = "enrich", version, after_help = format!("{EXAMPLES}\n\n{}", help_footer(None)))]
pub struct Enrich {
    /// Directory that dedupe wrote; `-` reads it from standard input, as `dedupe -o -` sends it
    #[arg(value_name = "INPUT_DIR")]
    input: PathBuf,

    /// Design of the study: samples, windows, who is listed. Without it one is derived from the data
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,

    /// Labels of accounts (CSV: account_id or handle, perhaps platform; label: in or out). Of the accounts that network
    /// analysis admits, the share of `in` among the labelled of the first 50, 100, 200 and 400 by score goes to precision.csv
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Reads posts, post_ids, accounts, availability, follows, roster, personas, clusters, cluster_members, campaigns, duplicates, rejects and \
ledger of INPUT_DIR. Writes posts (detected_lang), accounts (location_country, age_days, tweets_per_day), roster, availability and follows \
(ids of the accounts that handles mean), samples, windows, spells, members, stays, account_languages, account_signs, terms, posting_days, \
interactions, ledger and study.toml; links the others. Memory grows with accounts, days, distinct interactions and distinct uses of \
hashtags, domains and clients by day; texts are not held.

An account counts as alive at a sample when signs of life on both sides of it say so, or one at most 30 days before it; signs of life are \
its own posts, observations of it, and checks that it answered. Only a check, or a list of suspended accounts, shows that it is gone; who \
answers later is back, and so is who posts later, unless it was found gone on one day only. A check by handle counts for the account seen \
under the handle nearest to that day, and for none when that had another handle by then.

Examples:
  enrich work/2-dedupe --study study.toml -o work/3-enrich
  enrich work/2-dedupe -o work/3-enrich --if-changed
  enrich work/2-dedupe --study study.toml --labels checked.csv -o work/3-enrich
  dedupe work/1-ingest -o - | enrich - --study study.toml -o work/3-enrich";

/// What `enrich` reads, opened.
#[derive(Debug)]
pub struct Inputs {
    dir: StageDir,
    given: Option<Given>,
    labels: Option<Labels>,
}

impl Stage for Enrich {
    const NAME: &'static str = "enrich";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Input = Inputs;

    fn common(&self) -> &Common {
        &self.common
    }

    fn options(&self) -> Value {
        // The content of study and labels is an input, with its hash.
        let mut options = json!({"study": if self.study.is_some() { "given" } else { "derived" }});
        if self.labels.is_some() {
            options["labels"] = json!("given");
        }
        options
    }

    fn open(&self) -> anyhow::Result<Inputs> {
        // The small file first: a slip in it is told before an archive is spooled from a pipe.
        let given = self.study.as_deref().map(Given::read).transpose()?;
        let labels = self.labels.as_deref().map(Labels::read).transpose()?;
        Ok(Inputs {
            dir: StageDir::open(&self.input)?,
            given,
            labels,
        })
    }

    fn inputs(&self, input: &Inputs) -> anyhow::Result<Option<Vec<Input>>> {
        let mut inputs = input.dir.inputs()?;
        inputs.extend(input.given.as_ref().map(|given| given.input.clone()));
        inputs.extend(input.labels.as_ref().map(|labels| labels.input.clone()));
        Ok(Some(inputs))
    }

    fn run(&self, input: Inputs, run: &mut Run) -> anyhow::Result<Outcome> {
        let Inputs { dir, given, labels } = input;
        run.take_upstream(&dir)?;
        if let Some(labels) = &labels {
            run.add_input(labels.input.clone());
        }
        if let Some(given) = &given {
            run.add_input(given.input.clone());
            check_roster(given, &dir)?;
        }
        let mut remarks = Vec::new();

        let mut known = Known::default();
        by_handle::meet_checks(&dir, &mut known)?;
        let mut habits = Habits::default();
        let files_with_locations = accounts_with_places(&dir, run, &mut known, &mut habits)?;
        let Written {
            addressed,
            languages,
            content,
            from_the_future,
        } = posts_with_languages(&dir, run, &mut known, &mut habits)?;
        run.state_fact("posts_from_the_future", from_the_future);
        if from_the_future > 0 {
            remarks.push(format!(
                "posts that say they were written more than a day after they were collected, taken as without a time: \
                 {from_the_future}"
            ));
        }
        run.write::<AccountLanguages>(languages.rows(&known))?;
        drop(languages);
        write_content(run, &known, content, habits, &mut remarks)?;
        by_handle::write_checks(&dir, run, &mut known, &mut remarks)?;

        let study = match &given {
            Some(given) => given.study.clone(),
            None => {
                let study = design::derived(known.span(), dir.table::<Roster>()?.rows() > 0)?;
                remarks.push(design::in_words(&study));
                study
            }
        };
        write_study(run, &study, given.as_ref())?;

        let (names_found, on_roster) = roster::write(&dir, run, &mut known, study.roster())?;
        if study.listed() == Listed::Roster && names_found == 0 {
            remarks.push(
                "no account is on the roster, so that no account is listed; sets.listed = \"everyone\" in study.toml \
                          lists every account that posted"
                    .to_owned(),
            );
        }

        let mut ties = Gathered::new(study.samples().iter().map(sample_at).collect());
        by_handle::write_follows(&dir, run, &mut known, &mut ties, &mut remarks)?;
        write_interactions(run, &known, addressed, &mut ties, &mut remarks)?;
        let follow_ages = ties.follow_ages_days();
        let ties = ties.ties(known.numbers.all().count());

        let apart = known.seen_by_handle_and_by_id();
        run.state_fact("accounts_by_handle_with_a_bearer", apart);
        if apart > 0 {
            remarks.push(format!(
                "accounts known by handle only, kept apart from the account with an id that was seen under the handle: {apart}"
            ));
        }

        let signs = std::mem::take(&mut known.signs).in_order();
        let spells = spells::spells(&known, &signs);
        for (fact, count, words) in [
            (
                "reinstated_accounts",
                spells::reinstated(&spells),
                "accounts that answered after they had been found gone, and live another spell",
            ),
            (
                "denied_ends",
                signs.contradicted().0,
                "times that an account was found gone on one day only and nothing but posts soon after deny that, set aside",
            ),
            (
                "moments_with_two_states",
                signs.contradicted().1,
                "moments at which answers told of two states of an account",
            ),
        ] {
            run.state_fact(fact, count);
            if count > 0 {
                remarks.push(format!("{words}: {count}"));
            }
        }
        run.write::<Spells>(spells)?;

        let sets = members::write(
            run,
            &members::Sources {
                listed: study.listed(),
                samples: study.samples().iter().map(sample_at).collect(),
                admission: study.admission(),
                known: &known,
                signs: &signs,
                files_with_locations: &files_with_locations,
            },
            &ties,
        )?;
        remarks.extend(expansion_in_words(&sets, ties.is_empty(), follow_ages));
        run.state_fact("expansion_rounds", sets.rounds);
        let listed = match study.listed() {
            Listed::Roster => on_roster,
            Listed::Everyone => stays::always(&sets.listed),
        };
        let expanded = match sets.admitted {
            Some(admitted) => admitted.into_iter().chain(listed.iter().copied()).collect(),
            None => Vec::new(),
        };
        let mut stays = stays::rows(SetName::Expanded, expanded, &known.numbers);
        stays.extend(stays::rows(SetName::Listed, listed, &known.numbers));
        run.write::<Stays>(stays)?;

        if let Some(labels) = &labels {
            remarks.push(precision::write(run, labels, &mut known)?);
        }

        run.carry::<PostIds>(&dir)?;
        run.carry::<Personas>(&dir)?;
        run.carry::<Clusters>(&dir)?;
        run.carry::<ClusterMembers>(&dir)?;
        run.carry::<Campaigns>(&dir)?;
        run.carry::<Duplicates>(&dir)?;
        run.carry::<Rejects>(&dir)?;
        self.tell(&remarks);
        Ok(Outcome::Done)
    }
}

impl Enrich {
    #[expect(
        clippy::print_stderr,
        reason = "what the numbers rest on is said to the person as well"
    )]
    fn tell(&self, remarks: &[String]) {
        if !self.common.quiet {
            for remark in remarks {
                eprintln!("enrich: {remark}");
            }
        }
    }
}

fn count_used(run: &mut Run, table: &str, records: u64) {
    run.count(table, Flow::Read, "", records);
    run.count(table, Flow::Used, "", records);
}

fn sample_at(sample: &study::Sample) -> Timestamp {
    Timestamp(sample.last_moment().timestamp_millis())
}

/// What a finished run has to say about the expanded set.
fn expansion_in_words(sets: &members::Sets, no_ties: bool, follow_ages: Option<(f64, f64)>) -> Vec<String> {
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

fn check_roster(given: &Given, dir: &StageDir) -> anyhow::Result<()> {
    let mut names = BTreeSet::new();
    for batch in dir.table::<Roster>()?.batches() {
        for row in batch?.rows()? {
            if !names.contains(row.roster) {
                names.insert(row.roster.to_owned());
            }
        }
    }
    given.check_roster(names.iter().map(String::as_str))
}

/// Writes `accounts` with country, age and pace. Returns the source files that show locations.
fn accounts_with_places(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    habits: &mut Habits,
) -> anyhow::Result<BTreeSet<String>> {
    let gazetteer = Gazetteer::new();
    let table = dir.table::<Accounts>()?;
    known.meet_creations(&table)?;
    let mut writer = run.writer::<Accounts>()?;
    let mut files_with_locations = BTreeSet::new();
    for batch in table.batches() {
        for row in batch?.rows()? {
            let account = known.see_account(&row)?;
            habits.see_account(account, &row);
            if row.location.is_some() && !files_with_locations.contains(row.source_file) {
                files_with_locations.insert(row.source_file.to_owned());
            }
            let place = row.location.map(|location| location::place(&gazetteer, location));
            let place = place.unwrap_or_default();
            let candidates = place.in_words();
            let age_days = members::age_days(known.profile(account).created_at, row.observed_at);
            writer.push(&Account {
                location_country: place.country(),
                location_candidates: candidates.as_deref(),
                age_days,
                tweets_per_day: members::tweets_per_day(row.statuses, age_days),
                ..row
            })?;
        }
    }
    run.finish(writer)?;
    count_used(run, "accounts", table.rows());
    Ok(files_with_locations)
}

/// What posts tell of those who wrote them.
struct Written {
    addressed: Addressed,
    languages: account_language::AccountLanguages,
    content: Content,
    /// Posts whose time cannot be.
    from_the_future: u64,
}

/// Writes `posts` with the language of each. Returns whom they address, in what languages accounts write, and what else posts hold.
/// A post whose time cannot be stays as it is, and counts as one without a time.
fn posts_with_languages(
    dir: &StageDir,
    run: &mut Run,
    known: &mut Known,
    habits: &mut Habits,
) -> anyhow::Result<Written> {
    let table = dir.table::<Posts>()?;
    let mut writer = run.writer::<Posts>()?;
    let mut addressed = Addressed::default();
    let mut written = account_language::AccountLanguages::default();
    let mut content = Content::default();
    let mut from_the_future = 0;
    for batch in table.batches() {
        let batch = batch?;
        let rows: Vec<Post<'_>> = batch.rows()?.collect();
        let texts: Vec<Option<&str>> = rows.iter().map(|row| row.text).collect();
        let languages = language::languages(&texts, run.threads());
        for (mut row, language) in rows.into_iter().zip(languages) {
            let posted_at = row.posted_at;
            if known::is_from_the_future(&row) {
                from_the_future += 1;
                row.posted_at = None;
            }
            let author = known.see_post(&row)?;
            addressed.take(known, author, &row)?;
            written.take(author, &row, language);
            content.take(author, &row)?;
            habits.see_post(author, &row);
            writer.push(&Post {
                detected_lang: language,
                posted_at,
                ..row
            })?;
        }
    }
    run.finish(writer)?;
    count_used(run, "posts", table.rows());
    Ok(Written {
        addressed,
        languages: written,
        content,
        from_the_future,
    })
}

/// Writes `terms`, `posting_days` and `account_signs`.
fn write_content(
    run: &mut Run,
    known: &Known,
    content: Content,
    habits: Habits,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    run.state_fact("posts_without_time", content.without_time);
    for kind in TermKind::ALL {
        let left_out = content.left_out[*kind as usize];
        run.state_fact(&format!("no_{kind}"), left_out);
        if left_out > 0 {
            let what = match kind {
                TermKind::Client => "clients without a name",
                TermKind::Domain => "links that lead to no host",
                TermKind::Hashtag => "hashtags that are empty or longer than 280 characters",
            };
            remarks.push(format!("{what}, not counted in terms: {left_out}"));
        }
    }
    let counted = content.in_order(&known.numbers);
    run.write::<Terms>(counted.terms(&known.numbers))?;
    run.write::<PostingDays>(counted.days(&known.numbers))?;
    run.write::<AccountSigns>(habits.rows(known, &counted))
}

/// Writes `study.toml`, `samples` and `windows`.
fn write_study(run: &mut Run, study: &Study, given: Option<&Given>) -> anyhow::Result<()> {
    match given {
        Some(given) => run.write_file(STUDY_FILE, &given.text)?,
        None => run.write_file(STUDY_FILE, study.to_toml()?.as_bytes())?,
    }
    run.state_fact("study_derived", given.is_none());
    let names: Vec<String> = study.samples().iter().map(|sample| sample.date().to_string()).collect();
    run.write::<Samples>(study.samples().iter().zip(&names).map(|(sample, name)| {
        let sample_at = sample_at(sample);
        Sample {
            sample_at,
            day: sample_at.day(),
            name,
        }
    }))?;
    let mut windows: Vec<WindowRow<'_>> = study
        .windows()
        .iter()
        .map(|window| WindowRow {
            window: window.name(),
            from_at: Timestamp(window.start().timestamp_millis()),
            to_at: Timestamp(window.end().timestamp_millis() - 1),
        })
        .collect();
    windows.sort_by_key(|window| window.window);
    run.write::<Windows>(windows)
}

fn write_interactions(
    run: &mut Run,
    known: &Known,
    addressed: Addressed,
    ties: &mut Gathered,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    if addressed.without_time > 0 {
        remarks.push(format!(
            "posts that address somebody but have no time, left out of interactions: {}",
            addressed.without_time
        ));
    }
    run.state_fact("addressing_posts_without_time", addressed.without_time);
    let counts = addressed.counts(&known.numbers, &known.identities);
    for count in &counts {
        let (source, target) = count.pair;
        ties.add(source, target, Timestamp(i64::from(count.day) * tables::DAY_MS));
    }
    run.write::<Interactions>(counts.iter().map(|count| Interaction {
        platform: count.platform,
        day: interactions::day(count),
        source: count.source,
        target: count.target,
        kind: count.kind(),
        count: count.count,
    }))
}
