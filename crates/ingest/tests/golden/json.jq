# What becomes of the records of a JSON corpus, told by their shapes, and how many rows they make, told by what stands in them at any
# depth. Prints `flow, reason` for each record and `rows, table` for each row. Knows nothing of how ingest goes about it.
#
#   jq -rn  -f json.jq FILE...                          documents, one after the other; an array holds records
#   jq -rnR --arg lines 1 -f json.jq FILE...            lines, some of which may be broken
#   … | sort | uniq -c

def text_of(f): (f | type) == "string" and f != "";
def object_of(f): (f | type) == "object";
def some_id: text_of(.id_str?) or text_of(.id?) or (.id? | type) == "number";
def handle: .screen_name? // .username?;
def is_message: has("event_type") or has("dm_conversation_id");
def is_account: has("screen_name") or has("username");
def is_post: (has("text") and (.text | type) == "string" or has("full_text") or object_of(.extended_tweet)) and (is_account | not)
  and (is_message | not) and (object_of(.account) | not);
# A repost of a quote carries the quoted post twice. Whose a video is stands among what a post carries, which is not read.
def once: walk(if object_of(.) then del(.extended_entities) else . end | if object_of(.) and object_of(.retweeted_status) and object_of(.retweeted_status.quoted_status) then del(.quoted_status)
  elif object_of(.) and .verb? == "share" and object_of(.object) and object_of(.object.twitter_quoted_status) then del(.twitter_quoted_status)
  else . end);
def within: [.. | objects];
def many(table; n): range(n) | ["rows", table];
def used: ["used", ""];
def skipped(why): ["skipped", why];
def rejected(why): ["rejected", why];
def unknown: rejected("not a known record");

# --- Twitter's first interface
def v1_author: object_of(.user) and ((.user | some_id) or text_of(.user.screen_name));
def v1_rows: once | within
  | (map(select(is_post and some_id and v1_author)) | length) as $posts
  | (map(select(object_of(.status?) and is_account) | .status | select(is_post and some_id and (v1_author | not))) | length) as $newest
  | (map(select(is_account and text_of(handle) and has("indices") == false)) | length) as $accounts
  | many("posts"; $posts + $newest), many("accounts"; $accounts);

# --- Twitter's second interface
def v2_author: text_of(.author_id) or object_of(.author);
def v2_page: . as $page
  | ([.data] | flatten | map(select(object_of(.)))) as $own
  | ($own | map(.id)) as $ids
  | (($own + ((.includes.tweets // []) | map(select(.id as $id | $ids | index($id) | not)))) | map(select(is_post))) as $posts
  | many("posts"; $posts | map(select(v2_author)) | length),
    many("post_ids"; $posts | map(select(v2_author | not)) | length),
    many("accounts"; ((.includes.users // []) + ($own | map(select(is_account)))) | length);
def v2_flat: ([recurse(.referenced_tweets[]?) | select(is_post)] | length) as $posts
  | within
  | many("posts"; $posts + (map(select(has("username") and object_of(.pinned_tweet))) | length)),
    many("accounts"; map(select(has("username") and has("name"))) | length);
def v2_item:
  if is_message then skipped("direct message")
  elif is_post or is_account then used
  elif has("tweet_count") then skipped("count of posts")
  elif has("upload_url") or has("download_url") then skipped("compliance job")
  elif has("state") then skipped("space")
  elif has("name") then skipped("list")
  elif (keys - ["following", "pending_follow", "liked", "retweeted", "muting", "blocking", "bookmarked", "hidden", "deleted", "updated",
    "pinned", "is_member"]) == [] then skipped("answer to an action")
  else unknown end;
def v2_error($time): if .resource_type? == "tweet" then skipped("error about a post")
  elif .resource_type? != "user" then skipped("error that names no account")
  elif $time then used, ["rows", "availability"]
  else rejected("no time") end;

# --- everything else
def activities: ., (select(.verb == "share") | .object | select(object_of(.)) | activities),
  (.twitter_quoted_status? | select(object_of(.)) | activities);
def activity: used, (once | activities | select(object_of(.actor) and text_of(.id)) | ["rows", "posts"], ["rows", "accounts"]);
# Who wrote what a preview shows is not read.
def toots: walk(if object_of(.) then del(.card) else . end) | within
  | (map(select(has("in_reply_to_id") and object_of(.account))) | length) as $posts
  | (map(select(has("acct") and has("followers_count"))) | length) as $accounts
  | many("posts"; $posts), many("accounts"; $accounts);
def reddit: if .author == "[deleted]" then skipped("author deleted") else used,
  many("posts"; 1 + ((.crosspost_parent_list // []) | length)),
  many("accounts"; [., (.crosspost_parent_list // [])[]] | map(select(has("author_created_utc") and .author_created_utc != null)) | length) end;
def jetstream: if .kind == "identity" then (if text_of(.identity.handle) then used, ["rows", "accounts"]
    else skipped("identity notice without a handle") end)
  elif .kind == "account" then used, ["rows", "availability"]
  elif .commit.operation == "delete" then skipped("delete notice")
  else {"app.bsky.feed.post": "posts", "app.bsky.feed.repost": "posts", "app.bsky.graph.follow": "follows",
    "app.bsky.actor.profile": "accounts"}[.commit.collection] as $table
  | if $table then used, ["rows", $table]
    elif .commit.collection == "app.bsky.feed.like" then skipped("like")
    elif .commit.collection == "app.bsky.graph.block" then skipped("block")
    else skipped("record of another kind") end end;

def record:
  if type != "object" then unknown
  elif has("did") and has("kind") then jetstream
  elif object_of(.actor) and (has("verb") or has("objectType")) then activity
  elif has("subreddit") or has("subreddit_id") then reddit
  elif is_post and (has("user") | not) and (has("author_id") or has("conversation_id") or has("public_metrics")) then used, v2_flat
  elif is_post and some_id and v1_author then used, v1_rows
  elif is_post and (some_id | not) then rejected("no id")
  elif is_post then rejected("no account")
  elif object_of(.account) and (.account | has("acct")) and .suspended? then rejected("no time"), toots
  elif has("acct") or object_of(.reblog) or (object_of(.account) and (.account | has("acct"))) then used, toots
  elif is_account then if some_id then used, v1_rows else rejected("no id") end
  elif has("member_count") and object_of(.user) then used, v1_rows
  elif object_of(.relationship) then [.relationship.source | .following, .followed_by | select(.)]
    | if . == [] then skipped("friendship without a follow") else used, many("follows"; length) end
  elif has("ids") then rejected("no account")
  elif has("action") and has("reason") then if (.created_at | contains(".")) then skipped("compliance result about a post")
    else rejected("no time"), ["rows", "accounts"] end
  elif has("delete") then skipped("delete notice")
  elif has("friends") or has("friends_str") then skipped("friends notice")
  elif has("event") and has("target") then skipped("event notice")
  elif has("direct_message") then skipped("direct message")
  elif has("warning") then skipped("warning notice")
  else unknown end;

# A page counts each of the records that it holds, and as one where it holds none.
def page: . as $page |
  if has("lists") then if .lists == [] then skipped("page without records") else .lists[] | record end
  elif has("ancestors") then (.ancestors + .descendants) | if . == [] then skipped("page without records") else .[] | used, toots end
  elif has("accounts") then (.accounts + (.statuses // [])) | if . == [] then skipped("page without records") else .[] | used, toots end
  else ((.statuses // []) + (.results // []) + (.users // [])) as $v1
    | ([.data // []] | flatten | map(select(object_of(.)))) as $own
    | ([.__twarc.retrieved_at?, (if object_of($page.data) then $own[0].created_at? else null end)] | any(. != null)) as $time
    | ($v1[] | record), ($own[] | v2_item), v2_page, ((.errors // [])[] | v2_error($time)),
      (if ($v1 | length) + ($own | length) + ((.errors // []) | length) > 0 then empty else skipped("page without records") end)
  end;

def holds(key): key as $key | (.[$key] | type) == "array" or object_of(.[$key]);
def is_page: object_of(.) and ([holds("lists", "accounts", "ancestors", "data", "statuses", "results", "users", "errors", "meta")] | any)
  and (is_post | not) and (is_account | not) and (has("friends") | not);

(if $ARGS.named.lines then inputs | select(test("\\S")) | try fromjson catch ["broken"] else inputs end)
| if . == ["broken"] then rejected("not JSON")
  elif type == "array" then .[] | if is_page then page else record end
  elif is_page then page else record end
| @tsv
