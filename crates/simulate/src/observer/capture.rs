//! A post as captured at a moment, and how it shows: who stands where is taken down when it is seen, words are composed when
//! it is written out, so that this can happen on any thread.

use crate::clock::HOUR_MS;
use crate::raw::shown::{Post, Profile};
use crate::streams::{Process, Random, Streams, below, chance, unit};
use crate::text::{Composed, Span, Tongue, announcement, bulletin, campaign, compose, shout_out};
use crate::words;
use crate::world::{Named, Party, Relation, Single, Wording, World, Written};

/// What is taken down of a post when it is seen.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Post id.
    pub id: u64,
    /// When it was written, milliseconds since 1970.
    pub at_ms: i64,
    /// Its author as of the capture.
    pub author: Profile,
    words: u64,
    wording: Wording,
    tongue: Tongue,
    /// Whether the author is a program.
    bot: bool,
    /// Whether the author lives in Iraq or Syria.
    in_theatre: bool,
    mentioned: Option<Named>,
    reply_to: Option<(u64, Named)>,
    reposted: Option<Box<Capture>>,
    /// Id of the quoted post, and its author.
    quotes: Option<(u64, Named)>,
    quoted: Option<Box<Capture>>,
    reposts: u64,
    likes: u64,
}

/// Takes a post down as it is at a moment.
pub(super) fn capture(world: &World, written: &Written, at_ms: i64) -> Capture {
    let mut capture = single(world, &written.post, at_ms);
    let inside = written.inside.as_ref().map(|of| Box::new(single(world, of, at_ms)));
    match written.post.relation {
        Relation::Reposts(_) => capture.reposted = inside,
        _ => capture.quoted = inside,
    }
    capture
}

fn single(world: &World, post: &Single, at_ms: i64) -> Capture {
    let person = match post.author {
        Party::Inside(a) => Some(&world.people[world.accounts[a as usize].person]),
        Party::Outside(_) => None,
    };
    let named = |party: Party| world.name_of(party, post.at_ms);
    let (mut mentioned, mut reply_to, mut quotes) = (None, None, None);
    match post.relation {
        Relation::Nobody | Relation::Reposts(_) => {}
        Relation::Mentions(party) => mentioned = Some(named(party)),
        Relation::Answers(of, party) => reply_to = Some((of, named(party))),
        Relation::Quotes(of, party) => quotes = Some((of, named(party))),
    }
    Capture {
        id: post.id,
        at_ms: post.at_ms,
        author: world.profile(post.author, at_ms),
        words: post.words,
        wording: post.wording,
        tongue: person.map_or(Tongue::English, |person| person.tongue),
        bot: person.is_some_and(|person| person.bot),
        in_theatre: person.is_some_and(|person| person.in_theatre),
        mentioned,
        reply_to,
        reposted: None,
        quotes,
        quoted: None,
        reposts: u64::from(post.reposts),
        likes: u64::from(post.likes),
    }
}

impl Capture {
    /// How it shows. The words of a post are drawn from its seed, so they are the same whenever and wherever it is shown.
    #[must_use]
    pub fn show(&self, streams: Streams) -> Post {
        // A day far beyond the period: the words of a post never share numbers with its making.
        let rng = &mut streams.of(Process::Words, self.words, 1 << 20);
        let client = self.client(rng);
        let place = self.place(rng);
        let nested = |of: &Option<Box<Capture>>| of.as_ref().map(|of| Box::new(of.show(streams)));
        let (reposted, quoted) = (nested(&self.reposted), nested(&self.quoted));
        let body = reposted
            .as_deref()
            .map_or_else(|| self.compose(streams, rng), passed_on);
        Post {
            id: self.id,
            at_ms: self.at_ms,
            body,
            author: self.author.clone(),
            client: if reposted.is_some() && !self.bot {
                own_client(client)
            } else {
                client
            },
            reply_to: self
                .reply_to
                .as_ref()
                .map(|(of, who)| (*of, who.id, who.handle.clone())),
            reposted,
            quotes: self.quotes.as_ref().map(|(of, who)| (*of, who.id)),
            quoted,
            reposts: self.reposts,
            likes: self.likes,
            place,
        }
    }

    fn compose(&self, streams: Streams, rng: &mut Random) -> Composed {
        let addressed = self.reply_to.as_ref().map(|(_, who)| (who.id, who.handle.as_str()));
        let mentioned = self.mentioned.as_ref().map(|who| (who.id, who.handle.as_str()));
        let mut body = match (self.wording, mentioned) {
            (Wording::Campaign { number, edited }, _) => {
                let text = &mut streams.of(Process::Campaigns, u64::from(number), 2);
                campaign(text, edited.then_some(rng))
            }
            (Wording::Announcement, _) => announcement(rng, self.tongue),
            (Wording::ShoutOut, Some(named)) => shout_out(rng, self.tongue, named),
            (Wording::Own, None) if self.bot && addressed.is_none() => bulletin(rng, self.tongue, self.at_ms / HOUR_MS),
            (Wording::Own | Wording::ShoutOut, mentioned) => compose(rng, self.tongue, addressed, mentioned),
        };
        if let Some((id, who)) = &self.quotes {
            let full = format!("https://twitter.example/{}/status/{id}", who.handle);
            body.link(format!("https://t.example/q{:07x}", id & 0xfff_ffff), full);
        }
        body
    }

    fn client(&self, rng: &mut Random) -> (&'static str, &'static str) {
        if self.bot {
            return (words::CLIENTS[3].0, words::CLIENTS[3].1);
        }
        let mut at = below(rng, 100) as u32;
        for (name, address, share) in words::CLIENTS {
            if at < *share {
                return (name, address);
            }
            at -= share;
        }
        (words::CLIENTS[0].0, words::CLIENTS[0].1)
    }

    /// Where it was written, for the few that tell.
    fn place(&self, rng: &mut Random) -> Option<(f64, f64)> {
        if !chance(rng, 0.006) {
            return None;
        }
        let ((latitude, longitude), spread) = if self.in_theatre {
            ((34.5, 41.5), 1.5)
        } else {
            ((51.5, -0.5), 1.0)
        };
        let mut near = |at: f64| ((at + spread * (unit(rng) - 0.5)) * 1e5).round() / 1e5;
        Some((near(latitude), near(longitude)))
    }
}

/// Scheduling clients do not pass on what others wrote.
fn own_client(client: (&'static str, &'static str)) -> (&'static str, &'static str) {
    if client.0 == words::CLIENTS[3].0 {
        (words::CLIENTS[0].0, words::CLIENTS[0].1)
    } else {
        client
    }
}

/// `RT @handle: text`, with the entities moved behind the prefix.
fn passed_on(of: &Post) -> Composed {
    let mut body = Composed {
        lang: of.body.lang,
        text: "RT".to_owned(),
        length: 2,
        ..Composed::default()
    };
    body.mention(of.author.id, &of.author.handle);
    let shift = body.length + 2;
    body.text.push_str(": ");
    body.text.push_str(&of.body.text);
    body.length = shift + of.body.length;
    body.hashtags = moved(&of.body.hashtags, shift);
    body.urls = moved(&of.body.urls, shift);
    body.mentions.extend(moved(&of.body.mentions, shift));
    body
}

fn moved<T: Clone>(spans: &[Span<T>], by: usize) -> Vec<Span<T>> {
    let moved = |span: &Span<T>| Span {
        value: span.value.clone(),
        from: span.from + by,
        to: span.to + by,
    };
    spans.iter().map(moved).collect()
}
