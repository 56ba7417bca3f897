//! Lists of account ids, as `followers/ids` and `friends/ids` give them, a page at a time. Whose followers or friends they are the lists
//! themselves do not say; the person who collected them knows.

use std::borrow::Cow;

use tables::{Follow, Timestamp};

use super::PLATFORM;
use crate::json::unread::Left;
use crate::json::{Each, Id, Text, record};
use crate::reasons;
use crate::settings::Whose;
use crate::sink::{Rejection, Sink};

/// Keys that are left unread on purpose.
static IDS_LEFT: Left = Left::new(&[
    "next_cursor",
    "next_cursor_str",
    "previous_cursor",
    "previous_cursor_str",
    "total_count",
]);

record! {
    /// A page of ids.
    Ids<'de> called "ids" leaving IDS_LEFT {
        ids: Each<Id<'de>> = "ids",
        observed_at: Text<'de> = "observed_at",
    }
}

/// Puts a page of ids into the sink: a follow each. An id that is none (a list may hold damaged ones) costs the page, so that a
/// network never lacks an edge in silence.
pub(crate) fn page(page: &Ids<'_>, whose: Option<&Whose>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let whose = whose.ok_or_else(|| {
        let detail = "an id list does not say whose it is: give --followers-of or --friends-of";
        Rejection::with(reasons::NO_ACCOUNT, detail)
    })?;
    let observed_at = sink.observed(page.observed_at.get())?;
    let ids: Option<Vec<&str>> = page.ids.0.iter().map(Id::get).collect();
    let ids = ids.ok_or_else(|| Rejection::with(reasons::NO_ACCOUNT, "the list holds something that is no id"))?;
    for id in ids {
        follow(id, whose, observed_at, sink);
    }
    Ok(())
}

/// Puts an id that stands alone into the sink, which the person who collected it knows all about.
pub(crate) fn one(id: &str, whose: Option<&Whose>, sink: &mut Sink<'_>) -> Result<(), Rejection> {
    let whose = whose.ok_or_else(|| {
        let detail = "an id alone does not say what it is of: give --format post-ids, --followers-of or --friends-of";
        Rejection::with(reasons::NOT_KNOWN, detail)
    })?;
    let observed_at = sink.observed(None)?;
    follow(id, whose, observed_at, sink);
    Ok(())
}

/// Puts out that an account follows, or is followed by, the one whose list it stands on.
pub(crate) fn follow(id: &str, whose: &Whose, observed_at: Option<Timestamp>, sink: &mut Sink<'_>) {
    let account = whose.account(sink.source());
    let (follower_id, followed_id) = match whose {
        Whose::Followers(_) => (id, &*account),
        Whose::Friends(_) => (&*account, id),
    };
    sink.follow(Follow {
        platform: PLATFORM,
        follower_id,
        followed_id,
        observed_at,
        source_file: "",
        source_line: 0,
        source_part: 0,
    });
}

impl Whose {
    /// The account, where it may be the name of the list's file.
    fn account(&self, source: &str) -> Cow<'_, str> {
        let (Self::Followers(account) | Self::Friends(account)) = self;
        if account == Self::FILE {
            Cow::Owned(crate::native::stem(source).to_owned())
        } else {
            Cow::Borrowed(account)
        }
    }
}
