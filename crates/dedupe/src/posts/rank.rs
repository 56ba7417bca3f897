//! Which of two records of one post was seen last, and which says more.

use tables::Post;

use super::fills::Known;
use crate::fingerprint::{Fingerprint, add_columns};

/// What orders the records of one post: the greatest is kept. Fields are compared in the order in which they stand here.
///
/// It is made from what a record says and from nothing else but whether it was nested in another; so it does not depend on the
/// files' names or order. Only records that agree in all of it are told apart by where they stand, and then it makes no
/// difference which is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// When the collector saw it, ms since 1970; unknown comes first.
    observed_at: i64,
    /// Likes, reposts, replies and quotes together: they grow, so more of them means later. Unknown comes first.
    counts: i64,
    /// Whether the text is there and was not cut.
    whole_text: bool,
    /// Bytes of text.
    text_bytes: usize,
    /// How many fields are known.
    known: u32,
    /// Whether it was a record of its own rather than nested in another.
    own_record: bool,
    /// Content, as a number: an arbitrary order, but a fixed one.
    content: u64,
}

impl Rank {
    pub(super) fn of(post: &Post<'_>, known: Known, fingerprint: &mut Fingerprint) -> Self {
        let counts = counts(post).into_iter().flatten().reduce(i64::saturating_add);
        add_columns!(post, Post {
            platform, post_id, account_id, handle, posted_at, observed_at, text, display_from, display_to, lang, detected_lang,
            in_reply_to_post_id, in_reply_to_account_id, in_reply_to_handle, reposted_post_id, reposted_account_id, reposted_handle,
            quoted_post_id, quoted_account_id, quoted_handle, mentioned_ids, mentioned_handles, hashtags, urls, client,
            likes, reposts, replies, quotes, latitude, longitude, country
        } not { source_file, source_line, source_part } words { kind }, fingerprint);
        // 64 bits of the hash are enough for a tie.
        let [_, content] = fingerprint.take_halves();
        Self {
            observed_at: post.observed_at.map_or(i64::MIN, |at| at.0),
            counts: counts.unwrap_or(i64::MIN),
            whole_text: known.has_whole_text(),
            text_bytes: post.text.map_or(0, str::len),
            known: known.count(),
            own_record: post.source_part == 0,
            content,
        }
    }

    /// The rank as numbers that come in the opposite order: the smallest is kept.
    pub(super) fn descending(&self) -> [u64; 4] {
        /// The numbers in their order, as numbers without a sign.
        const fn unsigned(number: i64) -> u64 {
            number.cast_unsigned() ^ 1 << 63
        }
        // A text has fewer than 2^31 bytes, and there are 23 fields.
        let fullness = u64::from(self.whole_text) << 63
            | (self.text_bytes as u64) << 8
            | u64::from(self.known) << 1
            | u64::from(self.own_record);
        [
            unsigned(self.observed_at),
            unsigned(self.counts),
            fullness,
            self.content,
        ]
        .map(|number| !number)
    }
}

/// Likes, reposts, replies and quotes.
pub(super) fn counts(post: &Post<'_>) -> [Option<i64>; 4] {
    [post.likes, post.reposts, post.replies, post.quotes]
}

#[cfg(test)]
mod tests {
    use super::Rank;

    #[test]
    fn numbers_order_ranks_backwards() {
        let mut ranks = Vec::new();
        for observed_at in [i64::MIN, -1, 0, 1_440_000_000_000] {
            for counts in [i64::MIN, 0, i64::MAX] {
                for (whole_text, text_bytes, known) in
                    [(false, 0, 0), (false, 500, 23), (true, 1, 0), (true, 1 << 31, 3)]
                {
                    for (own_record, content) in [(false, 0), (false, u64::MAX), (true, 7)] {
                        ranks.push(Rank {
                            observed_at,
                            counts,
                            whole_text,
                            text_bytes,
                            known,
                            own_record,
                            content,
                        });
                    }
                }
            }
        }
        for a in &ranks {
            for b in &ranks {
                assert_eq!(a.cmp(b), b.descending().cmp(&a.descending()), "{a:?} {b:?}");
            }
        }
    }
}
