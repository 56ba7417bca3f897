//! Who addressed whom on which day.
//!
//! A post addresses an account in up to four ways, each counted once a post:
//!
//! * a repost addresses the reposted account, and nobody else: its text and mentions are the original author's;
//! * a reply addresses the account that it answers;
//! * a quote (also within a reply) addresses the quoted account;
//! * a mention addresses the account named, unless the post answers that very account: platforms write the handle into the reply
//!   themselves. A quoted account that is also named was named by hand, and counts as both.
//!
//! Addressing oneself is kept: what to make of it is the measure's business. A target of whom only the handle is known is the
//! account that bore the handle nearest to that day, or `@handle` when nobody is known to have borne it.

use std::collections::HashMap;

use stage::Run;
use tables::{Day, Interaction, InteractionKind, Interactions, Post, PostKind, Timestamp};

use crate::accounts::{AccountNumber, AccountNumbers, id_of_handle};
use crate::identity::Identities;
use crate::known::Known;
use crate::ties::Gathered;

/// Counts, by who addressed whom how on which day. Memory grows with the distinct combinations, some 40 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Addressed {
    counts: HashMap<Key, i64>,
    /// Posts that address somebody but have no time.
    pub without_time: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    day: i32,
    source: AccountNumber,
    target: AccountNumber,
    kind: Kind,
}

/// The kinds in the order of their words, which is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Mention,
    Quote,
    Reply,
    Repost,
}

impl Kind {
    const fn word(self) -> InteractionKind {
        match self {
            Self::Mention => InteractionKind::Mention,
            Self::Quote => InteractionKind::Quote,
            Self::Reply => InteractionKind::Reply,
            Self::Repost => InteractionKind::Repost,
        }
    }
}

/// A count with the names of those it is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Count<'a> {
    /// The platform of both.
    pub platform: &'a str,
    /// The UTC day.
    pub day: i32,
    /// Who addressed.
    pub source: &'a str,
    /// Who was addressed.
    pub target: &'a str,
    kind: Kind,
    /// How often.
    pub count: i64,
    /// Both accounts.
    pub pair: (AccountNumber, AccountNumber),
}

impl Count<'_> {
    /// How.
    pub(crate) fn kind(&self) -> InteractionKind {
        self.kind.word()
    }
}

impl Addressed {
    /// Counts whom a post addresses.
    pub(crate) fn take(&mut self, known: &mut Known, author: AccountNumber, post: &Post<'_>) -> anyhow::Result<()> {
        let addressed = addressed(known, post)?;
        if addressed.is_empty() {
            return Ok(());
        }
        let Some(posted_at) = post.posted_at else {
            self.without_time += 1;
            return Ok(());
        };
        for (kind, target) in addressed {
            let key = Key {
                day: posted_at.day().0,
                source: author,
                target,
                kind,
            };
            *self.counts.entry(key).or_insert(0) += 1;
        }
        Ok(())
    }

    /// The counts in the order of the table, handles replaced by the accounts that bore them.
    pub(crate) fn counts<'a>(self, numbers: &'a AccountNumbers, identities: &Identities) -> Vec<Count<'a>> {
        let mut resolved: HashMap<Key, i64> = HashMap::with_capacity(self.counts.len());
        #[expect(clippy::iter_over_hash_type, reason = "sums of integers, sorted below")]
        for (key, count) in self.counts {
            let noon = Timestamp((i64::from(key.day) * 2 + 1) * (tables::DAY_MS / 2));
            let target = identities.resolve(numbers, key.target, Some(noon));
            *resolved.entry(Key { target, ..key }).or_insert(0) += count;
        }
        let mut counts: Vec<Count<'a>> = resolved
            .into_iter()
            .map(|(key, count)| {
                let (platform, source) = numbers.name(key.source);
                Count {
                    platform,
                    day: key.day,
                    source,
                    target: numbers.name(key.target).1,
                    kind: key.kind,
                    count,
                    pair: (key.source, key.target),
                }
            })
            .collect();
        counts.sort_unstable();
        counts
    }
}

/// The day as the table has it.
pub(crate) fn day(count: &Count<'_>) -> Day {
    Day(count.day)
}

/// Whom a post addresses and how, each pair once.
fn addressed(known: &mut Known, post: &Post<'_>) -> anyhow::Result<Vec<(Kind, AccountNumber)>> {
    let mut found = Vec::new();
    let mut add = |kind, target: Option<AccountNumber>| {
        if let Some(target) = target
            && !found.contains(&(kind, target))
            && !(kind == Kind::Mention && found.contains(&(Kind::Reply, target)))
        {
            found.push((kind, target));
        }
    };
    if post.kind == PostKind::Repost {
        add(
            Kind::Repost,
            target(known, post, post.reposted_account_id, post.reposted_handle)?,
        );
        return Ok(found);
    }
    add(
        Kind::Reply,
        target(known, post, post.in_reply_to_account_id, post.in_reply_to_handle)?,
    );
    add(
        Kind::Quote,
        target(known, post, post.quoted_account_id, post.quoted_handle)?,
    );
    let ids = post.mentioned_ids.as_deref().unwrap_or_default();
    let handles = post.mentioned_handles.as_deref().unwrap_or_default();
    if ids.len() == handles.len() {
        for (id, handle) in ids.iter().zip(handles) {
            add(Kind::Mention, target(known, post, Some(id), Some(handle))?);
        }
    } else if ids.len() > handles.len() {
        for id in ids {
            add(Kind::Mention, target(known, post, Some(id), None)?);
        }
    } else {
        for handle in handles {
            add(Kind::Mention, target(known, post, None, Some(handle))?);
        }
    }
    Ok(found)
}

/// The account that an id and a handle, where there are any, mean. Both together tell who bears the handle.
fn target(
    known: &mut Known,
    post: &Post<'_>,
    id: Option<&str>,
    handle: Option<&str>,
) -> anyhow::Result<Option<AccountNumber>> {
    let handle = handle.filter(|handle| !handle.is_empty());
    match (id.filter(|id| !id.is_empty()), handle) {
        (Some(id), handle) => {
            let account = known.numbers.number(post.platform, id)?;
            if let Some(handle) = handle {
                known
                    .identities
                    .note(&mut known.numbers, account, handle, post.posted_at)?;
            }
            Ok(Some(account))
        }
        (None, Some(handle)) => Ok(Some(known.numbers.number(post.platform, &id_of_handle(handle))?)),
        (None, None) => Ok(None),
    }
}

/// Writes `interactions`, and adds them to what ties accounts.
pub(crate) fn write(
    run: &mut Run,
    known: &Known,
    addressed: Addressed,
    ties: &mut Gathered,
    remarks: &mut Vec<String>,
) -> anyhow::Result<()> {
    if addressed.without_time > 0 {
        remarks.push(format!(
            "posts that address somebody but have no time, left out of interactions: {}",
            addressed.without_time
        ));
    }
    run.state_fact("addressing_posts_without_time", addressed.without_time);
    let counts = addressed.counts(&known.numbers, &known.identities);
    for count in &counts {
        let (source, target) = count.pair;
        ties.add(source, target, Timestamp(i64::from(count.day) * tables::DAY_MS));
    }
    run.write::<Interactions>(counts.iter().map(|count| Interaction {
        platform: count.platform,
        day: day(count),
        source: count.source,
        target: count.target,
        kind: count.kind(),
        count: count.count,
    }))
}
