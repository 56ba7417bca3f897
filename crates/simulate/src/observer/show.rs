//! How a post shows at a moment, with all that it carries.

use super::*;
use crate::text::{announcement, campaign, compose, shout_out};
use crate::world::Wording;

/// A post as it shows at a moment.
pub(super) fn show(world: &World, post: &Written, at_ms: i64) -> Post {
    // A day far beyond the period: the words of a post never share numbers with its making.
    let rng = &mut world.streams.of(Process::Words, post.words, 1 << 20);
    let tongue = match post.author {
        Party::Inside(a) => world.people[world.accounts[a as usize].person].tongue,
        Party::Outside(_) => crate::text::Tongue::English,
    };
    let bot = matches!(post.author, Party::Inside(a) if world.people[world.accounts[a as usize].person].bot);
    let client = if bot {
        (words::CLIENTS[3].0, words::CLIENTS[3].1)
    } else {
        let mut at = u32::try_from(below(rng, 100)).unwrap_or(0);
        let mut client = words::CLIENTS[0];
        for candidate in words::CLIENTS {
            client = *candidate;
            if at < candidate.2 {
                break;
            }
            at -= candidate.2;
        }
        (client.0, client.1)
    };
    let place = if chance(rng, 0.006) {
        let home = match post.author {
            Party::Inside(a) => world.people[world.accounts[a as usize].person].in_theatre,
            Party::Outside(_) => false,
        };
        let ((lat, lon), spread) = if home { ((34.5, 41.5), 1.5) } else { ((51.5, -0.5), 1.0) };
        let mut near = |at: f64| ((at + spread * (crate::streams::unit(rng) - 0.5)) * 1e5).round() / 1e5;
        Some((near(lat), near(lon)))
    } else {
        None
    };
    let nested = |of: &Option<Box<Written>>| of.as_ref().map(|of| Box::new(show(world, of, at_ms)));
    let (reposted, quoted) = (nested(&post.reposted), nested(&post.quoted));
    let body = if let Some(of) = &reposted {
        passed_on(of)
    } else {
        let addressed = post.reply_to.as_ref().map(|(_, who)| (who.id, who.handle.as_str()));
        let mentioned = post.mentioned.as_ref().map(|who| (who.id, who.handle.as_str()));
        let mut body = match (post.wording, mentioned) {
            (Wording::Campaign { number, edited }, _) => {
                let text = &mut world.streams.of(Process::Campaigns, u64::from(number), 2);
                campaign(text, edited.then_some(rng))
            }
            (Wording::Announcement, _) => announcement(rng, tongue),
            (Wording::ShoutOut, Some(named)) => shout_out(rng, tongue, named),
            (Wording::Own | Wording::ShoutOut, mentioned) => compose(rng, tongue, addressed, mentioned),
        };
        if let Some((id, handle)) = &post.quotes {
            let full = format!("https://twitter.example/{handle}/status/{id}");
            body.link(format!("https://t.example/q{:07x}", id & 0xfff_ffff), full);
        }
        body
    };
    Post {
        id: post.id,
        at_ms: post.at_ms,
        body,
        author: world.profile(post.author, at_ms),
        client: if reposted.is_some() && !bot {
            own_client(client)
        } else {
            client
        },
        reply_to: post
            .reply_to
            .as_ref()
            .map(|(of, who)| (*of, who.id, who.handle.clone())),
        reposted,
        quotes: post.quotes.as_ref().map(|(id, _)| *id),
        quoted,
        reposts: post.reposts,
        likes: post.likes,
        place,
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
    let moved = |from: usize, to: usize| (from + shift, to + shift);
    for span in &of.body.hashtags {
        let (from, to) = moved(span.from, span.to);
        body.hashtags.push(crate::text::Span {
            value: span.value,
            from,
            to,
        });
    }
    for span in &of.body.urls {
        let (from, to) = moved(span.from, span.to);
        body.urls.push(crate::text::Span {
            value: span.value.clone(),
            from,
            to,
        });
    }
    for span in &of.body.mentions {
        let (from, to) = moved(span.from, span.to);
        body.mentions.push(crate::text::Span {
            value: span.value.clone(),
            from,
            to,
        });
    }
    body
}
