//! The statements of this stage, each in a file of its own beside this one's folder, and the tables they ask.

/// A statement and the name of its file.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// The file's name.
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! queries {
    ($($constant:ident = $file:literal),+ $(,)?) => {
        $(pub(super) const $constant: Query = Query { name: $file, text: include_str!(concat!("../sql/", $file)) };)+
        /// Every statement of this stage.
        pub const QUERIES: &[Query] = &[$($constant),+];
    };
}

queries! {
    CHECKS = "checks.sql",
    FIRST_SEEN = "first_seen.sql",
    FOLLOWS_IN = "follows_in.sql",
    FOLLOWS_OUT = "follows_out.sql",
    INTERACTIONS = "interactions.sql",
    LANGUAGES = "languages.sql",
    LANGUAGE_WORDS = "language_words.sql",
    LAST_SEEN = "last_seen.sql",
    LOCATIONS = "locations.sql",
    ON_LIST = "on_list.sql",
    PACES = "paces.sql",
    POSTS_BY_DAY = "posts_by_day.sql",
    REACTIONS = "reactions.sql",
    SIZES = "sizes.sql",
    TIMES = "times.sql",
    TO_ONESELF = "to_oneself.sql",
    WINDOW_NAMES = "window_names.sql",
}

/// A table that a statement makes for others to ask: ids are numbers in it, without which joins of millions of follows and
/// observations take several times as long, and as much memory.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// The table's name.
    pub table: &'static str,
    /// The statement that makes it.
    pub query: Query,
}

macro_rules! kept {
    ($($constant:ident = $table:literal),+ $(,)?) => {
        $(pub(super) const $constant: Kept = Kept {
            table: $table,
            query: Query { name: concat!($table, ".sql"), text: include_str!(concat!("../sql/", $table, ".sql")) },
        };)+
        /// Every such table; each asks only those before it.
        pub const KEPT: &[Kept] = &[$($constant),+];
    };
}

kept! {
    SPANS = "spans",
    NUMBERS = "numbers",
    WORDS = "words",
    DATED_POSTS = "dated_posts",
    LISTINGS = "listings",
    ADDRESSED = "addressed",
    ADDRESSED_DAYS = "addressed_days",
    OBSERVATIONS = "observations",
    INNER_PAIRS = "inner_pairs",
    TIES = "ties",
    INNER_TIES = "inner_ties",
}

/// The tables that the statements ask.
pub const TABLES: [&str; 11] = [
    "accounts",
    "availability",
    "duplicates",
    "follows",
    "interactions",
    "members",
    "personas",
    "posts",
    "spells",
    "stays",
    "windows",
];
