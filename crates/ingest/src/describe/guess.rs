//! Which column is which field: by its name, as many sources call it, if its values can be that; and where no name tells, by its values.

use super::columns::{Column, Sample};
use super::names::{ACCOUNTS, FOLLOWS, POSTS};
use super::values::{self, Look, look};
use crate::mapping::{Field, Target};

/// Keys under which an account stands in a record.
const ACCOUNT_KEYS: [&str; 9] = [
    "user",
    "author",
    "account",
    "profile",
    "owner",
    "from_user",
    "creator",
    "poster",
    "from",
];

/// A field and the column that it may be.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    pub(super) field: Field,
    /// Which column of the sample; none for what no column is.
    pub(super) column: Option<usize>,
    pub(super) look: Look,
    /// What makes it doubtful.
    pub(super) doubt: Option<String>,
}

/// A table and its fields.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) target: Target,
    /// The list whose items are its rows.
    pub(super) records: Option<String>,
    pub(super) guesses: Vec<Guess>,
}

/// A name as names are compared: small letters, words with `_` between.
fn folded(name: &str) -> String {
    let mut folded = String::new();
    let mut before_small = false;
    for character in name.chars() {
        if character.is_uppercase() && before_small {
            folded.push('_');
        }
        before_small = character.is_lowercase() || character.is_ascii_digit();
        if character.is_alphanumeric() {
            folded.extend(character.to_lowercase());
        } else if !folded.ends_with('_') {
            folded.push('_');
        }
    }
    folded.trim_matches('_').to_owned()
}

/// The names by which a column may be known, the most telling first.
fn names(column: &Column, in_account: bool) -> Vec<String> {
    let keys: Vec<String> = column.keys.iter().map(|key| folded(key)).collect();
    let Some((last, above)) = keys.split_last() else {
        return Vec::new();
    };
    let mut names = match above.last() {
        None => vec![last.clone()],
        Some(parent) => vec![keys.join("_"), format!("{parent}_{last}")],
    };
    if in_account {
        names.push(format!("user_{last}"));
    }
    names.push(last.clone());
    // Databases mark the type of a column by a letter at its end.
    if let Some((name, _)) = last.rsplit_once('_').filter(|(_, mark)| mark.len() == 1) {
        names.push(name.to_owned());
    }
    names
}

/// Keys that only an account has.
const TELLING: [&str; 7] = [
    "followers_count",
    "follower_count",
    "friends_count",
    "following_count",
    "screen_name",
    "statuses_count",
    "followers",
];

/// Whether each column stands in an object that is an account: it is called so, or holds what only accounts have.
fn in_accounts(sample: &Sample) -> Vec<bool> {
    let above = |column: &Column| column.keys[..column.keys.len().saturating_sub(1)].to_vec();
    let telling = sample.columns.iter().filter(|column| {
        let last = column.keys.last().map(|key| folded(key)).unwrap_or_default();
        column.keys.len() > 1 && TELLING.contains(&last.as_str())
    });
    let told: Vec<Vec<String>> = telling.map(above).collect();
    let in_account = |column: &Column| {
        let above = above(column);
        above.iter().any(|key| ACCOUNT_KEYS.contains(&folded(key).as_str()))
            || told.iter().any(|account| above.starts_with(account))
    };
    sample.columns.iter().map(in_account).collect()
}

/// Whether values of this look can be the field.
fn can_be(field: Field, look: &Look, column: &Column) -> bool {
    match look {
        Look::Nothing => true,
        _ if field.is_time() => matches!(look, Look::Times(_)),
        _ => match field {
            Field::Likes
            | Field::Reposts
            | Field::Replies
            | Field::Quotes
            | Field::Followers
            | Field::Following
            | Field::Statuses
            | Field::Listed => {
                // A few gaps and mistakes are no matter.
                let counts = column
                    .values
                    .iter()
                    .filter(|value| value.trim_end_matches(".0").parse::<i64>().is_ok());
                10 * counts.count() >= 9 * column.values.len()
            }
            Field::Latitude | Field::Longitude => matches!(look, Look::Numbers | Look::Counts),
            Field::Verified | Field::Protected => {
                *look == Look::Booleans || column.values.iter().all(|value| matches!(value.as_str(), "0" | "1"))
            }
            Field::Handle | Field::AccountId | Field::PostId | Field::FollowerId | Field::FollowedId => {
                let named = column
                    .values
                    .iter()
                    .filter(|value| !value.contains(char::is_whitespace))
                    .count();
                10 * named >= 9 * column.values.len() && !matches!(look, Look::Times(_) | Look::Booleans | Look::Links)
            }
            Field::Text => !matches!(look, Look::Times(_) | Look::Booleans | Look::Counts | Look::Numbers),
            Field::Url | Field::AvatarUrl => matches!(look, Look::Links | Look::Names | Look::Texts),
            _ => true,
        },
    }
}

/// What is known of the columns of a sample.
struct Guesser<'s> {
    sample: &'s Sample,
    names: Vec<Vec<String>>,
    looks: Vec<Look>,
    /// Whether they stand in an object that is an account.
    in_account: Vec<bool>,
}

impl Guesser<'_> {
    /// The columns that may stand in a row of a table: of the record, and of the list that its rows are.
    fn may_stand(&self, at: usize, field: Field, records: Option<&str>) -> bool {
        let column = &self.sample.columns[at];
        match (&column.list, records) {
            (None, None) => true,
            // What stands around a list holds for all its items: who wrote them, and when they were seen.
            (None, Some(_)) => matches!(field, Field::AccountId | Field::Handle | Field::ObservedAt),
            // A list in the list is for fields that are lists.
            (Some(list), Some(records)) if list == records => field.is_list() || column.name.matches("[]").count() == 1,
            (Some(_), _) => field.is_list(),
        }
    }

    /// The column of a field; one without any value only where there is no other.
    fn find(&self, field: Field, known: &str, of: Target, records: Option<&str>, taken: &[usize]) -> Option<usize> {
        let fits = |at: usize| {
            // Of an account only its names are those of its posts, too.
            let of_whom =
                of != Target::Posts || !self.in_account[at] || matches!(field, Field::AccountId | Field::Handle);
            of_whom
                && !taken.contains(&at)
                && self.may_stand(at, field, records)
                && can_be(field, &self.looks[at], &self.sample.columns[at])
        };
        // What stands in the row's own item goes before what stands around it.
        let own = |at: usize| records.is_some() && self.sample.columns[at].list.as_deref() == records;
        let named = |at: usize, name: &str| self.names[at].iter().any(|found| found == name);
        let columns: Vec<usize> = (0..self.sample.columns.len()).filter(|at| fits(*at)).collect();
        [false, true].into_iter().find_map(|empty| {
            known.split_whitespace().find_map(|name| {
                let is = |at: &usize| (self.looks[*at] == Look::Nothing) == empty && named(*at, name);
                let found: Vec<usize> = columns.iter().copied().filter(is).collect();
                found.iter().find(|at| own(**at)).or(found.first()).copied()
            })
        })
    }

    fn table(&self, target: Target, names: &[(Field, &str)], records: Option<String>, not: &[usize]) -> Table {
        let mut taken = not.to_vec();
        let mut guesses = Vec::new();
        for (field, known) in names {
            if let Some(at) = self.find(*field, known, target, records.as_deref(), &taken) {
                taken.push(at);
                let doubt = (self.looks[at] == Look::Nothing).then(|| "no value was seen".to_owned());
                guesses.push(self.guess(*field, at, doubt));
            }
        }
        Table {
            target,
            records,
            guesses,
        }
    }

    fn guess(&self, field: Field, at: usize, doubt: Option<String>) -> Guess {
        Guess {
            field,
            column: Some(at),
            look: self.looks[at].clone(),
            doubt,
        }
    }

    /// The list in which the posts stand, if they do not stand in the record itself.
    fn posts_list(&self) -> Option<String> {
        let text = POSTS
            .iter()
            .find(|(field, _)| *field == Field::Text)
            .map_or("", |(_, names)| names);
        let is_text = |at: &usize| {
            let named = self.names[*at]
                .iter()
                .any(|name| text.split_whitespace().any(|known| known == name));
            let is_filled = self.looks[*at] != Look::Nothing;
            named
                && is_filled
                && !self.in_account[*at]
                && can_be(Field::Text, &self.looks[*at], &self.sample.columns[*at])
        };
        let found: Vec<usize> = (0..self.sample.columns.len()).filter(is_text).collect();
        if found.iter().any(|at| self.sample.columns[*at].list.is_none()) {
            return None;
        }
        found.first().and_then(|at| self.sample.columns[*at].list.clone())
    }
}

/// Finds tables and fields for a sample.
pub(super) fn guess(sample: &Sample) -> Vec<Table> {
    let in_account = in_accounts(sample);
    let known_as = |(column, inside): (&Column, &bool)| names(column, *inside);
    let guesser = Guesser {
        sample,
        names: sample.columns.iter().zip(&in_account).map(known_as).collect(),
        looks: sample.columns.iter().map(look).collect(),
        in_account,
    };
    let follows = guesser.table(Target::Follows, FOLLOWS, None, &[]);
    let has = |table: &Table, field: Field| table.guesses.iter().any(|guess| guess.field == field);
    let records = guesser.posts_list();
    let mut posts = guesser.table(Target::Posts, POSTS, records.clone(), &[]);
    if has(&follows, Field::FollowerId) && has(&follows, Field::FollowedId) && !has(&posts, Field::Text) {
        return vec![follows];
    }
    let of_posts: Vec<usize> = posts
        .guesses
        .iter()
        .filter(|guess| !matches!(guess.field, Field::AccountId | Field::Handle | Field::ObservedAt))
        .filter_map(|guess| guess.column)
        .collect();
    by_values(&guesser, &mut posts);
    let is_posts = has(&posts, Field::Text) || has(&posts, Field::PostId) && has(&posts, Field::PostedAt);
    let not: &[usize] = if is_posts && records.is_none() { &of_posts } else { &[] };
    if is_posts {
        name_somebody(&guesser, &mut posts);
    }
    // The account of a row is that of its post.
    let named = [Field::AccountId, Field::Handle];
    let shared = posts
        .guesses
        .iter()
        .filter(|guess| is_posts && named.contains(&guess.field));
    let shared: Vec<Guess> = shared
        .filter(|guess| guess.column.is_none_or(|at| sample.columns[at].list.is_none()))
        .cloned()
        .collect();
    let names = ACCOUNTS
        .iter()
        .filter(|(field, _)| shared.is_empty() || !named.contains(field));
    let names: Vec<(Field, &str)> = names.copied().collect();
    let not: Vec<usize> = not
        .iter()
        .copied()
        .chain(shared.iter().filter_map(|guess| guess.column))
        .collect();
    let mut accounts = guesser.table(Target::Accounts, &names, None, &not);
    accounts.guesses.splice(0..0, shared);
    if !is_posts
        && !has(&accounts, Field::CreatedAt)
        && let Some(at) = guesser.find(
            Field::CreatedAt,
            "created_at created created_utc date",
            Target::Accounts,
            None,
            &[],
        )
    {
        accounts.guesses.push(guesser.guess(Field::CreatedAt, at, None));
    }
    let identity = [Field::AccountId, Field::Handle, Field::ObservedAt];
    let shows = accounts
        .guesses
        .iter()
        .filter(|guess| !identity.contains(&guess.field) && guess.look != Look::Nothing)
        .count();
    let mut tables = Vec::new();
    if is_posts {
        tables.push(posts);
    }
    if shows > usize::from(is_posts) {
        tables.push(accounts);
    } else if tables.is_empty() {
        accounts.target = Target::Roster;
        accounts
            .guesses
            .retain(|guess| matches!(guess.field, Field::AccountId | Field::Handle));
        tables.push(accounts);
    }
    for table in &mut tables {
        name_somebody(&guesser, table);
    }
    tables
}

/// Fields of posts that no name told: the text, and the time.
fn by_values(guesser: &Guesser<'_>, posts: &mut Table) {
    let has = |posts: &Table, field: Field| posts.guesses.iter().any(|guess| guess.field == field);
    let free = |posts: &Table, field: Field, at: usize| {
        !posts.guesses.iter().any(|guess| guess.column == Some(at))
            && guesser.may_stand(at, field, posts.records.as_deref())
            && !guesser.in_account[at]
            && can_be(field, &guesser.looks[at], &guesser.sample.columns[at])
    };
    let described = |name: &String| {
        ACCOUNTS
            .iter()
            .any(|(_, names)| names.split_whitespace().any(|known| known == name))
    };
    let of_account = |at: usize| guesser.names[at].iter().any(described);
    let columns = || 0..guesser.sample.columns.len();
    if !has(posts, Field::Text) {
        let prose = columns().filter(|at| {
            free(posts, Field::Text, *at) && !of_account(*at) && values::are_prose(&guesser.sample.columns[*at])
        });
        let longest = prose.max_by_key(|at| {
            let values = &guesser.sample.columns[*at].values;
            values.iter().map(String::len).sum::<usize>() / values.len().max(1)
        });
        if let Some(at) = longest {
            let doubt = "its name does not say so; its values are the longest texts".to_owned();
            posts.guesses.push(guesser.guess(Field::Text, at, Some(doubt)));
        }
    }
    if (has(posts, Field::Text) || has(posts, Field::PostId))
        && !has(posts, Field::PostedAt)
        && let Some(at) = columns().find(|at| {
            matches!(guesser.looks[*at], Look::Times(_)) && free(posts, Field::PostedAt, *at) && !of_account(*at)
        })
    {
        let doubt = "its name does not say so; its values are times".to_owned();
        posts.guesses.push(guesser.guess(Field::PostedAt, at, Some(doubt)));
    }
}

/// A table needs an account: by values where no name tells, and where nothing does, one that stands for it.
fn name_somebody(guesser: &Guesser<'_>, table: &mut Table) {
    if table
        .guesses
        .iter()
        .any(|guess| matches!(guess.field, Field::AccountId | Field::Handle))
    {
        return;
    }
    let taken: Vec<usize> = table.guesses.iter().filter_map(|guess| guess.column).collect();
    let named = (0..guesser.sample.columns.len()).find(|at| {
        matches!(guesser.looks[*at], Look::Names) && !taken.contains(at) && guesser.sample.columns[*at].list.is_none()
    });
    let only = (guesser.sample.columns.len() == 1).then_some(0);
    let guess = match named.or(only) {
        Some(at) => {
            let field = if guesser.looks[at] == Look::Counts {
                Field::AccountId
            } else {
                Field::Handle
            };
            guesser.guess(
                field,
                at,
                Some("its name does not say so; its values are single words".to_owned()),
            )
        }
        None => Guess {
            field: Field::Handle,
            column: None,
            look: Look::Nothing,
            doubt: Some("no column looks like an account: say which one it is".to_owned()),
        },
    };
    table.guesses.insert(0, guess);
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn names_are_compared_without_their_dress() {
        for (name, expected) in [
            ("screenName", "screen_name"),
            ("Screen Name", "screen_name"),
            ("user-screen.name", "user_screen_name"),
            ("ID", "id"),
            ("userID", "user_id"),
            ("like_count", "like_count"),
            ("(Text)", "text"),
        ] {
            assert_eq!(folded(name), expected);
        }
    }
}
