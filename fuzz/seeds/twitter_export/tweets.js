window.YTD.tweets.part0 = [
 {
  "tweet": {
   "id_str": "20",
   "created_at": "Wed Jun 03 10:00:00 +0000 2015",
   "full_text": "RT @Oak: rain",
   "favorite_count": "0",
   "retweet_count": "3",
   "entities": {
    "user_mentions": [
     {
      "screen_name": "oak",
      "id_str": "2"
     }
    ],
    "hashtags": [],
    "urls": []
   }
  }
 },
 {
  "tweet": {
   "id_str": "21",
   "created_at": "Wed Jun 03 10:00:00 +0000 2015",
   "full_text": "sun &amp; rain",
   "in_reply_to_user_id_str": "2"
  }
 }
]