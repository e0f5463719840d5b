// SPDX-License-Identifier: MIT
/* The times of messages, in the zone and the language of the browser. */

const TODAY = "Today",
  YESTERDAY = "Yesterday";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const date = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const dateOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

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
  return (day.getFullYear() === now.getFullYear() ? date : dateOfYear).format(day);
}

/** "today at 9:41 AM", within a sentence. */
export function momentText(ts) {
  const day = dayText(ts);
  return `${day === TODAY || day === YESTERDAY ? day.toLowerCase() : day} at ${clockText(ts)}`;
}
