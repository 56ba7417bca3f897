Grailbird.data.tweets_2012_01 = 
 [
 {
  "created_at": "Wed Jun 03 10:00:01 +0000 2015",
  "id": 1,
  "id_str": "1",
  "text": "rain over the hills #garden",
  "source": "<a href=\"x\">Pen</a>",
  "user": {
   "id": 7,
   "id_str": "7",
   "screen_name": "Larch",
   "name": "Larch",
   "followers_count": 12,
   "friends_count": 3,
   "statuses_count": 40,
   "listed_count": 1,
   "created_at": "Mon Jan 05 08:00:00 +0000 2015",
   "description": "tea &amp; trees",
   "protected": false
  },
  "entities": {
   "hashtags": [
    {
     "text": "garden",
     "indices": [
      20,
      27
     ]
    }
   ],
   "urls": [
    {
     "url": "https://t.co/a",
     "expanded_url": "https://a.example"
    }
   ],
   "user_mentions": [
    {
     "screen_name": "Oak",
     "id_str": "2"
    }
   ]
  }
 }
]