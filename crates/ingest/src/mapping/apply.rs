//! From a record's values to rows of tables. A record is used whole or rejected whole.

use std::borrow::Cow;

use tables::{Account, AvailabilityCheck, Basis, Follow, Post, PostKind, RosterEntry, State, Timestamp};

use super::bound::{Bound, BoundRule, BoundTable};
use super::{Field, Mapping, Origin, Target};
use crate::moment;
use crate::reasons;
use crate::seen::brief;
use crate::sink::{Rejection, Sink};
use crate::text::{Spoken, client, decode_entities, read_off};

/// Puts a CSV row into the sink.
///
/// # Errors
/// Why it cannot be used; nothing of it is in the sink then.
pub fn apply(bound: &Bound, fields: &[&str], sink: &mut Sink<'_>) -> Result<(), Rejection> {
    put(&bound.mapping, &bound.tables, Values::Fields(fields), sink)
}

/// What a path of JSON leads to.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell<'r> {
    /// The values that are not null.
    pub(super) values: Vec<&'r str>,
    /// Whether they are a list.
    pub(super) is_list: bool,
}

/// A record's values, by the positions that rules are bound to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Values<'r> {
    /// Of a CSV row.
    Fields(&'r [&'r str]),
    /// Of a JSON record.
    Cells(&'r [Cell<'r>]),
}

/// Puts a record into the sink.
///
/// # Errors
/// Why it cannot be used; nothing of it is in the sink then.
pub(super) fn put(
    mapping: &Mapping,
    tables: &[BoundTable],
    values: Values<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Rejection> {
    let otherwise_observed_at = sink.otherwise_observed_at();
    let row = |table| Row {
        mapping,
        table,
        values,
        otherwise_observed_at,
    };
    // Everything is checked before anything is put out.
    tables.iter().try_for_each(|table| row(table).check())?;
    for table in tables {
        let row = row(table);
        match table.rules.target {
            Target::Posts => row.post(sink),
            Target::Accounts => row.account(sink),
            Target::Availability => row.availability(sink)?,
            Target::Follows => row.follow(sink)?,
            Target::Roster => row.roster(sink),
        }
    }
    Ok(())
}

/// A record seen by the rules of one table.
struct Row<'r> {
    mapping: &'r Mapping,
    table: &'r BoundTable,
    values: Values<'r>,
    /// When it was observed, where it does not say so itself.
    otherwise_observed_at: Option<Timestamp>,
}

impl<'r> Row<'r> {
    /// The value of a field, unless it is absent or null. Of several, where one is wanted, it is the first.
    fn text(&self, field: Field) -> Option<&'r str> {
        self.rules(field).find_map(|bound| self.value(bound))
    }

    /// The rules of a field that count for this record.
    fn rules(&self, field: Field) -> impl Iterator<Item = &'r BoundRule> {
        let rules = self.table.by_field[field as usize].iter();
        rules.filter(|bound| bound.when.iter().all(|(at, value)| self.raw(*at).trim() == value))
    }

    /// What stands at a position; what is null or not there in JSON is as good as empty.
    fn raw(&self, position: usize) -> &'r str {
        match self.values {
            Values::Fields(fields) => fields.get(position).copied(),
            Values::Cells(cells) => cells.get(position).and_then(|cell| cell.values.first().copied()),
        }
        .unwrap_or_default()
    }

    fn value(&self, bound: &'r BoundRule) -> Option<&'r str> {
        let raw = match (&bound.rule.origin, bound.position) {
            (Origin::Constant(constant), _) => return Some(constant.as_str()),
            (Origin::Column(_), Some(position)) => self.raw(position),
            (Origin::Column(_), None) => return None,
        };
        // What a column's value stands for goes before what means no value: an empty one may mean `original`.
        if !bound.rule.words.is_empty()
            && let Some(word) = bound.rule.words.get(raw.trim())
        {
            return Some(word.as_str()).filter(|word| !word.is_empty());
        }
        let is_absent = matches!(self.values, Values::Cells(_)) && raw.is_empty();
        Some(if self.mapping.trim { raw.trim() } else { raw }).filter(|_| !is_absent && !self.is_null(raw))
    }

    fn is_null(&self, raw: &str) -> bool {
        let raw = raw.trim();
        let mut nulls = self.mapping.null.iter();
        if raw.is_empty() {
            return nulls.any(String::is_empty);
        }
        nulls.any(|null| null == raw)
    }

    /// An identifier. One that a spreadsheet has turned into `9.06E+17` has lost its digits and is none.
    fn id(&self, field: Field) -> Option<&'r str> {
        self.text(field)
            .map(str::trim)
            .filter(|id| !id.is_empty() && !is_damaged(id))
    }

    fn handle(&self, field: Field) -> Option<&'r str> {
        self.text(field)
            .map(|handle| handle.trim().trim_start_matches('@'))
            .filter(|handle| !handle.is_empty())
    }

    fn account_id(&self) -> Option<Cow<'r, str>> {
        self.id(Field::AccountId).map(Cow::Borrowed).or_else(|| {
            self.handle(Field::Handle)
                .map(|handle| Cow::Owned(format!("@{}", handle.to_lowercase())))
        })
    }

    fn time(&self, field: Field) -> Result<Option<Timestamp>, Rejection> {
        let found = self.rules(field).find_map(|bound| Some((bound, self.value(bound)?)));
        let Some((bound, text)) = found else {
            return Ok(None);
        };
        let formats = bound.rule.times.as_ref().unwrap_or(&self.mapping.times);
        let unreadable = || Rejection::with(reasons::BAD_TIME, format!("{field} '{}'", brief(text)));
        moment::parse_as(text, formats).map(Some).ok_or_else(unreadable)
    }

    /// A time that [`Row::check`] has found readable.
    fn known_time(&self, field: Field) -> Option<Timestamp> {
        self.time(field).ok().flatten()
    }

    /// A count; what is no whole number is null, not 0.
    fn count(&self, field: Field) -> Option<i64> {
        let text = self.text(field)?.trim();
        // A column with gaps comes out of pandas with fractions: 12.0.
        let whole = text.strip_suffix(".0").unwrap_or(text);
        whole.parse().ok().filter(|count| *count >= 0)
    }

    fn real(&self, field: Field, limit: f64) -> Option<f64> {
        self.text(field)?
            .trim()
            .parse()
            .ok()
            .filter(|value: &f64| value.abs() <= limit)
    }

    fn flag(&self, field: Field) -> Option<bool> {
        match self.text(field)?.trim().to_ascii_lowercase().as_str() {
            "true" | "t" | "1" | "yes" => Some(true),
            "false" | "f" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    fn list(&self, field: Field) -> Option<Vec<Cow<'r, str>>> {
        self.rules(field).find_map(|bound| self.items(bound))
    }

    /// A list, or the one read off the text where no column gives it.
    fn list_or<'t>(&self, field: Field, off_text: Option<&Vec<&'t str>>) -> Option<Vec<Cow<'t, str>>>
    where
        'r: 't,
    {
        let off_text = || Some(off_text?.iter().map(|item| Cow::Borrowed(*item)).collect());
        self.list(field).or_else(off_text)
    }

    fn items(&self, bound: &'r BoundRule) -> Option<Vec<Cow<'r, str>>> {
        if let (Values::Cells(cells), Some(position)) = (self.values, bound.position)
            && let Some(cell) = cells.get(position).filter(|cell| cell.is_list)
        {
            let items = cell.values.iter().filter(|item| !self.is_null(item));
            return Some(bare_all(items.copied()));
        }
        let text = self.value(bound)?.trim();
        // Lists are often written as JSON would, escapes and all: ["a", "b"].
        if text.starts_with('[')
            && let Ok(items) = serde_json::from_str::<Vec<Option<String>>>(text)
        {
            let items = items.into_iter().flatten().map(|item| bare(&item).to_owned());
            return Some(items.filter(|item| !item.is_empty()).map(Cow::Owned).collect());
        }
        // Or as Python would: ['a', 'b'].
        let text = text.trim_start_matches('[').trim_end_matches(']');
        Some(match bound.rule.split.as_deref() {
            Some(split) => bare_all(text.split(split)),
            None => bare_all(std::iter::once(text)),
        })
    }

    /// What would make the row unusable.
    fn check(&self) -> Result<(), Rejection> {
        for field in self.table.rules.target.fields().iter().filter(|field| field.is_time()) {
            self.time(*field)?;
        }
        let named = match self.table.rules.target {
            Target::Follows => self.id(Field::FollowerId).is_some() && self.id(Field::FollowedId).is_some(),
            Target::Roster => self.id(Field::AccountId).is_some() || self.handle(Field::Handle).is_some(),
            _ => self.account_id().is_some(),
        };
        if !named {
            return Err(Rejection::new(reasons::NO_ACCOUNT));
        }
        match self.table.rules.target {
            Target::Posts => self.kind().map(|_| ()),
            Target::Availability => {
                self.state()?;
                self.known_time(Field::ObservedAt)
                    .or(self.otherwise_observed_at)
                    .map(|_| ())
                    .ok_or_else(|| Rejection::new(reasons::NO_TIME))
            }
            _ => Ok(()),
        }
    }

    fn kind(&self) -> Result<Option<PostKind>, Rejection> {
        self.text(Field::Kind)
            .map(|word| {
                PostKind::from_word(word.trim())
                    .ok_or_else(|| Rejection::with(reasons::BAD_STATE, format!("kind '{}'", brief(word))))
            })
            .transpose()
    }

    fn state(&self) -> Result<State, Rejection> {
        let word = self.text(Field::State).unwrap_or_default();
        State::from_word(word.trim())
            .ok_or_else(|| Rejection::with(reasons::BAD_STATE, format!("state '{}'", brief(word))))
    }

    fn post(&self, sink: &mut Sink<'_>) {
        let Some(account_id) = self.account_id() else { return };
        let text = self.text(Field::Text).map(decode_entities);
        let spoken = match &text {
            Some(text) if self.table.rules.read_text => read_off(text),
            _ => Spoken::default(),
        };
        let kind = self.kind().ok().flatten();
        let reply_post = self.id(Field::InReplyToPostId);
        let reply_account = self.id(Field::InReplyToAccountId);
        let reply_handle = self.handle(Field::InReplyToHandle);
        let repost = self
            .id(Field::RepostedPostId)
            .or_else(|| self.id(Field::RepostedAccountId))
            .or_else(|| self.handle(Field::RepostedHandle));
        let quote = self.id(Field::QuotedPostId).or_else(|| self.id(Field::QuotedAccountId));
        let kind = kind.unwrap_or_else(|| {
            if repost.or(spoken.reposted_handle).is_some() {
                PostKind::Repost
            } else if reply_post
                .or(reply_account)
                .or(reply_handle)
                .or(spoken.in_reply_to_handle)
                .is_some()
            {
                PostKind::Reply
            } else if quote.is_some() {
                PostKind::Quote
            } else {
                PostKind::Original
            }
        });
        let read_text = self.table.rules.read_text && text.is_some();
        let (text_mentions, text_hashtags, text_urls) = (&spoken.mentions, &spoken.hashtags, &spoken.urls);
        let mentions = self.list_or(Field::MentionedHandles, read_text.then_some(text_mentions));
        let hashtags = self.list_or(Field::Hashtags, read_text.then_some(text_hashtags));
        let urls = self.list_or(Field::Urls, read_text.then_some(text_urls));
        let mentioned_ids = self.list(Field::MentionedIds);
        let client = self.text(Field::Client).and_then(client);
        let of_repost = kind == PostKind::Repost;
        let post_text = match (&text, of_repost && read_text) {
            (Some(_), true) => Some(spoken.text),
            (text, _) => text.as_deref(),
        };
        sink.post(Post {
            post_id: self.id(Field::PostId),
            handle: self.handle(Field::Handle),
            posted_at: self.known_time(Field::PostedAt),
            observed_at: self.known_time(Field::ObservedAt),
            text: post_text,
            lang: self.text(Field::Lang),
            kind,
            in_reply_to_post_id: reply_post,
            in_reply_to_account_id: reply_account,
            in_reply_to_handle: reply_handle.or(spoken.in_reply_to_handle.filter(|_| kind == PostKind::Reply)),
            reposted_post_id: self.id(Field::RepostedPostId),
            reposted_account_id: self.id(Field::RepostedAccountId),
            reposted_handle: self
                .handle(Field::RepostedHandle)
                .or(spoken.reposted_handle.filter(|_| of_repost)),
            quoted_post_id: self.id(Field::QuotedPostId),
            quoted_account_id: self.id(Field::QuotedAccountId),
            quoted_handle: self.handle(Field::QuotedHandle),
            mentioned_ids: borrowed(&mentioned_ids),
            mentioned_handles: borrowed(&mentions),
            hashtags: borrowed(&hashtags),
            urls: borrowed(&urls),
            client: client.as_deref(),
            likes: self.count(Field::Likes),
            reposts: self.count(Field::Reposts),
            replies: self.count(Field::Replies),
            quotes: self.count(Field::Quotes),
            latitude: self.real(Field::Latitude, 90.0),
            longitude: self.real(Field::Longitude, 180.0),
            country: self.text(Field::Country),
            ..Post::blank(&self.mapping.platform, &account_id)
        });
    }

    fn account(&self, sink: &mut Sink<'_>) {
        let Some(account_id) = self.account_id() else { return };
        let observed_at = self.known_time(Field::ObservedAt);
        let name = self.text(Field::DisplayName).map(decode_entities);
        let description = self.text(Field::Description).map(decode_entities);
        let location = self.text(Field::Location).map(decode_entities);
        let observed_basis = match observed_at {
            None => Basis::None,
            Some(_) if self.table.rules.observed_with_post => Basis::Post,
            Some(_) => Basis::Stated,
        };
        sink.account(Account {
            handle: self.handle(Field::Handle),
            display_name: name.as_deref(),
            description: description.as_deref(),
            location: location.as_deref(),
            url: self.text(Field::Url),
            lang: self.text(Field::Lang),
            avatar_url: self.text(Field::AvatarUrl),
            created_at: self.known_time(Field::CreatedAt),
            observed_at,
            observed_basis,
            followers: self.count(Field::Followers),
            following: self.count(Field::Following),
            statuses: self.count(Field::Statuses),
            listed: self.count(Field::Listed),
            verified: self.flag(Field::Verified),
            protected: self.flag(Field::Protected),
            ..Account::blank(&self.mapping.platform, &account_id)
        });
    }

    fn availability(&self, sink: &mut Sink<'_>) -> Result<(), Rejection> {
        let account_id = self.account_id().ok_or_else(|| Rejection::new(reasons::NO_ACCOUNT))?;
        let observed_at = self
            .known_time(Field::ObservedAt)
            .or(self.otherwise_observed_at)
            .ok_or_else(|| Rejection::new(reasons::NO_TIME))?;
        sink.availability(AvailabilityCheck {
            platform: &self.mapping.platform,
            account_id: &account_id,
            handle: self.handle(Field::Handle),
            observed_at,
            state: self.state()?,
            detail: self.text(Field::Detail),
            source_file: "",
            source_line: 0,
            source_part: 0,
        });
        Ok(())
    }

    fn follow(&self, sink: &mut Sink<'_>) -> Result<(), Rejection> {
        let (Some(follower_id), Some(followed_id)) = (self.id(Field::FollowerId), self.id(Field::FollowedId)) else {
            return Err(Rejection::new(reasons::NO_ACCOUNT));
        };
        sink.follow(Follow {
            platform: &self.mapping.platform,
            follower_id,
            followed_id,
            observed_at: self.known_time(Field::ObservedAt),
            source_file: "",
            source_line: 0,
            source_part: 0,
        });
        Ok(())
    }

    fn roster(&self, sink: &mut Sink<'_>) {
        sink.roster(RosterEntry {
            roster: self.text(Field::Roster).unwrap_or(&self.mapping.name),
            platform: &self.mapping.platform,
            account_id: self.id(Field::AccountId),
            handle: self.handle(Field::Handle),
            listed_at: self.known_time(Field::ListedAt),
            unlisted_at: self.known_time(Field::UnlistedAt),
            source_file: "",
            source_line: 0,
            source_part: 0,
        });
    }
}

fn bare_all<'r>(items: impl Iterator<Item = &'r str>) -> Vec<Cow<'r, str>> {
    items
        .map(bare)
        .filter(|item| !item.is_empty())
        .map(Cow::Borrowed)
        .collect()
}

/// An item of a list without what stands around it.
fn bare(item: &str) -> &str {
    item.trim().trim_matches(['\'', '"']).trim_start_matches(['#', '@'])
}

fn borrowed<'c>(items: &'c Option<Vec<Cow<'_, str>>>) -> Option<Vec<&'c str>> {
    items.as_ref().map(|items| items.iter().map(|item| &**item).collect())
}

/// Whether an identifier was turned into a number with exponent or fraction on its way.
fn is_damaged(id: &str) -> bool {
    let digits = id.trim_start_matches('-');
    digits.starts_with(|first: char| first.is_ascii_digit())
        && (digits.contains('.') || digits.contains("E+") || digits.contains("e+"))
        && digits.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_damaged;

    #[test]
    fn spreadsheet_numbers_are_no_identifiers() {
        for damaged in ["9.06E+17", "9.14580e+17", "906000249092018000.0"] {
            assert!(is_damaged(damaged), "{damaged}");
        }
        for sound in ["906000249092018000", "e29f", "did:plc:1.2", "7e0c9d-f", "1e5", ""] {
            assert!(!is_damaged(sound), "{sound}");
        }
    }
}
