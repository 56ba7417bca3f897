//! The tables that a mapping can fill, and their fields. A field is called as its column in the contract.

use std::fmt;

/// A table that a mapping can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `posts`
    Posts,
    /// `accounts`
    Accounts,
    /// `availability`
    Availability,
    /// `follows`
    Follows,
    /// `roster`
    Roster,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Posts,
        Self::Accounts,
        Self::Availability,
        Self::Follows,
        Self::Roster,
    ];

    /// The table's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Accounts => "accounts",
            Self::Availability => "availability",
            Self::Follows => "follows",
            Self::Roster => "roster",
        }
    }

    /// The table of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// The fields that a mapping can fill in this table.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Posts => &[
                F::PostId,
                F::AccountId,
                F::Handle,
                F::PostedAt,
                F::ObservedAt,
                F::Text,
                F::Lang,
                F::Kind,
                F::InReplyToPostId,
                F::InReplyToAccountId,
                F::InReplyToHandle,
                F::RepostedPostId,
                F::RepostedAccountId,
                F::RepostedHandle,
                F::QuotedPostId,
                F::QuotedAccountId,
                F::QuotedHandle,
                F::MentionedIds,
                F::MentionedHandles,
                F::Hashtags,
                F::Urls,
                F::Client,
                F::Likes,
                F::Reposts,
                F::Replies,
                F::Quotes,
                F::Latitude,
                F::Longitude,
                F::Country,
            ],
            Self::Accounts => &[
                F::AccountId,
                F::Handle,
                F::DisplayName,
                F::Description,
                F::Location,
                F::Url,
                F::Lang,
                F::AvatarUrl,
                F::CreatedAt,
                F::ObservedAt,
                F::Followers,
                F::Following,
                F::Statuses,
                F::Listed,
                F::Verified,
                F::Protected,
            ],
            Self::Availability => &[F::AccountId, F::Handle, F::ObservedAt, F::State, F::Detail],
            Self::Follows => &[F::FollowerId, F::FollowedId, F::ObservedAt],
            Self::Roster => &[F::Roster, F::AccountId, F::Handle, F::ListedAt, F::UnlistedAt],
        }
    }
}

macro_rules! fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field of a table, as its column is called.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Field { $(#[doc = concat!("`", $name, "`")] $variant,)+ }

        impl Field {
            /// How many there are.
            pub const COUNT: usize = [$(Self::$variant,)+].len();

            /// The column's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

fields! {
    PostId = "post_id",
    AccountId = "account_id",
    Handle = "handle",
    PostedAt = "posted_at",
    ObservedAt = "observed_at",
    Text = "text",
    Lang = "lang",
    Kind = "kind",
    InReplyToPostId = "in_reply_to_post_id",
    InReplyToAccountId = "in_reply_to_account_id",
    InReplyToHandle = "in_reply_to_handle",
    RepostedPostId = "reposted_post_id",
    RepostedAccountId = "reposted_account_id",
    RepostedHandle = "reposted_handle",
    QuotedPostId = "quoted_post_id",
    QuotedAccountId = "quoted_account_id",
    QuotedHandle = "quoted_handle",
    MentionedIds = "mentioned_ids",
    MentionedHandles = "mentioned_handles",
    Hashtags = "hashtags",
    Urls = "urls",
    Client = "client",
    Likes = "likes",
    Reposts = "reposts",
    Replies = "replies",
    Quotes = "quotes",
    Latitude = "latitude",
    Longitude = "longitude",
    Country = "country",
    DisplayName = "display_name",
    Description = "description",
    Location = "location",
    Url = "url",
    AvatarUrl = "avatar_url",
    CreatedAt = "created_at",
    Followers = "followers",
    Following = "following",
    Statuses = "statuses",
    Listed = "listed",
    Verified = "verified",
    Protected = "protected",
    State = "state",
    Detail = "detail",
    FollowerId = "follower_id",
    FollowedId = "followed_id",
    Roster = "roster",
    ListedAt = "listed_at",
    UnlistedAt = "unlisted_at",
}

impl Field {
    /// Whether it holds a time.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(
            self,
            Self::PostedAt | Self::ObservedAt | Self::CreatedAt | Self::ListedAt | Self::UnlistedAt
        )
    }

    /// Whether it holds the identifier of a post or account, or a handle.
    #[must_use]
    pub const fn is_name(self) -> bool {
        matches!(
            self,
            Self::PostId | Self::AccountId | Self::Handle | Self::FollowerId | Self::FollowedId
        )
    }

    /// Whether it holds a list.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::MentionedIds | Self::MentionedHandles | Self::Hashtags | Self::Urls
        )
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
