//! Twitter's objects, of both interfaces: what is common has one field, so that a record is told by the keys it has.

mod left;

use crate::json::unread;
use crate::json::{Count, Few, Flag, Id, Many, Maybe, Nested, Numbers, Present, Span, Text, from_str, record};
use left::{
    ENTITIES_LEFT, ERROR_OBJECT_LEFT, EXTENDED_LEFT, GEO_LEFT, HASHTAG_LEFT, INCLUDES_LEFT, MENTION_LEFT, METRICS_LEFT,
    PAGE_LEFT, PLACE_LEFT, TWARC_LEFT, TWEET_LEFT, URL_LEFT, USER_LEFT, USER_PAGE_LEFT,
};

record! {
    /// A post of either interface, with the keys that tell other records apart from it.
    Tweet<'de> called "tweet" leaving TWEET_LEFT {
        created_at: Text<'de> = "created_at",
        timestamp_ms: Text<'de> = "timestamp_ms",
        id: Id<'de> = "id",
        id_str: Id<'de> = "id_str",
        text: Text<'de> = "text",
        full_text: Text<'de> = "full_text",
        extended: Maybe<Extended<'de>> = "extended_tweet",
        note: Maybe<Extended<'de>> = "note_tweet",
        shown: Span = "display_text_range",
        source: Text<'de> = "source",
        lang: Text<'de> = "lang",
        entities: Maybe<Entities<'de>> = "entities",
        in_reply_to_status_id: Id<'de> = "in_reply_to_status_id",
        in_reply_to_status_id_str: Id<'de> = "in_reply_to_status_id_str",
        in_reply_to_user_id: Id<'de> = "in_reply_to_user_id",
        in_reply_to_user_id_str: Id<'de> = "in_reply_to_user_id_str",
        in_reply_to_screen_name: Text<'de> = "in_reply_to_screen_name",
        user: Maybe<User<'de>> = "user",
        retweeted_status: Maybe<Tweet<'de>> = "retweeted_status",
        quoted_status: Maybe<Tweet<'de>> = "quoted_status",
        quoted_status_id: Id<'de> = "quoted_status_id",
        quoted_status_id_str: Id<'de> = "quoted_status_id_str",
        is_quote_status: Flag = "is_quote_status",
        retweet_count: Count = "retweet_count",
        favorite_count: Count = "favorite_count",
        reply_count: Count = "reply_count",
        quote_count: Count = "quote_count",
        coordinates: Maybe<Point<'de>> = "coordinates",
        geo: Maybe<Geo<'de>> = "geo",
        place: Maybe<Place<'de>> = "place",
        author_id: Id<'de> = "author_id",
        author: Maybe<User<'de>> = "author",
        in_reply_to_user: Maybe<User<'de>> = "in_reply_to_user",
        reference: Text<'de> = "type",
        referenced_tweets: Many<Tweet<'de>> = "referenced_tweets",
        metrics: Maybe<Metrics<'de>> = "public_metrics",
        conversation_id: Present = "conversation_id",
        edit_history: Present = "edit_history_tweet_ids",
        twarc: Maybe<Twarc<'de>> = "__twarc",
        observed_at: Text<'de> = "observed_at",
        simulated: Flag = "simulated",
        did: Present = "did",
        acct: Present = "acct",
        account: Nested = "account",
        accounts: Nested = "accounts",
        ancestors: Nested = "ancestors",
        screen_name: Present = "screen_name" | "username",
        data: Present = "data",
        includes: Present = "includes",
        errors: Present = "errors",
        meta: Present = "meta",
        statuses: Present = "statuses",
        results: Present = "results",
        users: Present = "users",
        state: Present = "state",
        follower_id: Present = "follower_id",
        roster: Present = "roster",
        listed_at: Present = "listed_at",
        delete: Nested = "delete",
        scrub_geo: Nested = "scrub_geo",
        limit: Nested = "limit",
        status_withheld: Nested = "status_withheld",
        user_withheld: Nested = "user_withheld",
        disconnect: Nested = "disconnect",
        warning: Nested = "warning",
        friends: Nested = "friends" | "friends_str",
        event: Present = "event",
        target: Nested = "target",
        direct_message: Nested = "direct_message",
        control: Nested = "control",
        info: Nested = "info",
        message: Present = "event_type" | "dm_conversation_id" | "recipient" | "recipient_id",
        from_user: Present = "from_user",
        kind: Present = "kind",
        holds: Nested = "lists" | "feed" | "posts" | "profiles" | "records" | "followers" | "follows" | "orderedItems",
    }
}

record! {
    /// The whole of a post that was cut: `extended_tweet` of v1.1, `note_tweet` of v2.
    Extended<'de> called "extended_tweet" leaving EXTENDED_LEFT {
        text: Text<'de> = "full_text" | "text",
        entities: Maybe<Entities<'de>> = "entities",
        shown: Span = "display_text_range",
    }
}

record! {
    /// What stands inside a text.
    Entities<'de> called "entities" leaving ENTITIES_LEFT {
        hashtags: Few<Hashtag<'de>> = "hashtags",
        urls: Few<Url<'de>> = "urls",
        mentions: Few<Mention<'de>> = "user_mentions" | "mentions",
        url: Maybe<Entities<'de>> = "url",
        description: Maybe<Entities<'de>> = "description",
    }
}

record! {
    /// A hashtag.
    Hashtag<'de> called "hashtag" leaving HASHTAG_LEFT { text: Text<'de> = "text" | "tag", }
}

record! {
    /// A link.
    Url<'de> called "url" leaving URL_LEFT {
        url: Text<'de> = "url",
        expanded: Text<'de> = "expanded_url",
    }
}

record! {
    /// A mention.
    Mention<'de> called "mention" leaving MENTION_LEFT {
        id: Id<'de> = "id",
        id_str: Id<'de> = "id_str",
        handle: Text<'de> = "screen_name" | "username",
        name: Present = "name",
    }
}

record! {
    /// A position, longitude first.
    Point<'de> called "point" {
        kind: Text<'de> = "type",
        coordinates: Numbers = "coordinates",
    }
}

record! {
    /// v2: a position and a place. (v1.1's `geo`, latitude first, repeats `coordinates`.)
    Geo<'de> called "geo" leaving GEO_LEFT {
        coordinates: Maybe<Point<'de>> = "coordinates",
        place_id: Id<'de> = "place_id",
        country_code: Text<'de> = "country_code",
    }
}

record! {
    /// A place.
    Place<'de> called "place" leaving PLACE_LEFT {
        id: Id<'de> = "id",
        country_code: Text<'de> = "country_code",
    }
}

record! {
    /// v2: counts of a post or of an account.
    Metrics<'de> called "metrics" leaving METRICS_LEFT {
        retweets: Count = "retweet_count",
        replies: Count = "reply_count",
        likes: Count = "like_count",
        quotes: Count = "quote_count",
        followers: Count = "followers_count",
        following: Count = "following_count",
        tweets: Count = "tweet_count",
        listed: Count = "listed_count",
        unit: Text<'de> = "unit",
    }
}

record! {
    /// An account of either interface.
    User<'de> called "user" leaving USER_LEFT {
        id: Id<'de> = "id",
        id_str: Id<'de> = "id_str",
        handle: Text<'de> = "screen_name" | "username",
        name: Text<'de> = "name",
        description: Text<'de> = "description",
        location: Text<'de> = "location",
        url: Text<'de> = "url",
        entities: Maybe<Entities<'de>> = "entities",
        lang: Text<'de> = "lang",
        avatar: Text<'de> = "profile_image_url",
        avatar_https: Text<'de> = "profile_image_url_https",
        created_at: Text<'de> = "created_at",
        followers: Count = "followers_count",
        friends: Count = "friends_count",
        statuses: Count = "statuses_count",
        listed: Count = "listed_count",
        metrics: Maybe<Metrics<'de>> = "public_metrics",
        verified: Flag = "verified",
        protected: Flag = "protected",
        status: Maybe<Tweet<'de>> = "status",
        pinned: Maybe<Tweet<'de>> = "pinned_tweet",
        suspended: Flag = "suspended",
    }
}

record! {
    /// A page: v2's (`data`, `includes`, `errors`), v1.1 search's (`statuses`, `results`), v1.1 lists of users.
    Page<'de> called "page" leaving PAGE_LEFT {
        data: Many<Tweet<'de>> = "data",
        includes: Maybe<Includes<'de>> = "includes",
        errors: Many<ErrorObject<'de>> = "errors",
        meta: Present = "meta",
        twarc: Maybe<Twarc<'de>> = "__twarc",
        statuses: Many<Tweet<'de>> = "statuses",
        results: Many<Tweet<'de>> = "results",
        users: Many<User<'de>> = "users",
        cursor: Present = "next_cursor" | "next_cursor_str",
        observed_at: Text<'de> = "observed_at",
        simulated: Flag = "simulated",
    }
}

record! {
    /// A v2 page read for its accounts.
    UserPage<'de> called "page" leaving USER_PAGE_LEFT {
        data: Many<User<'de>> = "data",
        includes: Maybe<Includes<'de>> = "includes",
    }
}

record! {
    /// What a v2 page carries along.
    Includes<'de> called "includes" leaving INCLUDES_LEFT {
        users: Many<User<'de>> = "users",
        tweets: Many<Tweet<'de>> = "tweets",
        places: Many<Place<'de>> = "places",
    }
}

record! {
    /// A v2 error object.
    ErrorObject<'de> called "error" leaving ERROR_OBJECT_LEFT {
        title: Text<'de> = "title",
        detail: Text<'de> = "detail",
        parameter: Text<'de> = "parameter",
        resource_type: Text<'de> = "resource_type",
        resource_id: Id<'de> = "resource_id",
        value: Id<'de> = "value",
    }
}

record! {
    /// What twarc adds.
    Twarc<'de> called "__twarc" leaving TWARC_LEFT { retrieved_at: Text<'de> = "retrieved_at", }
}

impl Tweet<'_> {
    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id_str.get().or_else(|| self.id.get())
    }

    /// Whether it is a post at all. What has an `account` is Mastodon's.
    #[must_use]
    pub fn is_tweet(&self) -> bool {
        let has_text = self.text.is_present() || self.full_text.is_present() || self.extended.get().is_some();
        has_text && !self.screen_name.0 && !self.account.0 && !self.message.0
    }

    /// Whether it is a post of the second interface.
    #[must_use]
    pub fn is_v2(&self) -> bool {
        self.user.get().is_none()
            && (self.author_id.get().is_some()
                || self.author.get().is_some()
                || self.metrics.get().is_some()
                || self.conversation_id.0
                || self.edit_history.0)
    }

    /// Whether it is an account. Mastodon's have a `username` too, and an `acct` or an `account` inside, which tell them apart.
    #[must_use]
    pub fn is_user(&self) -> bool {
        self.screen_name.0 && !self.acct.0 && !self.account.0
    }

    /// Whether it is a thing as Reddit's interface wraps it: what it is, and the thing itself.
    #[must_use]
    pub fn is_thing(&self) -> bool {
        self.kind.0 && self.data.0 && !self.is_tweet() && !self.is_user()
    }

    /// Whether it is a page of records. What has `accounts` is found by a search in Mastodon.
    #[must_use]
    pub fn is_page(&self) -> bool {
        let has_list = self.data.0 || self.statuses.0 || self.results.0 || self.users.0 || self.errors.0;
        let has_page = has_list || self.meta.0;
        has_page && !self.accounts.0 && !self.is_tweet() && !self.is_user() && self.notice().is_none()
    }

    /// Whether it is a record of this program's own JSON lines: a check, a follow, a roster entry.
    #[must_use]
    pub fn is_native(&self) -> bool {
        !self.is_tweet() && (self.state.0 || self.follower_id.0 || self.roster.0 || self.listed_at.0)
    }

    /// The name of the notice that it is, if it is one.
    #[must_use]
    pub fn notice(&self) -> Option<&'static str> {
        if self.is_tweet() || self.is_user() {
            return None;
        }
        [
            (self.delete, "delete notice"),
            (self.scrub_geo, "scrub_geo notice"),
            (self.limit, "limit notice"),
            (self.status_withheld, "status_withheld notice"),
            (self.disconnect, "disconnect notice"),
            (self.warning, "warning notice"),
            (self.friends, "friends notice"),
            (Nested(self.event.0 && self.target.0), "event notice"),
            (self.direct_message, "direct message"),
            (Nested(self.message.0 && !self.data.0), "direct message"),
            (self.control, "control notice"),
            (self.info, "info notice"),
        ]
        .into_iter()
        .find_map(|(present, notice)| present.0.then_some(notice))
    }
}

impl Mention<'_> {
    /// Whether it is a whole account, as flattened records of the second interface have it.
    #[must_use]
    pub fn is_account(&self) -> bool {
        self.name.0 && self.handle.get().is_some()
    }
}

impl User<'_> {
    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id_str.get().or_else(|| self.id.get())
    }
}

/// Keys that pages begin with.
const PAGE_BEGINS: [&str; 4] = ["data", "__twarc", "statuses", "includes"];

impl<'de> Page<'de> {
    /// Reads a text that is a page as its first key has it, instead of once to see what it is and again to read what it holds: a page
    /// may be as long as a thousand other records. `None` says nothing: it may be a page all the same. What is returned has no key but
    /// those of pages, and so none by which [`Tweet::is_page`] would take it for something else.
    #[must_use]
    pub fn at_once(json: &'de str) -> Option<Self> {
        let first = json.trim_start().strip_prefix('{')?.trim_start().strip_prefix('"')?;
        let begins = |key: &&str| first.strip_prefix(*key).is_some_and(|rest| rest.starts_with('"'));
        PAGE_BEGINS.iter().find(|key| begins(key))?;
        let page: Self = from_str(json).ok()?;
        let has_list = page.data.present || page.has_lists();
        (has_list && !unread::is_noted("page")).then_some(page)
    }
}

impl Page<'_> {
    /// Whether it has a list that may be empty.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        self.statuses.present || self.results.present || self.users.present || self.errors.present
    }
}
