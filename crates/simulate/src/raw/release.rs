//! CSV in the layout of Twitter's Information Operations releases. Their accounts file is a single state; a collector's
//! look-ups add the count of statuses and the time.

use std::io;

use chrono::DateTime;

use super::shown::{Post, Profile};
use crate::clock::rfc3339;

/// Columns of a file of posts.
pub const POSTS_HEADER: &str = "tweetid,userid,user_display_name,user_screen_name,user_reported_location,\
user_profile_description,user_profile_url,follower_count,following_count,account_creation_date,account_language,tweet_language,\
tweet_text,tweet_time,tweet_client_name,in_reply_to_userid,in_reply_to_tweetid,quoted_tweet_tweetid,is_retweet,retweet_userid,\
retweet_tweetid,latitude,longitude,quote_count,reply_count,like_count,retweet_count,hashtags,urls,user_mentions,poll_choices\n";

/// Columns of a file of looked-up accounts.
pub const ACCOUNTS_HEADER: &str = "userid,user_display_name,user_screen_name,user_reported_location,user_profile_description,\
user_profile_url,follower_count,following_count,statuses_count,account_creation_date,account_language,protected,observed_at\n";

fn moment(at_ms: i64, form: &str) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .unwrap_or_default()
        .format(form)
        .to_string()
}

fn row(fields: &[String], out: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(fields)?;
    writer.flush()
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        String::new()
    } else {
        format!("[{}]", items.join(", "))
    }
}

fn number(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A post's row.
pub fn post(post: &Post, out: &mut Vec<u8>) -> io::Result<()> {
    let author = &post.author;
    let reply = post.reply_to.as_ref();
    let of = post.reposted.as_deref();
    let fields = [
        post.id.to_string(),
        author.id.to_string(),
        author.name.clone(),
        author.handle.clone(),
        author.location.clone().unwrap_or_default(),
        author.description.clone().unwrap_or_default(),
        String::new(),
        author.followers.to_string(),
        author.friends.to_string(),
        moment(author.created_ms, "%Y-%m-%d"),
        author.lang.to_owned(),
        post.body.lang.to_owned(),
        post.body.text.clone(),
        moment(post.at_ms, "%Y-%m-%d %H:%M"),
        post.client.0.to_owned(),
        number(reply.map(|reply| reply.1)),
        number(reply.map(|reply| reply.0)),
        number(post.quotes.map(|quoted| quoted.0)),
        of.is_some().to_string(),
        number(of.map(|of| of.author.id)),
        number(of.map(|of| of.id)),
        number(post.place.map(|place| place.0)),
        number(post.place.map(|place| place.1)),
        "0".to_owned(),
        "0".to_owned(),
        post.likes.to_string(),
        post.reposts.to_string(),
        listed(post.body.hashtags.iter().map(|span| span.value.to_owned())),
        listed(post.body.urls.iter().map(|span| span.value.1.clone())),
        listed(post.body.mentions.iter().map(|span| span.value.0.to_string())),
        String::new(),
    ];
    row(&fields, out)
}

/// A looked-up account's row.
pub fn account(profile: &Profile, observed_ms: i64, out: &mut Vec<u8>) -> io::Result<()> {
    let fields = [
        profile.id.to_string(),
        profile.name.clone(),
        profile.handle.clone(),
        profile.location.clone().unwrap_or_default(),
        profile.description.clone().unwrap_or_default(),
        String::new(),
        profile.followers.to_string(),
        profile.friends.to_string(),
        profile.statuses.to_string(),
        rfc3339(profile.created_ms),
        profile.lang.to_owned(),
        profile.protected.to_string(),
        rfc3339(observed_ms),
    ];
    row(&fields, out)
}
