/**
 * Short phrases in English and Spanish as Unicode's translators wrote them: the CLDR, which JavaScript's `Intl` carries. Times, dates, quantities, sums
 * of money and lists of them, of countries and of languages; each said in both languages by the same call. The same Node gives the same phrases.
 */

/** How many different pairs there are of each kind, at most. */
const share = { time: 480, date: 900, quantity: 700, sum: 1000, list: 2400 };

const timeUnits = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

const measures =
  "centimeter meter kilometer mile foot hectare liter gallon gram kilogram pound ounce minute hour day week month degree percent megabyte kilometer-per-hour meter-per-second mile-per-gallon liter-per-kilometer".split(
    " ",
  );

const currencies =
  "USD CAD AUD NZD GBP EGP CHF SEK NOK DKK ISK CZK MXN ARS CLP COP BRL JPY CNY INR PKR IDR RUB TRY ILS KES MAD PEN EUR".split(
    " ",
  );

const regions =
  "AR BE BO BR CL CU DE DK EC ES FI FR GR HU IE IN IS IT IR JP KE MA MX NL NO NZ OM PE PL PT RU SE TR UA US".split(
    " ",
  );

const languages =
  "ar ca cs da de el en es eu fi fr ga he hi hu is it ja nl no pl pt ru sv tr uk zh en-GB en-US en-CA fr-CA fr-CH es-MX pt-BR de-AT zh-Hans".split(
    " ",
  );

/** CSV with the columns `english` and `spanish`, in a mixed order. */
export function unicodePhrasesCsv() {
  const random = randomNumbers(2013);
  const [english, spanish] = [speaker("en"), speaker("es")];
  const rows = Object.entries(share).flatMap(([kind, count]) => {
    const pairs = new Map();
    for (let tries = 0; pairs.size < count && tries < 30 * count; tries++) {
      const thing = things[kind](random);
      pairs.set(english(thing), spanish(thing));
    }
    return [...pairs].map((pair) => ({ pair, order: random() }));
  });
  rows.sort((a, b) => a.order - b.order);
  const lines = rows.map(({ pair }) => pair.map((text) => `"${text}"`).join(","));
  return ["english,spanish", ...lines, ""].join("\n");
}

const oneOf = (list, random) => list[Math.floor(random() * list.length)];
/** Ones are frequent, so that singular and plural are. */
const count = (random) => (random() < 0.2 ? 1 : 2 + Math.floor(random() * 29));

/** What there is to say, without its words. */
const things = {
  time: (random) => ({
    kind: "time",
    count: Math.round(random() * 60) - 30,
    unit: oneOf(timeUnits, random),
  }),
  date: (random) => ({
    kind: "date",
    day: Date.UTC(2001, 0, 1 + Math.floor(random() * 9130)),
  }),
  quantity: (random) => ({
    kind: "quantity",
    count: count(random),
    unit: oneOf(measures, random),
  }),
  sum: (random) => ({ kind: "sum", count: count(random), currency: oneOf(currencies, random) }),
  region: (random) => ({ kind: "region", code: oneOf(regions, random) }),
  language: (random) => ({ kind: "language", code: oneOf(languages, random) }),
  list(random) {
    const kind = oneOf(["region", "region", "language", "sum", "quantity"], random);
    const length = (kind === "region" || kind === "language") && random() < 0.5 ? 3 : 2;
    // Nobody says "Spain and Spain".
    const items = new Map();
    while (items.size < length) {
      const item = things[kind](random);
      items.set(item.code ?? item.unit ?? item.currency, item);
    }
    return { kind: "list", isChoice: random() < 0.4, items: [...items.values()] };
  },
};

/** Says a thing in a language. */
function speaker(locale) {
  const times = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeZone: "UTC" });
  const names = (type) => new Intl.DisplayNames(locale, { type });
  const [regionNames, languageNames] = [names("region"), names("language")];
  const lists = (type) => new Intl.ListFormat(locale, { type });
  const [all, either] = [lists("conjunction"), lists("disjunction")];
  const numbers = (options) =>
    new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: 0 });
  const say = {
    time: (thing) => times.format(thing.count, thing.unit),
    date: (thing) => dates.format(thing.day),
    quantity: (thing) =>
      numbers({ style: "unit", unit: thing.unit, unitDisplay: "long" }).format(thing.count),
    sum: (thing) =>
      numbers({ style: "currency", currency: thing.currency, currencyDisplay: "name" }).format(
        thing.count,
      ),
    region: (thing) => regionNames.of(thing.code),
    language: (thing) => languageNames.of(thing.code),
    list: (thing) => (thing.isChoice ? either : all).format(thing.items.map((item) => speak(item))),
  };
  const speak = (thing) => say[thing.kind](thing);
  // Blanks that are not to break are blanks to a reader.
  return (thing) => speak(thing).replaceAll(/\s/gu, " ");
}

/** Numbers from 0 to 1 (mulberry32), the same ones for the same seed. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
