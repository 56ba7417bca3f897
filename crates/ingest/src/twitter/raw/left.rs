//! Keys of Twitter's objects that are left unread on purpose.

use crate::json::unread::Left;

/// Of a post.
pub(super) static TWEET_LEFT: Left = Left::new(&[
    "attachments",
    "card",
    "card_uri",
    "community_id",
    "context_annotations",
    "contributors",
    "current_user_retweet",
    "edit_controls",
    "edit_info",
    "extended_entities",
    "favorited",
    "filter_level",
    "limited_actions",
    "matching_rules",
    "metadata",
    "non_public_metrics",
    "organic_metrics",
    "possibly_sensitive",
    "possibly_sensitive_appealable",
    "promoted_metrics",
    "quoted_status_permalink",
    "reply_settings",
    "retweeted",
    "scopes",
    "supplemental_language",
    "truncated",
    "withheld",
    "withheld_copyright",
    "withheld_in_countries",
    "withheld_scope",
]);
/// Of an account; some were read when it was looked what the record is.
pub(super) static USER_LEFT: Left = Left::new(&[
    "blocked_by",
    "blocking",
    "connections",
    "contributors_enabled",
    "default_profile",
    "default_profile_image",
    "derived",
    "end",
    "favourites_count",
    "follow_request_sent",
    "following",
    "geo_enabled",
    "has_extended_profile",
    "is_translation_enabled",
    "is_translator",
    "live_following",
    "most_recent_tweet_id",
    "muting",
    "needs_phone_verification",
    "notifications",
    "observed_at",
    "pinned_tweet_id",
    "pinned_tweet_ids",
    "pinned_tweet_ids_str",
    "profile_background_color",
    "profile_background_image_url",
    "profile_background_image_url_https",
    "profile_background_tile",
    "profile_banner_extensions",
    "profile_banner_url",
    "profile_image_extensions",
    "profile_link_color",
    "profile_location",
    "profile_sidebar_border_color",
    "profile_sidebar_fill_color",
    "profile_text_color",
    "profile_use_background_image",
    "show_all_inline_media",
    "simulated",
    "start",
    "time_zone",
    "translator_type",
    "utc_offset",
    "verified_type",
    "withheld",
    "withheld_in_countries",
    "withheld_scope",
]);

/// Of what stands inside a text.
pub(super) static ENTITIES_LEFT: Left =
    Left::new(&["annotations", "cashtags", "media", "polls", "symbols", "timestamps"]);
/// Of the whole of a post that was cut.
pub(super) static EXTENDED_LEFT: Left = Left::new(&[
    "entity_set",
    "extended_entities",
    "id",
    "inline_media",
    "media",
    "richtext",
]);
/// Of a hashtag.
pub(super) static HASHTAG_LEFT: Left = Left::new(&["end", "indices", "start"]);
/// Of a link.
pub(super) static URL_LEFT: Left = Left::new(&[
    "description",
    "display_url",
    "end",
    "images",
    "indices",
    "media_key",
    "media_url",
    "media_url_https",
    "sizes",
    "start",
    "status",
    "title",
    "type",
    "unwound",
    "unwound_url",
]);
/// Of a mention.
pub(super) static MENTION_LEFT: Left = Left::new(&[
    "created_at",
    "description",
    "end",
    "entities",
    "indices",
    "location",
    "most_recent_tweet_id",
    "pinned_tweet",
    "pinned_tweet_id",
    "profile_image_url",
    "protected",
    "public_metrics",
    "start",
    "url",
    "verified",
    "verified_type",
    "withheld",
]);
/// Of a position.
pub(super) static GEO_LEFT: Left = Left::new(&[
    "contained_within",
    "country",
    "full_name",
    "geo",
    "id",
    "name",
    "place_type",
    "type",
]);
/// Of a place.
pub(super) static PLACE_LEFT: Left = Left::new(&[
    "attributes",
    "bounding_box",
    "centroid",
    "contained_within",
    "country",
    "full_name",
    "geo",
    "geometry",
    "name",
    "place_type",
    "polylines",
    "url",
]);
/// Of counts.
pub(super) static METRICS_LEFT: Left = Left::new(&["bookmark_count", "impression_count", "media_count"]);
/// Of a page.
pub(super) static PAGE_LEFT: Left = Left::new(&[
    "completed_in",
    "count",
    "matching_rules",
    "max_id",
    "max_id_str",
    "next",
    "next_page",
    "next_token",
    "page",
    "previous_cursor",
    "previous_cursor_str",
    "query",
    "refresh_url",
    "requestParameters",
    "request_parameters",
    "results_per_page",
    "search_metadata",
    "since_id",
    "since_id_str",
    "title",
    "total_count",
]);
/// Of a page read for its accounts.
pub(super) static USER_PAGE_LEFT: Left = Left::new(&[
    "__twarc",
    "errors",
    "matching_rules",
    "meta",
    "observed_at",
    "simulated",
]);
/// Of what a page carries along.
pub(super) static INCLUDES_LEFT: Left = Left::new(&["media", "polls", "topics"]);
/// Of an error object.
pub(super) static ERROR_OBJECT_LEFT: Left = Left::new(&[
    "client_id",
    "code",
    "disconnect_type",
    "errors",
    "message",
    "parameters",
    "reason",
    "registration_url",
    "required_enrollment",
    "section",
    "status",
    "type",
]);
/// Of what twarc adds.
pub(super) static TWARC_LEFT: Left = Left::new(&["url", "version"]);
