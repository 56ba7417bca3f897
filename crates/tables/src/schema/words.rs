//! The words that stand in enumerated columns.

use crate::cell::words;

words! {
    /// What a post is.
    PostKind {
        /// Written by its account, answering nothing.
        Original = "original",
        /// An answer to another post.
        Reply = "reply",
        /// Another account's post passed on unchanged.
        Repost = "repost",
        /// Another account's post passed on with words of one's own.
        Quote = "quote",
    }
}

words! {
    /// How an account answered when it was asked for.
    State {
        /// It answered.
        Active = "active",
        /// The platform says that it suspended the account.
        Suspended = "suspended",
        /// The platform or the owner says that the owner closed it.
        Deactivated = "deactivated",
        /// It answers, but its posts are shown to approved followers only.
        Protected = "protected",
        /// It answers under another handle.
        Renamed = "renamed",
        /// The platform knows no such account and does not say why.
        NotFound = "not_found",
        /// Withheld in the country from which it was asked for.
        Withheld = "withheld",
        /// It was not asked, or the answer says nothing about the account.
        Unknown = "unknown",
    }
}

words! {
    /// What a term of posts is.
    TermKind {
        /// The program that posts were written with.
        Client = "client",
        /// The registered domain that links lead to.
        Domain = "domain",
        /// A hashtag.
        Hashtag = "hashtag",
    }
}

impl State {
    /// Whether an account in this state still stands on the platform; `None` where the state does not tell.
    #[must_use]
    pub const fn alive(self) -> Option<bool> {
        match self {
            Self::Active | Self::Protected | Self::Renamed | Self::Withheld => Some(true),
            Self::Suspended | Self::Deactivated | Self::NotFound => Some(false),
            Self::Unknown => None,
        }
    }
}

words! {
    /// Where the time of an observation comes from.
    Basis {
        /// The collector noted when it looked.
        Stated = "stated",
        /// The collector noted nothing; the time is that of the post that carried the account.
        Post = "post",
        /// No time is known.
        None = "none",
    }
}

words! {
    /// Where the time of a post comes from.
    PostedBasis {
        /// The record says it.
        Stated = "stated",
        /// The post's id, which since November 2010 begins with it (to the millisecond).
        Snowflake = "snowflake",
        /// No time is known.
        None = "none",
    }
}

words! {
    /// How an account addressed another.
    InteractionKind {
        /// An answer to a post of the target.
        Reply = "reply",
        /// The target's handle in the text.
        Mention = "mention",
        /// The target's post passed on unchanged.
        Repost = "repost",
        /// The target's post passed on with words of one's own.
        Quote = "quote",
    }
}

words! {
    /// How two accounts that may be one person's stand in time.
    Relation {
        /// The later one was made around or after the end of the earlier one.
        Return = "return",
        /// Both were there at one time.
        Parallel = "parallel",
    }
}

words! {
    /// A set of accounts that measures are taken over.
    SetName {
        /// On the roster (or, where a study says so, in the archive) and answering.
        Listed = "listed",
        /// The listed accounts and those that network analysis admits.
        Expanded = "expanded",
    }
}

words! {
    /// What became of records. `read` equals the sum of the others, for every stage and source.
    Flow {
        /// Came in.
        Read = "read",
        /// Stands in the stage's tables.
        Used = "used",
        /// Dropped as a copy of a used one.
        Duplicate = "duplicate",
        /// Could not be used; listed in `rejects`.
        Rejected = "rejected",
        /// Understood and left out on purpose, such as a stream's deletion notice.
        Skipped = "skipped",
    }
}

words! {
    /// Whether a reproduced figure agrees with the published one.
    VerdictWord {
        /// The reproduced value satisfies the published one.
        Agrees = "agrees",
        /// It does not.
        Differs = "differs",
        /// The input cannot support the figure.
        NotMeasurable = "not_measurable",
    }
}
