//! The tables of clusters, members and campaigns.
//!
//! Of the posts only numbers are held; ids and places of those in clusters are fetched from the table, for so many posts at a time.

use stage::Run;
use tables::cell::Cell as _;
use tables::table::open_column;
use tables::{Campaign, Campaigns, Cluster, ClusterMember, ClusterMembers, Posts, TableFile, TableWriter, Timestamp};

use super::campaigns::{Rule, stretches};
use super::clusters::{ClusterId, Clusters};
use super::posts::Corpus;

/// Posts whose ids and places are held at a time, or those of one cluster where it has more.
const HELD: usize = 1 << 22;

/// A post in a cluster.
#[derive(Debug, Clone, Copy)]
struct Member {
    cluster: ClusterId,
    at: Option<Timestamp>,
    row: u32,
}

/// What a post is called and where it stands, in the texts of [`Names`].
#[derive(Debug, Clone, Copy, Default)]
struct Name {
    platform: usize,
    file: usize,
    line: i64,
    part: i64,
    /// In the buffer: the account, then the post.
    account: (usize, usize),
    post: Option<usize>,
}

/// The names of some posts, in the order in which they are asked for.
#[derive(Debug, Default)]
struct Names {
    names: Vec<Name>,
    buffer: String,
    /// Platforms and files, of which there are few.
    words: Vec<String>,
}

/// The parts of a name by which posts of one time are ordered, and those that tell where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Called<'a> {
    platform: &'a str,
    account_id: &'a str,
    post_id: Option<&'a str>,
}

impl Names {
    fn fetch(table: &TableFile<Posts>, members: &[Member]) -> anyhow::Result<Self> {
        let mut wanted: Vec<(u32, usize)> = members
            .iter()
            .enumerate()
            .map(|(at, member)| (member.row, at))
            .collect();
        wanted.sort_unstable();
        let mut wanted = wanted.into_iter().peekable();
        let mut names = Self {
            names: vec![Name::default(); members.len()],
            ..Self::default()
        };
        let columns = [
            "platform",
            "post_id",
            "account_id",
            "source_file",
            "source_line",
            "source_part",
        ];
        let mut first = 0;
        for batch in table.columns(&columns) {
            if wanted.peek().is_none() {
                break;
            }
            let batch = batch?;
            let platforms = open_column::<&str>(&batch, "platform")?;
            let posts = open_column::<Option<&str>>(&batch, "post_id")?;
            let accounts = open_column::<&str>(&batch, "account_id")?;
            let files = open_column::<&str>(&batch, "source_file")?;
            let lines = open_column::<i64>(&batch, "source_line")?;
            let parts = open_column::<i64>(&batch, "source_part")?;
            let next = first + batch.num_rows();
            while let Some((row, at)) = wanted.next_if(|(row, _)| (*row as usize) < next) {
                let row = row as usize - first;
                names.names[at] = Name {
                    platform: names.word(<&str>::get(&platforms, row)),
                    file: names.word(<&str>::get(&files, row)),
                    line: i64::get(&lines, row),
                    part: i64::get(&parts, row),
                    account: names.push(<&str>::get(&accounts, row)),
                    post: Option::<&str>::get(&posts, row).map(|id| names.push(id).1),
                };
            }
            first = next;
        }
        Ok(names)
    }

    fn push(&mut self, text: &str) -> (usize, usize) {
        let start = self.buffer.len();
        self.buffer.push_str(text);
        (start, self.buffer.len())
    }

    /// Words come in runs: the newest are looked at first.
    fn word(&mut self, word: &str) -> usize {
        let known = self.words.iter().rposition(|known| known == word);
        known.unwrap_or_else(|| {
            self.words.push(word.to_owned());
            self.words.len() - 1
        })
    }

    fn called(&self, at: usize) -> Called<'_> {
        let name = &self.names[at];
        Called {
            platform: &self.words[name.platform],
            account_id: &self.buffer[name.account.0..name.account.1],
            post_id: name.post.map(|end| &self.buffer[name.account.1..end]),
        }
    }
}

/// The three tables being written.
#[derive(Debug)]
pub(crate) struct Tables {
    clusters: TableWriter<tables::Clusters>,
    members: TableWriter<ClusterMembers>,
    campaigns: TableWriter<Campaigns>,
}

impl Tables {
    pub(crate) fn start(run: &Run) -> anyhow::Result<Self> {
        Ok(Self {
            clusters: run.writer()?,
            members: run.writer()?,
            campaigns: run.writer()?,
        })
    }

    pub(crate) fn finish(self, run: &mut Run) -> anyhow::Result<()> {
        run.finish(self.clusters)?;
        run.finish(self.members)?;
        run.finish(self.campaigns)
    }

    /// Writes every cluster.
    pub(crate) fn write(
        &mut self,
        posts: &TableFile<Posts>,
        corpus: &Corpus,
        clusters: &Clusters,
        rule: Rule,
    ) -> anyhow::Result<()> {
        let clustered = corpus.compared().filter_map(|(row, text)| {
            let (cluster, _) = clusters.of_text(text)?;
            let at = corpus.at(row);
            Some(Member { cluster, at, row })
        });
        let mut members: Vec<Member> = clustered.collect();
        members.sort_unstable_by_key(|member| (member.cluster, member.at, member.row));
        let mut rest = &members[..];
        while !rest.is_empty() {
            let (held, later) = rest.split_at(whole_clusters(rest));
            let names = Names::fetch(posts, held)?;
            let mut first = 0;
            for members in held.chunk_by(|a, b| a.cluster == b.cluster) {
                self.cluster(members, first, &names, corpus, clusters, rule)?;
                first += members.len();
            }
            rest = later;
        }
        Ok(())
    }

    /// Writes one cluster, whose members' names begin at `first`.
    fn cluster(
        &mut self,
        members: &[Member],
        first: usize,
        names: &Names,
        corpus: &Corpus,
        clusters: &Clusters,
        rule: Rule,
    ) -> anyhow::Result<()> {
        let Some(cluster) = clusters.clusters.get(members[0].cluster as usize) else {
            return Ok(());
        };
        let cluster_id = i64::from(members[0].cluster) + 1;
        let text = |member: &Member| corpus.text_of(member.row);
        let similarity = |member: &Member| text(member).and_then(|text| clusters.of_text(text)).map(|(_, s)| s);
        // Where posts have no ids, those of one author and moment are told apart by what they say.
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_unstable_by_key(|at| {
            let member = &members[*at];
            let hash = text(member).map(|text| corpus.texts.hash(text));
            (member.at, names.called(first + at), hash, member.row)
        });
        let first_at = corpus.texts.first_at(cluster.representative);
        let is_first = |at: &&usize| {
            let member = &members[**at];
            text(member) == Some(cluster.representative) && member.at == first_at
        };
        let representative = order.iter().find(is_first).copied().unwrap_or(order[0]);

        let mut accounts: Vec<u32> = members.iter().map(|member| corpus.account(member.row)).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let called = names.called(first + representative);
        self.clusters.push(&Cluster {
            cluster_id,
            platform: called.platform,
            post_id: called.post_id,
            account_id: called.account_id,
            least_similarity: Some(cluster.least_similarity),
            posts: count(members.len()),
            texts: count(cluster.texts),
            accounts: count(accounts.len()),
            first_at,
            last_at: members[members.len() - 1].at,
        })?;
        for at in order {
            let (member, name, called) = (&members[at], &names.names[first + at], names.called(first + at));
            self.members.push(&ClusterMember {
                cluster_id,
                platform: called.platform,
                post_id: called.post_id,
                account_id: called.account_id,
                posted_at: member.at,
                similarity: similarity(member),
                representative: at == representative,
                source_file: &names.words[name.file],
                source_line: name.line,
                source_part: name.part,
            })?;
        }
        let timed: Vec<(Timestamp, u32)> = members
            .iter()
            .filter_map(|member| Some((member.at?, corpus.account(member.row))))
            .collect();
        for stretch in stretches(&timed, rule) {
            self.campaigns.push(&Campaign {
                cluster_id,
                platform: called.platform,
                from_at: stretch.from_at,
                to_at: stretch.to_at,
                posts: count(stretch.posts),
                accounts: count(stretch.accounts),
                accounts_in_window: count(stretch.accounts_in_window),
            })?;
        }
        Ok(())
    }
}

/// How many members the first clusters have that are held together.
fn whole_clusters(members: &[Member]) -> usize {
    if members.len() <= HELD {
        return members.len();
    }
    let beyond = members[HELD].cluster;
    let whole = members.partition_point(|member| member.cluster < beyond);
    if whole > 0 {
        whole
    } else {
        members.partition_point(|member| member.cluster == beyond)
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
