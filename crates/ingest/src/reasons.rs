//! The fixed phrases under which records are rejected or skipped. They stand in `rejects.reason` and in the ledger.

/// The file could not be read, or not further than here.
pub const BROKEN_OFF: &str = "file cannot be read to its end";
/// A file of a folder or archive, and not asked for by name, that holds nothing known: a note, a picture.
pub const UNKNOWN_FILE: &str = "file of no known format";
/// A link in an archive, a device: it holds no bytes of its own.
pub const LINK: &str = "link or special file";
/// The line is not JSON.
pub const NOT_JSON: &str = "not JSON";
/// The record holds bytes that are not UTF-8.
pub const NOT_UTF8: &str = "not UTF-8";
/// JSON, but none of the records that this program knows (or not of the format that was asked for).
pub const NOT_KNOWN: &str = "not a known record";
/// A post without an identifier of its own.
pub const NO_ID: &str = "no id";
/// A record that names no account.
pub const NO_ACCOUNT: &str = "no account";
/// A check without a time.
pub const NO_TIME: &str = "no time";
/// A time that none of the known forms fits.
pub const BAD_TIME: &str = "unreadable time";
/// A state that is no word of the contract.
pub const BAD_STATE: &str = "unknown state";
/// Longer than `--max-line`.
pub const TOO_LONG: &str = "line too long";
/// A CSV row with more or fewer fields than the header.
pub const WRONG_FIELDS: &str = "wrong number of fields";
