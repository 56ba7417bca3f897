//! `enrich`: lives, memberships, interactions, languages, places.
//!
//! In the order in which data flows: the accounts' observations and then the posts are read once, batch by batch, and written
//! back with what they say of themselves ([`records`]: [`location`], [`language`]); what they hold besides words is counted ([`content`],
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
mod contradictions;
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
mod records;
mod roster;
mod signs;
mod spells;
mod stays;
mod tally;
mod terms;
mod ties;

use std::path::PathBuf;

use clap::Parser;
use serde_json::{Value, json};
use stage::{Common, Outcome, Run, Stage, StageDir, help_footer};
use study::Listed;
use tables::{
    AccountLanguages, Campaigns, ClusterMembers, Clusters, Duplicates, Input, Personas, PostIds, Rejects, Roster,
    Timestamp,
};

use crate::account_signs::Habits;
use crate::design::Given;
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
            given.check_roster(&dir)?;
        }
        let mut remarks = Vec::new();

        let mut known = Known::default();
        by_handle::meet_checks(&dir, &mut known)?;
        let mut habits = Habits::default();
        let files_with_locations = records::accounts_with_places(&dir, run, &mut known, &mut habits)?;
        let records::Written {
            addressed,
            languages,
            content,
            from_the_future,
        } = records::posts_with_languages(&dir, run, &mut known, &mut habits)?;
        run.state_fact("posts_from_the_future", from_the_future);
        if from_the_future > 0 {
            remarks.push(format!(
                "posts that say they were written more than a day after they were collected, taken as without a time: \
                 {from_the_future}"
            ));
        }
        run.write::<AccountLanguages>(languages.rows(&known))?;
        drop(languages);
        content::write(run, &known, content, habits, &mut remarks)?;
        by_handle::write_checks(&dir, run, &mut known, &mut remarks)?;

        let study = match &given {
            Some(given) => given.study.clone(),
            None => {
                let study = design::derived(known.span(), dir.table::<Roster>()?.rows() > 0)?;
                remarks.push(design::in_words(&study));
                study
            }
        };
        design::write(run, &study, given.as_ref())?;

        let (names_found, on_roster) = roster::write(&dir, run, &mut known, study.roster())?;
        if study.listed() == Listed::Roster && names_found == 0 {
            remarks.push(
                "no account is on the roster, so that no account is listed; sets.listed = \"everyone\" in study.toml \
                          lists every account that posted"
                    .to_owned(),
            );
        }

        let samples: Vec<Timestamp> = study.samples().iter().map(design::sample_at).collect();
        let mut ties = Gathered::new(samples.clone());
        by_handle::write_follows(&dir, run, &mut known, &mut ties, &mut remarks)?;
        interactions::write(run, &known, addressed, &mut ties, &mut remarks)?;
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
        spells::write(run, &known, &signs, &mut remarks)?;

        let sets = members::write(
            run,
            &members::Sources {
                listed: study.listed(),
                samples,
                admission: study.admission(),
                known: &known,
                signs: &signs,
                files_with_locations: &files_with_locations,
            },
            &ties,
        )?;
        remarks.extend(members::expansion_in_words(&sets, ties.is_empty(), follow_ages));
        run.state_fact("expansion_rounds", sets.rounds);
        let listed = match study.listed() {
            Listed::Roster => on_roster,
            Listed::Everyone => stays::always(&sets.listed),
        };
        stays::write(run, listed, sets.admitted, &known.numbers, &signs)?;

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
