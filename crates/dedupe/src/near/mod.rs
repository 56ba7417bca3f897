//! Near-copies: posts whose texts are the same but for small changes.
//!
//! In the order in which data flows: [`normalise`] says what of a text is compared; [`texts`] keeps every distinct text once, so
//! that a million posts of one text are one; [`shingles`] makes sets of texts, and [`minhash`] short signatures of sets, while
//! [`posts`] reads the table; [`buckets`] compares the texts that share a band of their signatures, exactly, and joins those that
//! are near ([`components`]); [`clusters`] names for each set of joined texts its representative; [`campaigns`] looks for many
//! accounts within little time; [`write`] writes the tables. Reposts are known copies and take no part.
//!
//! A cluster is a connected component of near pairs: two texts that are near are never in different clusters if they were compared,
//! and a chain of small changes stays together, as when a text is passed on and changed on the way. The ends of a chain can be
//! less similar than the threshold; every member's similarity to the representative, the first post, is told.
//!
//! Memory, in bytes: a distinct text takes its length after normalisation, 60 more, and 4 a band while bands are compared (23 bands
//! at a threshold of 0.8); a post 24, and one in a cluster 24 more. On disk nothing but the tables.

mod buckets;
mod campaigns;
mod clusters;
mod components;
mod minhash;
mod normalise;
mod posts;
mod shingles;
mod similarity;
mod texts;
mod write;

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use stage::Run;
use tables::{Posts, TableFile};

use self::buckets::Comparison;
use self::campaigns::{Rule, Window};
use self::clusters::Clusters;
use self::minhash::{Banding, MinHash};
use self::normalise::{Fold, Normaliser};
use self::posts::{Corpus, Left, Reading};
use self::shingles::Shingling;
use self::similarity::{Similarity, Threshold};
use self::write::Tables;

/// What near-copies and campaigns are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Near-copies")]
pub(crate) struct NearCopies {
    /// Least Jaccard similarity of the shingles of near-copies, from 0.5 to 1, or off
    #[arg(long, value_name = "SIMILARITY", default_value = "0.8")]
    near: Threshold,

    /// What texts are compared by: chars:N or words:N, so many in a row
    #[arg(long, value_name = "SHINGLES", default_value = "chars:4")]
    near_shingles: Shingling,

    /// What is taken for the same wherever it stands; besides, Unicode NFKC, lower case, and single spaces
    #[arg(long, value_name = "WHAT,…", value_enum, value_delimiter = ',', default_values = ["urls", "mentions", "arabic"])]
    near_fold: Vec<Fold>,

    /// Letters and digits, besides what is folded, below which a text is not compared
    #[arg(long, value_name = "N", default_value_t = 12)]
    near_letters: usize,

    /// Time within which many accounts make a campaign: 90s, 30m, 1h, 2d
    #[arg(long, value_name = "TIME", default_value = "1h")]
    campaign_window: Window,

    /// Distinct accounts within that time that make a campaign
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    campaign_accounts: u32,
}

impl NearCopies {
    /// The options that shape the result.
    pub(crate) fn options(&self) -> Value {
        let Threshold::From(threshold) = self.near else {
            return json!("off");
        };
        json!({
            "threshold": threshold.value(),
            "shingles": self.near_shingles.to_string(),
            "fold": self.folds().iter().map(|fold| fold.word()).collect::<Vec<_>>(),
            "letters": self.near_letters,
            "campaign_window_seconds": self.campaign_window.milliseconds() / 1_000,
            "campaign_accounts": self.campaign_accounts,
        })
    }

    /// What is folded, in a fixed order.
    fn folds(&self) -> Vec<Fold> {
        let mut folds: Vec<Fold> = self
            .near_fold
            .iter()
            .copied()
            .filter(|fold| *fold != Fold::None)
            .collect();
        folds.sort_unstable();
        folds.dedup();
        folds
    }

    /// Finds the near-copies among the posts that this run has written, and writes their tables.
    pub(crate) fn find(&self, run: &mut Run) -> anyhow::Result<()> {
        let mut tables = Tables::start(run)?;
        if let Threshold::From(threshold) = self.near {
            self.find_from(threshold, run, &mut tables)?;
        }
        tables.finish(run)
    }

    fn find_from(&self, threshold: Similarity, run: &mut Run, tables: &mut Tables) -> anyhow::Result<()> {
        let posts = TableFile::<Posts>::open(run.dir())?;
        let banding = Banding::of(threshold);
        let reading = Reading {
            normaliser: Normaliser::new(&self.folds()),
            shingling: self.near_shingles,
            letters: self.near_letters,
            minhash: MinHash::new(banding),
        };
        let mut corpus = Corpus::read(&posts, &reading, run.threads())?;
        let bands = std::mem::take(&mut corpus.bands);
        let comparison = Comparison::new(&corpus.texts, self.near_shingles, threshold.value());
        let joined = comparison.join(bands);
        let clusters = Clusters::of(&corpus, comparison, &joined.components);
        tables.write(
            &posts,
            &corpus,
            &clusters,
            Rule {
                window: self.campaign_window,
                accounts: self.campaign_accounts as usize,
            },
        )?;

        let rows = corpus.rows() as u64;
        let left: u64 = Left::ALL.iter().map(|why| corpus.left(*why)).sum();
        run.state_fact(
            "near_copies",
            json!({
                "posts_compared": rows - left,
                "posts_left_out": Left::ALL.iter().map(|why| (why.word(), corpus.left(*why))).collect::<BTreeMap<_, _>>(),
                "distinct_texts": corpus.texts.len(),
                "bands": banding.bands,
                "rows": banding.rows,
                "found_at_threshold": (banding.probability(threshold.value()) * 1e6).round() / 1e6,
                "texts_not_all_compared": joined.not_all_compared.len(),
            }),
        );
        Ok(())
    }
}
