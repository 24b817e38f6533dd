"use strict";
// The words of the page: www/words/*.json, one file a language, in the page as data. The chip sends
// codes only; tools/words.py makes the same sentences of the same files.

const wordsOf = (language) => document.getElementById("words." + language)?.textContent;
const LANGUAGE = wordsOf(navigator.language.slice(0, 2)) ? navigator.language.slice(0, 2) : "en";
const WORDS = JSON.parse(wordsOf(LANGUAGE));

/** The words for a code, with {names} filled in; the code itself where there are none. */
function say(code, values) {
  return (WORDS[code] ?? code).replace(/\{(\w+)\}/g, (all, name) => values?.[name] ?? all);
}

/** The code with each ending that applies and for which there are words: reason.limit.zero. */
function variant(code, endings) {
  for (const [ending, applies] of Object.entries(endings)) {
    if (applies && hasWords(code + "." + ending)) code += "." + ending;
  }
  return code;
}

/** True when the catalogue has words for the code. */
function hasWords(code) {
  return code in WORDS;
}

const NUMBER = new Intl.NumberFormat(LANGUAGE, {minimumFractionDigits: 1, maximumFractionDigits: 1});
const SHORT = new Intl.NumberFormat(LANGUAGE, {maximumFractionDigits: 1});

/** mA as ampere with one digit: "15.8 A". */
function amps(ma) {
  return ma === null || ma === undefined ? "–" : NUMBER.format(ma / 1000).replace("-", "−") + " A";
}

/** Circuit and phase of a reason; a site without circuits has one limit only. */
function placeText({circuit, phase}) {
  return say(circuit ? "place" : "place.site", {circuit, phase});
}

/** Why a wallbox has its setpoint. on: it has one above 0. */
function reasonWords(reason, on) {
  const {code, circuit, value} = reason;
  return say(variant("reason." + code, {more: on, zero: !value, site: !circuit}), {
    circuit,
    place: placeText(reason),
    value: amps(value),
  });
}

/** A limit in mA without needless digits: "35 A". */
function limitAmps(ma) {
  return SHORT.format(ma / 1000) + " A";
}

/** Limits of three phases: one number when they are the same. */
function limitText(values) {
  return values.every((ma) => ma === values[0])
    ? limitAmps(values[0])
    : values.map((ma) => SHORT.format(ma / 1000)).join(" / ") + " A";
}

/** A time in ms: "0.4 s", "12 s", "3 min", "5 h", "12 d". */
function duration(ms) {
  const s = ms / 1000;
  if (s < 10) return SHORT.format(s) + " s";
  if (s < 120) return Math.round(s) + " s";
  if (s < 7200) return Math.round(s / 60) + " min";
  if (s < 172800) return Math.round(s / 3600) + " h";
  return Math.round(s / 86400) + " d";
}
