//! Raw files as collectors leave them: Twitter v1.1 JSON lines, and CSV for rosters, checks and follower lists.
//!
//! Nothing here knows the model; the observer hands over what it saw.

pub mod shelf;
pub mod v11;
