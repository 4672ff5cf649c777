// Numbers, times and days as people read them, by the stores' clock and the page's language.
import { language, t } from "./words.js";

let zone = "UTC";
let clocks = null;

export function setZone(name) {
  if (name === zone && clocks) return;
  zone = name;
  const at = (options) => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone: zone, ...options });
  clocks = {
    time: at({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    minute: at({ hour: "2-digit", minute: "2-digit" }),
    moment: at({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
  };
}

/** A count; an unknown one is null and reads as a dash. */
export const number = (count, digits = 0) =>
  count === null || count === undefined
    ? "–"
    : count.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
export const share = (part, digits = 0) =>
  part === null ? "–" : part.toLocaleString(language, { style: "percent", maximumFractionDigits: digits }).replace("-", "−");
export const percent = (part, whole) => (whole ? share(part / whole) : "");
export const signed = (value, digits = 2) => (value > 0 ? "+" : "") + number(value, digits);
export const clock = (stamp) => clocks.time.format(new Date(stamp));
export const minute = (stamp) => clocks.minute.format(new Date(stamp));
export const moment = (stamp) => clocks.moment.format(new Date(stamp));

/** A date with its weekday; the year where it is not this one. */
export function day(date, today) {
  const year = today && date.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" };
  return new Date(`${date}T12:00:00Z`).toLocaleDateString(language === "en" ? "en-GB" : language, {
    timeZone: "UTC", weekday: "short", day: "numeric", month: "short", ...year,
  });
}

/** The period that a snapshot is of, in words. */
export function periodName({ first, last, today }) {
  if (first === last) return first === today ? t("today.period") : day(first, today);
  return `${day(first, today)} – ${day(last, today)}`;
}

/** The start of an hour, day or week of the course. */
export const bucket = ({ start }, today) => (start.includes("T") ? start.slice(11, 16) : day(start, today));

export function ago(stamp) {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(stamp)) / 1000));
  if (seconds < 90) return t("ago.seconds", { n: seconds });
  if (seconds < 5400) return t("ago.minutes", { n: Math.round(seconds / 60) });
  if (seconds < 129600) return t("ago.hours", { n: Math.round(seconds / 3600) });
  return t("ago.days", { n: Math.round(seconds / 86400) });
}

/** "12 % more". */
export function size({ change }) {
  const rounded = Math.round(change);
  const amount = share(Math.abs(rounded) / 100);
  return rounded ? t(rounded > 0 ? "compare.more" : "compare.fewer", { p: amount }) : t("compare.same");
}

/** " (3 to 22 %), could be chance": how sure that is. */
export function certainty({ low, high, chance }) {
  const bound = (value) => (Math.round(value) > 0 ? "+" : "") + share((Math.round(value) || 0) / 100);
  const range = high === null ? "" : ` ${t("compare.range", { low: bound(low), high: bound(high) })}`;
  return range + (chance ? `, ${t("compare.chance")}` : "");
}

/** Both together, or that there is nothing to compare with. */
export const change = (measure) =>
  !measure || measure.change === null ? t("compare.none") : size(measure) + certainty(measure);
