//! Reading the posts: which text each has, who wrote it and when; and the texts' signatures on the way.

use std::collections::HashMap;
use std::sync::mpsc;

use rayon::prelude::*;
use tables::table::open_column;
use tables::{PostKind, Posts, TableFile, Timestamp};

use super::minhash::MinHash;
use super::normalise::Normaliser;
use super::shingles::Shingling;
use super::texts::{self, TextId, Texts};

/// How texts are read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) normaliser: Normaliser,
    pub(crate) shingling: Shingling,
    /// Letters and digits below which a text is not compared.
    pub(crate) letters: usize,
    pub(crate) minhash: MinHash,
}

/// Why a post is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    Repost,
    NoText,
    Short,
}

impl Left {
    pub(crate) const ALL: [Self; 3] = [Self::Repost, Self::NoText, Self::Short];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Repost => "repost",
            Self::NoText => "no_text",
            Self::Short => "too_short",
        }
    }
}

/// No text: the post is not compared.
const LEFT: TextId = TextId::MAX;

/// What is known of the posts, by row of the table.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    text_of: Vec<TextId>,
    at: Vec<Option<Timestamp>>,
    account: Vec<u32>,
    left: [u64; 3],
    pub(crate) texts: Texts,
    /// Every band's number of every text, band by band.
    pub(crate) bands: Vec<Vec<u32>>,
}

/// Posts that a thread normalises in one go.
const CHUNK: usize = 256;

/// Some posts' texts, normalised.
struct Normalised {
    buffer: String,
    /// The end of each text in the buffer, and its hash; or why it is not compared.
    texts: Vec<Result<(usize, u64), Left>>,
}

/// Accounts by platform and id.
#[derive(Default)]
struct Accounts {
    platforms: Vec<(String, HashMap<Box<str>, u32>)>,
    count: u32,
}

impl Accounts {
    fn number(&mut self, platform: &str, account_id: &str) -> u32 {
        let known = self.platforms.iter().position(|(name, _)| name == platform);
        let at = known.unwrap_or_else(|| {
            self.platforms.push((platform.to_owned(), HashMap::new()));
            self.platforms.len() - 1
        });
        let accounts = &mut self.platforms[at].1;
        if let Some(number) = accounts.get(account_id) {
            return *number;
        }
        let number = self.count;
        accounts.insert(account_id.into(), number);
        self.count += 1;
        number
    }
}

impl Corpus {
    /// Reads the table; with more than one thread, one of them decodes it ahead of the others.
    pub(crate) fn read(table: &TableFile<Posts>, reading: &Reading, threads: usize) -> anyhow::Result<Self> {
        let mut corpus = Self::default();
        corpus.bands.resize_with(reading.minhash.bands_in_all(), Vec::new);
        let mut accounts = Accounts::default();
        let mut batches = table.columns(&["platform", "account_id", "posted_at", "kind", "text"]);
        let mut take = |batch: Result<_, tables::TableError>| -> anyhow::Result<()> {
            let batch = batch?;
            let texts = open_column::<Option<&str>>(&batch, "text")?;
            let kinds = open_column::<PostKind>(&batch, "kind")?;
            let times = open_column::<Option<Timestamp>>(&batch, "posted_at")?;
            let platforms = open_column::<&str>(&batch, "platform")?;
            let authors = open_column::<&str>(&batch, "account_id")?;
            let get = |row| {
                use tables::cell::Cell as _;
                Seen {
                    text: Option::<&str>::get(&texts, row),
                    kind: PostKind::get(&kinds, row),
                    at: Option::<Timestamp>::get(&times, row),
                    platform: <&str>::get(&platforms, row),
                    account_id: <&str>::get(&authors, row),
                }
            };
            let posts: Vec<Seen<'_>> = (0..batch.num_rows()).map(get).collect();
            corpus.take(&posts, reading, &mut accounts)
        };
        if threads < 2 {
            batches.try_for_each(&mut take)?;
        } else {
            std::thread::scope(|scope| {
                let (sender, receiver) = mpsc::sync_channel(2);
                // Ends early when the receiver is gone, after an error.
                scope.spawn(move || batches.all(|batch| sender.send(batch).is_ok()));
                receiver.into_iter().try_for_each(&mut take)
            })?;
        }
        corpus.texts.close();
        Ok(corpus)
    }

    fn take(&mut self, posts: &[Seen<'_>], reading: &Reading, accounts: &mut Accounts) -> anyhow::Result<()> {
        let normalised: Vec<Normalised> = posts.par_chunks(CHUNK).map(|posts| normalise(posts, reading)).collect();
        let first_new = self.texts.len();
        for (posts, normalised) in posts.chunks(CHUNK).zip(&normalised) {
            let mut start = 0;
            for (post, text) in posts.iter().zip(&normalised.texts) {
                let id = match text {
                    Err(why) => {
                        self.left[*why as usize] += 1;
                        LEFT
                    }
                    Ok((end, hash)) => {
                        let text = &normalised.buffer[start..*end];
                        start = *end;
                        self.texts.see(text, *hash, post.at)?.0
                    }
                };
                self.text_of.push(id);
                self.at.push(post.at);
                self.account.push(accounts.number(post.platform, post.account_id));
            }
        }
        self.sign(first_new, reading);
        Ok(())
    }

    /// Appends the bands of the texts from `first` on.
    fn sign(&mut self, first: usize, reading: &Reading) {
        let new: Vec<usize> = (first..self.texts.len()).collect();
        let texts = &self.texts;
        let signed: Vec<Vec<u32>> = new
            .par_chunks(CHUNK)
            .map(|ids| {
                let (mut symbols, mut shingles, mut least, mut bands) =
                    (Vec::new(), Vec::new(), Vec::new(), Vec::new());
                for id in ids {
                    #[expect(clippy::cast_possible_truncation, reason = "texts are numbered with 32 bits")]
                    let text = texts.text(*id as TextId);
                    reading.shingling.shingle(text, &mut symbols, &mut shingles);
                    reading.minhash.bands(&shingles, &mut least, &mut bands);
                }
                bands
            })
            .collect();
        let count = self.bands.len();
        for bands in signed.iter().flat_map(|signed| signed.chunks_exact(count)) {
            for (column, band) in self.bands.iter_mut().zip(bands) {
                column.push(*band);
            }
        }
    }

    /// Posts read.
    pub(crate) fn rows(&self) -> usize {
        self.text_of.len()
    }

    /// Posts that were not compared for this reason.
    pub(crate) fn left(&self, why: Left) -> u64 {
        self.left[why as usize]
    }

    /// The rows that are compared, with their texts.
    pub(crate) fn compared(&self) -> impl Iterator<Item = (u32, TextId)> + '_ {
        (0..)
            .zip(&self.text_of)
            .filter(|(_, id)| **id != LEFT)
            .map(|(row, id)| (row, *id))
    }

    /// The text of a row; `None` where it is not compared.
    pub(crate) fn text_of(&self, row: u32) -> Option<TextId> {
        Some(self.text_of[row as usize]).filter(|id| *id != LEFT)
    }

    pub(crate) fn at(&self, row: u32) -> Option<Timestamp> {
        self.at[row as usize]
    }

    /// The number of the row's author.
    pub(crate) fn account(&self, row: u32) -> u32 {
        self.account[row as usize]
    }
}

/// What is read of a post.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    text: Option<&'a str>,
    kind: PostKind,
    at: Option<Timestamp>,
    platform: &'a str,
    account_id: &'a str,
}

fn normalise(posts: &[Seen<'_>], reading: &Reading) -> Normalised {
    let (mut buffer, mut composed) = (String::new(), String::new());
    let texts = posts.iter().map(|post| {
        if post.kind == PostKind::Repost {
            return Err(Left::Repost);
        }
        let text = post.text.ok_or(Left::NoText)?;
        let start = buffer.len();
        let letters = reading.normaliser.normalise(text, &mut composed, &mut buffer);
        if letters < reading.letters {
            buffer.truncate(start);
            return Err(Left::Short);
        }
        Ok((buffer.len(), texts::hash(&buffer[start..])))
    });
    Normalised {
        texts: texts.collect(),
        buffer,
    }
}
