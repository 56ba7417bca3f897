//! What `dedupe` fills: which records were copies, and who is the same person.

use crate::cell::Timestamp;
use crate::schema::words::Relation;
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
    /// A cluster of near-copies: at least two posts whose texts are the same after normalisation, or linked by pairs of texts that
    /// are at least as similar as `dedupe --near` asks. Reposts are not in it.
    Clusters("clusters", 2): Cluster by [cluster_id] {
        /// The cluster: 1, 2, … in the order of the representatives' times, then texts. Another input numbers anew.
        cluster_id: i64,
        /// The representative's platform, lower case.
        platform: &'a str,
        /// The representative: the first of the posts; null where its source has no ids.
        post_id: Option<&'a str>,
        /// Its author.
        account_id: &'a str,
        /// The least Jaccard similarity of a member's shingles to the representative's, 0 to 1; below the threshold where a chain
        /// of pairs links the two.
        least_similarity: Option<f64>,
        /// Posts.
        posts: i64,
        /// Texts that are distinct after normalisation.
        texts: i64,
        /// Distinct accounts.
        accounts: i64,
        /// Time of the first post; null where no time is known.
        first_at: Option<Timestamp>,
        /// Time of the last.
        last_at: Option<Timestamp>,
    }
}

table! {
    /// A post's place in a cluster of near-copies.
    ClusterMembers("cluster_members", 1): ClusterMember by [cluster_id, posted_at, platform, account_id, post_id] {
        /// The cluster.
        cluster_id: i64,
        /// Platform, lower case.
        platform: &'a str,
        /// The post; null where its source has no ids.
        post_id: Option<&'a str>,
        /// Its author.
        account_id: &'a str,
        /// When it was posted.
        posted_at: Option<Timestamp>,
        /// Jaccard similarity of its shingles to the representative's, 0 to 1.
        similarity: Option<f64>,
        /// Whether this post is the representative.
        representative: bool,
        /// The post's place in `posts`: the file it came from.
        source_file: &'a str,
        /// The line or record it came from.
        source_line: i64,
        /// Which post of the record.
        source_part: i64,
    }
}

table! {
    /// Many accounts that posted near-copies within little time: a stretch of a cluster in which every post belongs to some window of
    /// `dedupe --campaign-window` that holds at least `--campaign-accounts` accounts.
    Campaigns("campaigns", 1): Campaign by [cluster_id, from_at] {
        /// The cluster.
        cluster_id: i64,
        /// Platform of the cluster's representative, lower case.
        platform: &'a str,
        /// Time of the first post.
        from_at: Timestamp,
        /// Time of the last.
        to_at: Timestamp,
        /// Posts of the cluster from the one to the other.
        posts: i64,
        /// Distinct accounts among their authors.
        accounts: i64,
        /// The most accounts within one window.
        accounts_in_window: i64,
    }
}

table! {
    /// An account's place in a person's chain of accounts.
    Personas("personas", 2): Persona by [persona_id, return_number, account_id] {
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
        /// Probability that this account is the predecessor's return; 1 where a person checked it; null for a first account.
        match_probability: Option<f64>,
        /// Evidence that both are one person's, in bits: the sum of the fields' weights, without the prior; null where only a person
        /// said so.
        match_weight: Option<f64>,
        /// Days from the predecessor's end (midway between last seen alive and first seen gone) to this account's creation.
        gap_days: Option<f64>,
        /// The evidence by field, as JSON: field, level of agreement, weight in bits; `note` where a hand-checked table has one.
        evidence: Option<&'a str>,
        /// How the link was found: `linked` (by its probability), `reviewed` (a person confirmed it), `hand-checked` (a person's table).
        method: &'a str,
    }
}

table! {
    /// Two accounts that may be one person's: every link taken, and those that were considered and are not quite improbable.
    Links("links", 1): PersonaLink by [platform, predecessor, account_id] {
        /// Platform, lower case.
        platform: &'a str,
        /// The account that was there first.
        predecessor: &'a str,
        /// The other account.
        account_id: &'a str,
        /// How they stand in time.
        relation: Relation,
        /// Evidence that both are one person's, in bits: the sum of the fields' weights, without the prior.
        match_weight: Option<f64>,
        /// Of a return: probability that the account is the direct return of the predecessor, other candidates considered. Of accounts
        /// side by side: probability that one person has both. 1 or 0 where a person said so.
        match_probability: Option<f64>,
        /// Days from the predecessor's end to the account's creation, of a return.
        gap_days: Option<f64>,
        /// Whether the link is taken: a return into `personas`; accounts side by side into nothing else.
        accepted: bool,
        /// The blocking rules that found the pair, a comma between them; empty where only a person named it.
        found_by: &'a str,
        /// `linked`, or `reviewed` where a person answered.
        method: &'a str,
        /// The evidence by field, as JSON: field, level of agreement, weight in bits.
        evidence: &'a str,
    }
}
