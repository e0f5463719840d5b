// SPDX-License-Identifier: MIT
/* Dates. Slack's date entities have tokens and a zone of the reader; the times of messages are in the
 * zone and the language of the browser. Pure. */

/* --- <!date^…>, and the date of a rich text
 * (https://docs.slack.dev/reference/block-kit/block-elements/date-element) --- */

const DAY_MS = 86400000;
const UNITS = [
  ["year", 365 * DAY_MS],
  ["month", 30 * DAY_MS],
  ["week", 7 * DAY_MS],
  ["day", DAY_MS],
  ["hour", 3600000],
  ["minute", 60000],
  ["second", 1000],
];

/* The parts of an instant by Intl's names: year, month, day, weekday, hour … */
function partsOf(ms, timeZone, options) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, ...options }).formatToParts(ms);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/* 1st, 2nd, 3rd, 4th, 11th … */
function ordinal(day) {
  const kind = new Intl.PluralRules("en-US", { type: "ordinal" }).select(Number(day));
  return day + ({ one: "st", two: "nd", few: "rd" }[kind] || "th");
}

function day(at) {
  const {
    year,
    month,
    day: number,
  } = partsOf(at.ms, at.timeZone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return { year, month, number };
}

function long(at) {
  const {
    year,
    month,
    day: number,
    weekday,
  } = partsOf(at.ms, at.timeZone, {
    year: "numeric",
    month: "long",
    day: "numeric",
    weekday: "long",
  });
  return { year, weekday, dayOfYear: `${month} ${ordinal(number)}`, plain: `${month} ${number}` };
}

/* The days from the reader's today to the day of the instant. */
function daysAway(at) {
  const midnight = (ms) => {
    const { year, month, number } = day({ ...at, ms });
    return Date.UTC(year, month - 1, number);
  };
  return Math.round((midnight(at.ms) - midnight(at.now)) / DAY_MS);
}

function pretty(at, otherwise) {
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[daysAway(at)] || otherwise(at);
}

function time(at, options) {
  return new Intl.DateTimeFormat("en-US", {
    timeZone: at.timeZone,
    hour: "numeric",
    minute: "2-digit",
    ...options,
  })
    .format(at.ms)
    .replace(/\u202f/g, " ");
}

function ago(at) {
  const away = at.ms - at.now;
  const [unit, length] = UNITS.find(([, ms]) => Math.abs(away) >= ms) || UNITS[UNITS.length - 1];
  const words = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
  return words.format(Math.trunc(away / length), unit);
}

function dateLong(at) {
  const { year, weekday, dayOfYear } = long(at);
  return `${weekday}, ${dayOfYear}, ${year}`;
}

function date(at) {
  const { year, dayOfYear } = long(at);
  return `${dayOfYear}, ${year}`;
}

function dateShort(at) {
  return new Intl.DateTimeFormat("en-US", {
    timeZone: at.timeZone,
    year: "numeric",
    month: "short",
    day: "numeric",
  }).format(at.ms);
}

function dayDivider(at) {
  const { year, weekday, dayOfYear } = long(at);
  return year === long({ ...at, ms: at.now }).year ? `${weekday}, ${dayOfYear}` : dateLong(at);
}

const tokens = {
  ago,
  date,
  date_long: dateLong,
  date_long_full: (at) => `${long(at).plain}, ${long(at).year}`,
  date_long_pretty: (at) => pretty(at, dateLong),
  date_num: (at) => Object.values(day(at)).join("-"),
  date_pretty: (at) => pretty(at, date),
  date_short: dateShort,
  date_short_pretty: (at) => pretty(at, dateShort),
  date_slash: (at) => {
    const { year, month, number } = day(at);
    return `${number}/${month}/${year}`;
  },
  day_divider_pretty: (at) => pretty(at, dayDivider),
  time: (at) => time(at),
  time_secs: (at) => time(at, { second: "2-digit" }),
};

/**
 * The text of a date.
 * @param {number} seconds since 1970
 * @param {string} format with tokens such as {date_short}; a token that Slack does not have stays
 * @param {{timeZone?: string, now?: number}} reader the time zone, else that of the browser; the
 *   present in milliseconds
 * @returns {string|null} null if there is no such date: the fallback is shown then
 */
export function dateText(seconds, format, { timeZone, now = Date.now() } = {}) {
  const ms = seconds * 1000;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return null;
  const text = format.replace(/\{([a-z_]{1,30})\}/g, (whole, name) =>
    Object.hasOwn(tokens, name) ? tokens[name]({ ms, timeZone, now }) : whole,
  );
  return text.charAt(0).toUpperCase() === text.charAt(0) || !/^\{[a-z_]*pretty\}/.test(format)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);
}

/* --- the times of messages --- */

const TODAY = "Today",
  YESTERDAY = "Yesterday";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const dayOfOtherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** The time of a message: the part of its ts before the dot. */
export function toDate(ts) {
  return new Date(Math.floor(Number(ts)) * 1000);
}

/** "9:41 AM" */
export function clockText(ts) {
  return clock.format(toDate(ts));
}

/** The same without AM and PM. */
export function shortClockText(ts) {
  const parts = clock.formatToParts(toDate(ts)).filter(({ type }) => type !== "dayPeriod");
  return parts
    .map(({ value }) => value)
    .join("")
    .trim();
}

/** The whole date and time. */
export function fullText(ts) {
  return full.format(toDate(ts));
}

/** True if both are on one day. */
export function isSameDay(ts, other) {
  return toDate(ts).toDateString() === toDate(other).toDateString();
}

/** "Today", "Yesterday", "Thursday, January 1", or with its year what is not of this one. */
export function dayText(ts, now = new Date()) {
  const day = toDate(ts);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (day.toDateString() === now.toDateString()) return TODAY;
  if (day.toDateString() === yesterday.toDateString()) return YESTERDAY;
  return (day.getFullYear() === now.getFullYear() ? dayOfYear : dayOfOtherYear).format(day);
}

/** "today at 9:41 AM", within a sentence. */
export function momentText(ts) {
  const day = dayText(ts);
  return `${day === TODAY || day === YESTERDAY ? day.toLowerCase() : day} at ${clockText(ts)}`;
}
