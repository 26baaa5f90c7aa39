// Language detection for fonts and line breaks.

const SIGNS = [
  [/[\u0e00-\u0e7f]/u, "th"],
  [/[\u1780-\u17ff]/u, "km"],
  [/[\u1000-\u109f\uaa60-\uaa7f]/u, "my"],
  [/[\u3040-\u30ff]/u, "ja"],
];
const HAN = /[\u3400-\u9fff]/u;
const LATIN = /[A-Za-z]/;
const VIETNAMESE = /[ăđơưĂĐƠƯạ-ỹẠ-Ỹ]/u;
const OF_HAN = { ja: "ja", "zh-Hans": "zh-Hans" };
const NOT_LATIN = new Set(["th", "km", "my", "ja", "zh-Hant", "zh-Hans"]);

const TAGS = { tl: "fil", in: "id", "zh-hant": "zh-Hant", "zh-tw": "zh-Hant", zh: "zh-Hant", "zh-hans": "zh-Hans" };

/** Return the language tag of an app's language code. */
export function tagOf(code) {
  return TAGS[code.toLowerCase()] ?? (/^[a-z]{2,3}$/.test(code) ? code : "en");
}

/** Return the language tag of a text on a phone in the language `own`. */
export function languageOf(text, own) {
  for (const [sign, tag] of SIGNS) {
    if (sign.test(text)) return tag;
  }
  if (HAN.test(text)) return OF_HAN[own] ?? "zh-Hant";
  if (VIETNAMESE.test(text)) return "vi";
  if (LATIN.test(text) && NOT_LATIN.has(own)) return "en";
  return own;
}
