//! Clusters from joined texts: which texts each has, its representative, and how similar to that the others are.

use rayon::prelude::*;
use tables::Timestamp;

use super::buckets::Comparison;
use super::components::Components;
use super::posts::Corpus;
use super::shingles::jaccard;
use super::texts::{TextId, Texts};

/// A cluster, by its place in the order of all.
pub(crate) type ClusterId = u32;

/// A cluster of near-copies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cluster {
    /// The text that was posted first; of several at the same time, or where no time is known, the first in the order of texts.
    pub(crate) representative: TextId,
    /// Distinct texts.
    pub(crate) texts: usize,
    /// The least similarity of one of them to the representative.
    pub(crate) least_similarity: f64,
}

/// All clusters of at least two posts.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    /// In the order of the representatives' times, then texts; an unknown time comes last.
    pub(crate) clusters: Vec<Cluster>,
    /// The cluster of every text, and the text's similarity to the representative.
    of_text: Vec<(ClusterId, f64)>,
}

/// The text is in no cluster.
const NONE: ClusterId = ClusterId::MAX;

/// Texts that a thread compares with their representatives in one go.
const CHUNK: usize = 1_024;

impl Clusters {
    pub(crate) fn of(corpus: &Corpus, comparison: Comparison<'_>, components: &Components) -> Self {
        let texts = &corpus.texts;
        let mut posts = vec![0_u32; texts.len()];
        for (_, text) in corpus.compared() {
            posts[components.root(text) as usize] += 1;
        }
        #[expect(clippy::cast_possible_truncation, reason = "texts are numbered with 32 bits")]
        let ids = 0..texts.len() as TextId;
        let mut clustered: Vec<(TextId, TextId)> = ids.map(|id| (components.root(id), id)).collect();
        clustered.retain(|(root, _)| posts[*root as usize] > 1);
        drop(posts);
        clustered.par_sort_unstable();

        let of_root = clustered.par_chunk_by(|a, b| a.0 == b.0);
        let first = |members: &[(TextId, TextId)]| {
            let first = members.iter().map(|(_, id)| *id).min_by_key(|id| order(texts, *id));
            first.map(|representative| (representative, members[0].0))
        };
        let mut representatives: Vec<(TextId, TextId)> = of_root.filter_map(first).collect();
        representatives.par_sort_unstable_by_key(|(representative, _)| order(texts, *representative));

        let mut of_text = vec![(NONE, 1.0); texts.len()];
        for (cluster, (_, root)) in (0..).zip(&representatives) {
            of_text[*root as usize].0 = cluster;
        }
        for (root, id) in &clustered {
            of_text[*id as usize].0 = of_text[*root as usize].0;
        }
        let mut clusters: Vec<Cluster> = representatives
            .into_iter()
            .map(|(representative, _)| Cluster {
                representative,
                texts: 0,
                least_similarity: 1.0,
            })
            .collect();
        let similarities: Vec<f64> = clustered
            .par_chunks(CHUNK)
            .flat_map_iter(|chunk| {
                let representative = |id: TextId| clusters[of_text[id as usize].0 as usize].representative;
                to_representatives(chunk, comparison, representative)
            })
            .collect();
        for ((_, id), similarity) in clustered.iter().zip(similarities) {
            let (cluster, of_this) = &mut of_text[*id as usize];
            *of_this = similarity;
            let cluster = &mut clusters[*cluster as usize];
            cluster.texts += 1;
            cluster.least_similarity = cluster.least_similarity.min(similarity);
        }
        Self { clusters, of_text }
    }

    /// The cluster of a text, and how similar the text is to its representative.
    pub(crate) fn of_text(&self, id: TextId) -> Option<(ClusterId, f64)> {
        Some(self.of_text[id as usize]).filter(|(cluster, _)| *cluster != NONE)
    }
}

/// What orders texts: the time of the first post, known ones first, then the text itself.
fn order(texts: &Texts, id: TextId) -> (bool, Option<Timestamp>, &str) {
    let at = texts.first_at(id);
    (at.is_none(), at, texts.text(id))
}

/// Similarities of texts, those of one cluster together, to their representatives.
fn to_representatives(
    texts: &[(TextId, TextId)],
    comparison: Comparison<'_>,
    representative: impl Fn(TextId) -> TextId,
) -> Vec<f64> {
    let (mut symbols, mut set, mut set_of) = (Vec::new(), Vec::new(), None);
    let mut other = Vec::new();
    let mut similarity = |id: TextId| {
        let representative = representative(id);
        if representative == id {
            return 1.0;
        }
        if set_of != Some(representative) {
            let text = comparison.texts.text(representative);
            comparison.shingling.set(text, &mut symbols, &mut set);
            set_of = Some(representative);
        }
        comparison
            .shingling
            .set(comparison.texts.text(id), &mut symbols, &mut other);
        jaccard(&set, &other)
    };
    texts.iter().map(|(_, id)| similarity(*id)).collect()
}
