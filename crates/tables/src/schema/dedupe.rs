//! What `dedupe` fills: which records were copies, and who is the same person.

use crate::cell::Timestamp;
use crate::table::table;

table! {
    /// A record dropped as a copy of a kept one.
    Duplicates("duplicates", 1): Duplicate by [table, dropped_file, dropped_line, dropped_part] {
        /// The table that both stood in.
        table: &'a str,
        /// What made them the same, as a fixed phrase.
        reason: &'a str,
        /// File of the record that was dropped.
        dropped_file: &'a str,
        /// Its line.
        dropped_line: i64,
        /// Its part.
        dropped_part: i64,
        /// File of the record that was kept.
        kept_file: &'a str,
        /// Its line.
        kept_line: i64,
        /// Its part.
        kept_part: i64,
    }
}

table! {
    /// A post's place in a cluster of near-copies.
    Clusters("clusters", 1): Cluster by [cluster_id, posted_at, account_id, post_id] {
        /// The cluster: the id of its representative, the first of its posts.
        cluster_id: &'a str,
        /// Platform, lower case.
        platform: &'a str,
        /// The post.
        post_id: Option<&'a str>,
        /// Its author.
        account_id: &'a str,
        /// When it was posted.
        posted_at: Option<Timestamp>,
        /// Jaccard similarity of its shingles to the representative's, 0 to 1.
        similarity: Option<f64>,
        /// Whether this post is the representative.
        representative: bool,
    }
}

table! {
    /// An account's place in a person's chain of accounts.
    Personas("personas", 1): Persona by [persona_id, return_number, account_id] {
        /// The person.
        persona_id: &'a str,
        /// 0 is the person's first account, 1 the first return, …
        return_number: i64,
        /// Platform, lower case.
        platform: &'a str,
        /// The account.
        account_id: &'a str,
        /// The person's account before this one.
        predecessor: Option<&'a str>,
        /// Probability that both accounts are one person's; 1 where a person checked it; null for a first account.
        match_probability: Option<f64>,
        /// The evidence by field, as JSON.
        evidence: Option<&'a str>,
        /// How the link was found: `hand-checked`, …
        method: &'a str,
    }
}
