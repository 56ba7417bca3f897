//! Our own neutral word lists: weather, food, sport, gardens. Every word of every text, handle, name and place of the
//! synthetic study comes from here.

/// First part of a name.
pub const FIRST: &[&str] = &[
    "maple", "river", "cloud", "amber", "cedar", "quiet", "north", "stone", "fern", "lemon", "olive", "misty", "sunny",
    "brook", "hazel", "pine", "coral", "willow", "sage", "daisy", "basil", "birch", "copper", "dune", "ember", "flint",
    "frost", "ginger", "harbor", "indigo", "ivy", "juniper", "kettle", "lilac", "mango", "meadow", "mint", "moss",
    "nutmeg", "oak", "onion", "orchid", "peach", "pebble", "plum", "poppy", "quartz", "rain", "saffron", "thistle",
];
/// Second part of a name.
pub const SECOND: &[&str] = &[
    "garden", "bridge", "kite", "lamp", "soup", "trail", "field", "bread", "wind", "tea", "pond", "path", "hill",
    "valley", "spoon", "ladder", "basket", "window", "candle", "wheel", "button", "pocket", "marble", "ribbon", "drum",
    "feather", "acorn", "tulip", "melon", "carrot", "pepper", "walnut", "turnip", "radish", "goal", "racket", "paddle",
    "sail", "anchor", "puddle", "breeze", "sleet", "thaw", "sprout", "trowel", "hedge", "gate", "porch",
];
/// Things, for sentences.
pub const THINGS_EN: &[&str] = &[
    "tomatoes",
    "beans",
    "roses",
    "soup",
    "bread",
    "tea",
    "apples",
    "rain",
    "wind",
    "snow",
    "sunshine",
    "football",
    "cricket",
    "tennis",
    "cycling",
    "pancakes",
    "rice",
    "lentils",
    "onions",
    "garlic",
    "tulips",
    "compost",
    "seedlings",
    "clouds",
    "fog",
    "lemonade",
    "olives",
    "dates",
    "honey",
    "cucumbers",
    "pumpkins",
    "basil",
    "mint",
    "potatoes",
];
/// What is done, for sentences.
pub const DEEDS_EN: &[&str] = &[
    "planted", "watered", "cooked", "tasted", "watched", "enjoyed", "picked", "baked", "noticed", "missed", "found",
    "shared", "carried", "painted", "counted", "cleaned", "prepared", "tried",
];
/// When, for sentences.
pub const WHEN_EN: &[&str] = &[
    "this morning",
    "before lunch",
    "after the rain",
    "last night",
    "at the market",
    "in the garden",
    "by the window",
    "on the way home",
    "near the pond",
    "all weekend",
    "in the early evening",
    "with the neighbours",
];
/// A remark that ends a sentence.
pub const REMARKS_EN: &[&str] = &[
    "and it was lovely",
    "but the wind was cold",
    "and the soil is finally warm",
    "so dinner will be late",
    "and everyone asked for more",
    "while the kettle was boiling",
    "and the score was close",
    "though it may rain again",
    "and the basket is full",
    "so we start again tomorrow",
    "and the kitchen smells wonderful",
];
/// Things, in Arabic: rain, sun, bread, tea, apples, garden, football, rice, honey, dates, roses, wind.
pub const THINGS_AR: &[&str] = &[
    "المطر",
    "الشمس",
    "الخبز",
    "الشاي",
    "التفاح",
    "الحديقة",
    "كرة القدم",
    "الأرز",
    "العسل",
    "التمر",
    "الورد",
    "الريح",
];
/// Deeds, in Arabic: I watched, I loved, I bought, I cooked, I planted, I saw.
pub const DEEDS_AR: &[&str] = &["شاهدت", "أحببت", "اشتريت", "طبخت", "زرعت", "رأيت"];
/// When, in Arabic: this morning, in the evening, at home, in the market, after the rain, with the neighbours.
pub const WHEN_AR: &[&str] = &[
    "هذا الصباح",
    "في المساء",
    "في البيت",
    "في السوق",
    "بعد المطر",
    "مع الجيران",
];
/// Remarks, in Arabic: and the weather is beautiful, and the food was delicious, and the match was fun.
pub const REMARKS_AR: &[&str] = &[
    "والجو جميل اليوم",
    "وكان الطعام لذيذا",
    "وكانت المباراة ممتعة",
    "والحديقة خضراء",
];
/// Hashtags.
pub const TAGS: &[&str] = &[
    "gardening",
    "weather",
    "breadmaking",
    "matchday",
    "soupseason",
    "tealovers",
    "sunrise",
    "compost",
    "harvest",
    "rainyday",
    "homecooking",
    "cycling",
    "seedswap",
    "tulips",
    "picnic",
];
/// Site names under the reserved `.example` domain.
pub const SITES: &[&str] = &[
    "weather",
    "recipes",
    "garden",
    "scores",
    "market",
    "seeds",
    "kitchen",
    "bakery",
    "allotment",
    "league",
];
/// Words for a self-description.
pub const BIO: &[&str] = &[
    "tea drinker",
    "amateur baker",
    "cloud watcher",
    "grows tomatoes",
    "weekend cyclist",
    "soup for every season",
    "collects seeds",
    "likes long walks",
    "reads the forecast",
    "new here",
    "one garden at a time",
    "football on sundays",
];
/// Client names and their share of posts in percent.
pub const CLIENTS: &[(&str, &str, u32)] = &[
    ("Twitter for Android", "http://twitter.com/download/android", 52),
    ("Twitter Web Client", "http://twitter.com", 22),
    ("Twitter for iPhone", "http://twitter.com/download/iphone", 20),
    ("Garden Scheduler", "http://scheduler.example/", 6),
];
/// Places in Iraq and Syria as people write them.
pub const PLACES_THEATRE: &[&str] = &[
    "Iraq",
    "Syria",
    "Baghdad, Iraq",
    "Mosul",
    "Aleppo, Syria",
    "Damascus",
    "Basra",
    "Homs",
    "العراق",
    "سوريا",
    "دمشق",
];
/// Places elsewhere.
pub const PLACES_ELSEWHERE: &[&str] = &[
    "London",
    "Manchester, UK",
    "Cairo",
    "Jakarta, Indonesia",
    "Paris",
    "Melbourne, Australia",
    "Toronto",
    "Istanbul",
    "Tunis",
    "Berlin, Germany",
    "Amman",
    "USA",
    "Kuala Lumpur",
    "Riyadh",
    "القاهرة",
    "Dublin",
];
/// Places that name no country.
pub const PLACES_FANCIFUL: &[&str] = &[
    "under the old oak",
    "on the road",
    "everywhere",
    "planet earth",
    "between two rivers",
    "the kitchen",
    "here",
];
/// Time zones: name and offset in hours.
pub const ZONES: &[(&str, i32)] = &[
    ("London", 1),
    ("Baghdad", 3),
    ("Athens", 3),
    ("Eastern Time (US & Canada)", -4),
    ("Jakarta", 7),
    ("Paris", 2),
    ("Istanbul", 3),
    ("Sydney", 10),
];
