//! The fixed phrases under which records are rejected or skipped. They stand in `rejects.reason` and in the ledger.

/// The file could not be read, or not further than here.
pub const BROKEN_OFF: &str = "file cannot be read to its end";
/// A file that was told by its content to be nothing that can be read, or CSV that no mapping describes.
pub const UNREADABLE_FILE: &str = "file cannot be read as anything known";
/// A file of a folder or archive, and not asked for by name, that holds nothing known: a note, a picture.
pub const UNKNOWN_FILE: &str = "file of no known format";
/// A page that holds no record.
pub const EMPTY_PAGE: &str = "page without records";
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
/// What is said of an account that is found suspended, and not when.
pub const SUSPENDED_UNTIMED: &str =
    "suspended, and no observed_at says when it was found so; the account is kept, the check is not";
/// A time that none of the known forms fits.
pub const BAD_TIME: &str = "unreadable time";
/// A state that is no word of the contract.
pub const BAD_STATE: &str = "unknown state";
/// Longer than `--max-line`.
pub const TOO_LONG: &str = "line too long";
/// A CSV row of which all fields are empty, as spreadsheets leave them.
pub const EMPTY_ROW: &str = "row without a value";
/// A CSV row with more or fewer fields than the header.
pub const WRONG_FIELDS: &str = "wrong number of fields";
/// CSV in which a quote opens a field and nothing closes it where one could end; what follows is read again from the next sound row on.
pub const OPEN_QUOTE: &str = "quote that is not closed";
