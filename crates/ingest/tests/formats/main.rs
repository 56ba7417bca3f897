//! What each format's records become, on records written for these tests.

#![allow(clippy::unwrap_used, reason = "a test says by panicking what it did not find")]

#[path = "../run/mod.rs"]
mod run;

mod bluesky;
mod csv;
mod exports;
mod halves;
mod ids;
mod json_mapping;
mod mastodon;
mod native;
mod pages;
mod reddit;
mod telegram;
mod twitter_other;
mod twitter_v1;
mod twitter_v2;
