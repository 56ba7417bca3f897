//! What `ingest` fills: the records of an archive in one shape, whatever the platform.

use crate::cell::Timestamp;
use crate::schema::words::{Basis, Flow, PostKind, PostedBasis, State};
use crate::table::table;

table! {
    /// A post. After `ingest`, one row each time a record showed it (a repost shows its original too); after `dedupe`, one row a
    /// post, as last seen.
    Posts("posts", 2): Post by [source_file, source_line, source_part] {
        /// Platform, lower case: `twitter`, `bluesky`, …
        platform: &'a str,
        /// The platform's id of the post; null where the source has none.
        post_id: Option<&'a str>,
        /// The platform's id of the author; `@` and the lower-case handle where the source has no ids.
        account_id: &'a str,
        /// The author's handle, without `@`, as written.
        handle: Option<&'a str>,
        /// When it was posted.
        posted_at: Option<Timestamp>,
        /// When the collector saw it, where the source says so.
        observed_at: Option<Timestamp>,
        /// The whole text, HTML entities decoded; of a repost, the text of the original.
        text: Option<&'a str>,
        /// Where in `text` the platform begins to show it, in Unicode characters from 0: the handles that a reply begins with stand
        /// before that and are not words of the author. Null where the platform does not say.
        display_from: Option<i64>,
        /// Where it ends to show it: what stands after that is a link to what the post carries.
        display_to: Option<i64>,
        /// Language as the platform declares it (BCP 47).
        lang: Option<&'a str>,
        /// Language of its own words as `enrich` detects it: ISO 639-1, `ar-Latn` (Arabic in Latin letters) or `mul` (words in two
        /// scripts); null where undecided or before `enrich`.
        detected_lang: Option<&'a str>,
        /// `original`, `reply`, `repost` or `quote`. A reply that quotes is a reply.
        kind: PostKind,
        /// The post that this one answers.
        in_reply_to_post_id: Option<&'a str>,
        /// The account that this post answers.
        in_reply_to_account_id: Option<&'a str>,
        /// The handle that this post answers.
        in_reply_to_handle: Option<&'a str>,
        /// The post passed on.
        reposted_post_id: Option<&'a str>,
        /// Its author.
        reposted_account_id: Option<&'a str>,
        /// Its author's handle.
        reposted_handle: Option<&'a str>,
        /// The post quoted.
        quoted_post_id: Option<&'a str>,
        /// Its author.
        quoted_account_id: Option<&'a str>,
        /// Its author's handle.
        quoted_handle: Option<&'a str>,
        /// Ids of the accounts mentioned, in text order; null where the source does not say, empty where there is none.
        mentioned_ids: Option<Vec<&'a str>>,
        /// Handles mentioned, without `@`, in text order.
        mentioned_handles: Option<Vec<&'a str>>,
        /// Hashtags without `#`, as written, in text order.
        hashtags: Option<Vec<&'a str>>,
        /// Links, expanded where the source expands them.
        urls: Option<Vec<&'a str>>,
        /// The program it was posted with.
        client: Option<&'a str>,
        /// Likes when seen; on Reddit the score, which is negative where more voted against it.
        likes: Option<i64>,
        /// Reposts when seen.
        reposts: Option<i64>,
        /// Replies when seen.
        replies: Option<i64>,
        /// Quotes when seen.
        quotes: Option<i64>,
        /// Degrees north (WGS 84) of the post's own position.
        latitude: Option<f64>,
        /// Degrees east (WGS 84).
        longitude: Option<f64>,
        /// Country of the post's place tag (ISO 3166-1 alpha-2).
        country: Option<&'a str>,
        /// The file it came from, relative to the inputs' common folder; `-` is standard input.
        source_file: &'a str,
        /// The line (JSON lines) or record (CSV, JSON array) it came from, from 1.
        source_line: i64,
        /// Which post of the record: 0 is the record itself, then the posts nested in it.
        source_part: i64,
    }
}

table! {
    /// A post of which only the identifier is known: a line of an id list, or a record that names no author.
    PostIds("post_ids", 1): PostId by [source_file, source_line, source_part] {
        /// Platform, lower case.
        platform: &'a str,
        /// The platform's id of the post.
        post_id: &'a str,
        /// When it was posted.
        posted_at: Option<Timestamp>,
        /// Where that time comes from.
        posted_basis: PostedBasis,
        /// The file it came from.
        source_file: &'a str,
        /// The line or record it came from, from 1.
        source_line: i64,
        /// Which of the identifiers of the record.
        source_part: i64,
    }
}

table! {
    /// An account seen at a moment.
    Accounts("accounts", 2): Account by [source_file, source_line, source_part] {
        /// Platform, lower case.
        platform: &'a str,
        /// The platform's id; `@` and the lower-case handle where the source has no ids.
        account_id: &'a str,
        /// Handle without `@`, as written.
        handle: Option<&'a str>,
        /// Display name.
        display_name: Option<&'a str>,
        /// Self-description.
        description: Option<&'a str>,
        /// Self-declared location, as written.
        location: Option<&'a str>,
        /// Country that `enrich` reads from the location (ISO 3166-1 alpha-2); null where none or ambiguous.
        location_country: Option<&'a str>,
        /// All countries that the location may mean, by code, a space between; `ZZ` among them: also something that is no one country. One
        /// where it tells; null where it names none.
        location_candidates: Option<&'a str>,
        /// Link in the profile.
        url: Option<&'a str>,
        /// Interface language that the account declares.
        lang: Option<&'a str>,
        /// Address of the avatar.
        avatar_url: Option<&'a str>,
        /// When the account was created.
        created_at: Option<Timestamp>,
        /// When it was seen like this.
        observed_at: Option<Timestamp>,
        /// Where that time comes from.
        observed_basis: Basis,
        /// Accounts that follow it.
        followers: Option<i64>,
        /// Accounts that it follows.
        following: Option<i64>,
        /// Posts written since its creation, deleted ones not counted.
        statuses: Option<i64>,
        /// Lists that it stands on.
        listed: Option<i64>,
        /// Verified by the platform.
        verified: Option<bool>,
        /// Posts shown to approved followers only.
        protected: Option<bool>,
        /// Days from creation, whichever record of the account told of it, to observation, by `enrich`; null where either is missing or
        /// the observation comes first.
        age_days: Option<f64>,
        /// Lifetime pace, by `enrich`: statuses / max(age_days, 1).
        tweets_per_day: Option<f64>,
        /// The file it came from.
        source_file: &'a str,
        /// The line or record it came from, from 1.
        source_line: i64,
        /// Which account of the record: 0 is the record's own, then those nested in it.
        source_part: i64,
    }
}

table! {
    /// A check of whether an account answered.
    Availability("availability", 1): AvailabilityCheck by [source_file, source_line, source_part] {
        /// Platform, lower case.
        platform: &'a str,
        /// The platform's id; `@` and the lower-case handle where the source has no ids. `enrich` puts the id of the account that bore
        /// the handle then, where one is known to.
        account_id: &'a str,
        /// Handle that was asked for.
        handle: Option<&'a str>,
        /// When it was asked for.
        observed_at: Timestamp,
        /// How it answered.
        state: State,
        /// The platform's own words.
        detail: Option<&'a str>,
        /// The file it came from.
        source_file: &'a str,
        /// The line or record it came from, from 1.
        source_line: i64,
        /// Which check of the record.
        source_part: i64,
    }
}

table! {
    /// A follow seen at a moment.
    Follows("follows", 1): Follow by [source_file, source_line, source_part] {
        /// Platform, lower case.
        platform: &'a str,
        /// The account that follows; its id or `@` and its handle, as in `availability`.
        follower_id: &'a str,
        /// The account that is followed.
        followed_id: &'a str,
        /// When it was seen.
        observed_at: Option<Timestamp>,
        /// The file it came from.
        source_file: &'a str,
        /// The line or record it came from, from 1.
        source_line: i64,
        /// Which follow of the record (an id list holds many).
        source_part: i64,
    }
}

table! {
    /// A name on a list of supporters.
    Roster("roster", 1): RosterEntry by [source_file, source_line, source_part] {
        /// The list's name.
        roster: &'a str,
        /// Platform, lower case.
        platform: &'a str,
        /// The platform's id, where the list has it.
        account_id: Option<&'a str>,
        /// Handle without `@`, where the list has it. At least one of the two is there.
        handle: Option<&'a str>,
        /// On the list from this moment; null: from the start.
        listed_at: Option<Timestamp>,
        /// Off the list from this moment; null: to the end.
        unlisted_at: Option<Timestamp>,
        /// The file it came from.
        source_file: &'a str,
        /// The line or record it came from, from 1.
        source_line: i64,
        /// Always 0.
        source_part: i64,
    }
}

table! {
    /// An input record that could not be used.
    Rejects("rejects", 1): Reject by [source_file, source_line, byte_offset] {
        /// The file it stands in.
        source_file: &'a str,
        /// The line or record, from 1.
        source_line: i64,
        /// Offset of its first byte in the decompressed input, from 0; of a page's record, that of the page. UTF-16 counts as UTF-8.
        byte_offset: i64,
        /// Bytes from there to the record's end.
        byte_length: i64,
        /// Why, as a fixed phrase that can be grouped by.
        reason: &'a str,
        /// Why, in particular.
        detail: Option<&'a str>,
        /// The record's first bytes (256 at most), what is not UTF-8 replaced.
        first_bytes: &'a str,
    }
}

table! {
    /// What went into a stage, what came out, what was left out and why. Rows of the stages before are carried along.
    LedgerEntries("ledger", 1): LedgerEntry by [stage, source, flow, reason] {
        /// The stage that counted.
        stage: &'a str,
        /// What was counted: an input file, or a table of the stage before.
        source: &'a str,
        /// What became of the records.
        flow: Flow,
        /// Why, for what was not used; empty otherwise.
        reason: &'a str,
        /// How many.
        records: i64,
    }
}

impl<'a> Post<'a> {
    /// A post of `account_id` of which nothing else is known.
    #[must_use]
    pub const fn blank(platform: &'a str, account_id: &'a str) -> Self {
        Self {
            platform,
            post_id: None,
            account_id,
            handle: None,
            posted_at: None,
            observed_at: None,
            text: None,
            display_from: None,
            display_to: None,
            lang: None,
            detected_lang: None,
            kind: PostKind::Original,
            in_reply_to_post_id: None,
            in_reply_to_account_id: None,
            in_reply_to_handle: None,
            reposted_post_id: None,
            reposted_account_id: None,
            reposted_handle: None,
            quoted_post_id: None,
            quoted_account_id: None,
            quoted_handle: None,
            mentioned_ids: None,
            mentioned_handles: None,
            hashtags: None,
            urls: None,
            client: None,
            likes: None,
            reposts: None,
            replies: None,
            quotes: None,
            latitude: None,
            longitude: None,
            country: None,
            source_file: "",
            source_line: 0,
            source_part: 0,
        }
    }
}

impl<'a> Account<'a> {
    /// An account of which nothing but its id is known.
    #[must_use]
    pub const fn blank(platform: &'a str, account_id: &'a str) -> Self {
        Self {
            platform,
            account_id,
            handle: None,
            display_name: None,
            description: None,
            location: None,
            location_country: None,
            location_candidates: None,
            url: None,
            lang: None,
            avatar_url: None,
            created_at: None,
            observed_at: None,
            observed_basis: Basis::None,
            followers: None,
            following: None,
            statuses: None,
            listed: None,
            verified: None,
            protected: None,
            age_days: None,
            tweets_per_day: None,
            source_file: "",
            source_line: 0,
            source_part: 0,
        }
    }
}
