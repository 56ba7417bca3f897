//! Reddit's comments and submissions, one to a line, as Pushshift kept them.
//!
//! Posts are named with their kind before them (`t1_` a comment, `t3_` a submission), as Reddit itself names parents. An account has its
//! own id (`t2_…`) in newer records only; so an account is its name, `@` before it, in all of them. `[deleted]` stands where an account
//! was deleted or its post removed: no author is known then.

use std::borrow::Cow;

use tables::{Account, Post, PostKind};

use crate::json::{Count, Id, Many, Stamp, Text, record};
use crate::reasons;
use crate::seen::{Seen, time};
use crate::sink::{Rejection, Sink};
use crate::text::decode_entities;

/// The platform's name in tables.
pub const PLATFORM: &str = "reddit";

record! {
    /// A comment or a submission.
    Contribution<'de> {
        id: Id<'de> = "id",
        author: Text<'de> = "author",
        author_created: Stamp = "author_created_utc",
        created: Stamp = "created_utc",
        created_local: Stamp = "created",
        retrieved: Stamp = "retrieved_on" | "retrieved_utc",
        observed_at: Text<'de> = "observed_at",
        body: Text<'de> = "body",
        title: Text<'de> = "title",
        selftext: Text<'de> = "selftext",
        url: Text<'de> = "url",
        domain: Text<'de> = "domain",
        parent: Text<'de> = "parent_id",
        crosspost_of: Text<'de> = "crosspost_parent",
        crosspost_list: Many<Contribution<'de>> = "crosspost_parent_list",
        score: Count = "score",
        comments: Count = "num_comments",
        crossposts: Count = "num_crossposts",
    }
}

/// An account by its name.
fn named(author: &str) -> String {
    format!("@{}", author.to_lowercase())
}

/// A comment or a submission; an author that Reddit has taken out is none.
pub(crate) fn contribution(of: &Contribution<'_>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let id = of.id.get().ok_or_else(|| Rejection::new(reasons::NO_ID))?;
    let author = match of.author.get() {
        Some(gone @ ("[deleted]" | "[removed]")) => {
            return Err(Rejection::with(reasons::NO_ACCOUNT, format!("author {gone}")));
        }
        author => author.ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?,
    };
    let account_id = named(author);
    let is_comment = of.body.is_present();
    let post_id = if id.starts_with("t1_") || id.starts_with("t3_") {
        Cow::Borrowed(id)
    } else {
        Cow::Owned(format!("{}_{id}", if is_comment { "t1" } else { "t3" }))
    };
    let posted_at = of.created.0.or(of.created_local.0);
    let seen = Seen {
        stated: time("observed_at", of.observed_at.get())?.or(of.retrieved.0),
        carried: posted_at,
    };
    let own_words = |text: &&str| !matches!(*text, "[deleted]" | "[removed]");
    let text = if is_comment {
        of.body.get().filter(own_words).map(Cow::Borrowed)
    } else {
        match (of.title.get(), of.selftext.get().filter(own_words)) {
            (Some(title), Some(text)) => Some(Cow::Owned(format!("{title}\n\n{text}"))),
            (title, text) => title.or(text).map(Cow::Borrowed),
        }
    };
    let text = text.as_deref().map(decode_entities);
    let own_link = of.domain.get().is_none_or(|domain| domain.starts_with("self."));
    let link = of.url.get().filter(|_| !own_link).map(decode_entities);
    let kind = if is_comment {
        PostKind::Reply
    } else if of.crosspost_of.get().is_some() {
        PostKind::Repost
    } else {
        PostKind::Original
    };
    let reposted = of
        .crosspost_list
        .objects()
        .next()
        .filter(|_| of.crosspost_of.get().is_some());
    let reposted_author = reposted
        .and_then(|parent| parent.author.get())
        .filter(|author| !author.starts_with('['));
    let reposted_account = reposted_author.map(named);
    sink.post(Post {
        post_id: Some(&post_id),
        handle: Some(author),
        posted_at,
        observed_at: seen.stated,
        text: text.as_deref(),
        kind,
        in_reply_to_post_id: of.parent.get(),
        reposted_post_id: of.crosspost_of.get(),
        reposted_account_id: reposted_account.as_deref(),
        reposted_handle: reposted_author,
        urls: (!is_comment).then(|| link.iter().map(|link| &**link).collect()),
        likes: of.score.0,
        reposts: of.crossposts.0,
        replies: of.comments.0,
        ..Post::blank(PLATFORM, &account_id)
    });
    if let Some(created_at) = of.author_created.0 {
        let (observed_at, observed_basis) = seen.of_account();
        sink.account(Account {
            handle: Some(author),
            created_at: Some(created_at),
            observed_at,
            observed_basis,
            ..Account::blank(PLATFORM, &account_id)
        });
    }
    if let Some(parent) = reposted {
        // A crosspost whose original has lost its author still passes on that original.
        let _ = contribution(parent, sink);
    }
    Ok(())
}
