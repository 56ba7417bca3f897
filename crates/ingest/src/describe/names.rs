//! Names that sources give to fields: the likelier first, small letters, words with `_` between.

use crate::mapping::Field;

/// Of posts.
pub(super) const POSTS: &[(Field, &str)] = &[
    (
        Field::PostId,
        "tweet_id tweetid post_id postid status_id statusid message_id id_str id tweet_id_str comment_id \
         fullname content_id",
    ),
    (
        Field::AccountId,
        "user_id_str user_id userid author_id authorid account_id accountid from_user_id_str from_user_id \
         from_id owner_id uid",
    ),
    (
        Field::Handle,
        "screen_name user_screen_name screenname handle user_handle username user_username user_name \
         from_user_name from_user user_key nickname author author_name account user user_acct who",
    ),
    (
        Field::PostedAt,
        "posted_at created_at created_utc publish_date published_at tweet_time post_date post_time \
         date_posted timestamp datetime date time created created_time published tweet_created_at tweet_date \
         timestamp_share when",
    ),
    (
        Field::ObservedAt,
        "observed_at retrieved_at collected_at harvested_date crawled_at scraped_at fetched_at time_scraped \
         retrieved_on captured_at collection_date",
    ),
    (
        Field::Text,
        "full_text text tweet_text tweet tweets post content body message post_text status caption rawcontent \
         what",
    ),
    (Field::Lang, "lang language tweet_language tweet_lang"),
    (Field::Client, "client source tweet_client_name app sourcelabel"),
    (
        Field::InReplyToPostId,
        "in_reply_to_status_id_str in_reply_to_status_id in_reply_to_tweetid in_reply_to_tweet_id \
         in_reply_to_post_id in_reply_to_id reply_to_id parent_id",
    ),
    (
        Field::InReplyToAccountId,
        "in_reply_to_user_id_str in_reply_to_user_id in_reply_to_userid in_reply_to_account_id",
    ),
    (
        Field::InReplyToHandle,
        "in_reply_to_screen_name in_reply_to_username to_user_name reply_to in_reply_to_user",
    ),
    (
        Field::RepostedPostId,
        "retweeted_status_id_str retweeted_status_id retweet_tweetid retweeted_id retweet_id reposted_post_id \
         reblog_id",
    ),
    (
        Field::RepostedAccountId,
        "retweet_userid retweeted_user_id retweet_user_id",
    ),
    (
        Field::RepostedHandle,
        "retweeted_screen_name retweet_screen_name retweeted_username retweeted_user",
    ),
    (
        Field::QuotedPostId,
        "quoted_status_id_str quoted_status_id quoted_tweet_tweetid quoted_tweet_id quoted_id",
    ),
    (
        Field::MentionedHandles,
        "mentions user_mentions mentioned_users mentioned_handles user_mentions_screen_name mentions_username",
    ),
    (
        Field::Hashtags,
        "hashtags hashtag tags hashtags_text hashtags_tag tags_name",
    ),
    (Field::Urls, "urls expanded_urls links outlinks urls_expanded_url"),
    (
        Field::Likes,
        "like_count likes favorite_count favourites_count favorites favourites likecount likes_count \
         favorites_count nlikes score",
    ),
    (
        Field::Reposts,
        "retweet_count retweets retweetcount retweets_count repost_count reposts share_count shares \
         reblogs_count nretweets",
    ),
    (
        Field::Replies,
        "reply_count replies replies_count replycount comment_count num_comments nreplies",
    ),
    (Field::Quotes, "quote_count quotes quotecount"),
    (Field::Latitude, "latitude lat geo_lat"),
    (Field::Longitude, "longitude lon lng geo_lng long"),
    (Field::Country, "country_code country"),
];

/// Of accounts.
pub(super) const ACCOUNTS: &[(Field, &str)] = &[
    (
        Field::AccountId,
        "user_id_str user_id userid author_id account_id accountid from_user_id_str from_user_id uid id_str \
         id",
    ),
    (
        Field::Handle,
        "screen_name user_screen_name screenname handle user_handle username user_username user_name \
         from_user_name from_user user_key nickname author account user user_acct who",
    ),
    (
        Field::DisplayName,
        "display_name user_display_name displayname user_displayname user_name realname real_name \
         from_user_realname full_name author_name name",
    ),
    (
        Field::Description,
        "description user_description bio user_bio user_profile_description profile_description about",
    ),
    (Field::Location, "location user_location user_reported_location"),
    (Field::Url, "user_url profile_url user_profile_url website"),
    (
        Field::AvatarUrl,
        "profile_image_url_https profile_image_url user_profile_image_url avatar avatar_url user_avatar",
    ),
    (
        Field::CreatedAt,
        "account_creation_date account_created_at user_created_at user_created account_created joined \
         joined_at joined_date registered registration_date member_since",
    ),
    (
        Field::ObservedAt,
        "observed_at retrieved_at collected_at harvested_date crawled_at scraped_at fetched_at time_scraped \
         retrieved_on captured_at collection_date",
    ),
    (
        Field::Followers,
        "followers_count follower_count followers user_followers_count user_followers followerscount \
         nfollowers num_followers",
    ),
    (
        Field::Following,
        "friends_count following_count following friends user_friends_count user_following friendscount \
         followees nfollowing",
    ),
    (
        Field::Statuses,
        "statuses_count tweet_count statuses numberstatuses user_statuses_count tweets_count posts_count \
         updates number_of_tweets ntweets num_tweets",
    ),
    (Field::Listed, "listed_count user_listed_count listed"),
    (Field::Verified, "verified user_verified is_verified"),
    (Field::Protected, "protected user_protected is_protected"),
];

/// Of follows.
pub(super) const FOLLOWS: &[(Field, &str)] = &[
    (Field::FollowerId, "follower_id follower follower_account"),
    (
        Field::FollowedId,
        "followed_id followed followee followee_id friend_id target_id",
    ),
    (
        Field::ObservedAt,
        "observed_at retrieved_at collected_at crawled_at time_scraped timestamp date",
    ),
];
