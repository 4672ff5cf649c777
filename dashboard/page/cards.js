// The number cards: who is inside, who came, who was seen, and how the newest window looked.
import { ago, bucket, certainty, clock, day, minute, number, percent, periodName, signed, size } from "./format.js";
import { t } from "./words.js";

const FRESH_SECONDS = 60;
const COURSE_BARS = 60;

const part = (id) => document.getElementById(id);
const say = (id, text) => {
  if (part(id).textContent !== text) part(id).textContent = text;
};

export function showCards(snapshot) {
  const { now, total, camera } = snapshot;
  const visitors = camera ? "displayVisitors" : "visitors";
  for (const small of document.querySelectorAll("[data-when]")) small.textContent = periodName(snapshot);
  showInside(snapshot);
  showCameIn(snapshot);
  say("visitors-name", t(camera ? "displayVisitors" : "visitors.seen"));
  say("day-visitors", number(total[visitors]));
  say("day-trend", trend(snapshot, visitors));
  say("day-peak", peak(snapshot, visitors));
  say("day-definition", t(`definition.${visitors}`));
  say("now-visitors", now ? number(now.displayVisitors) : "–");
  say("now-faces", now ? number(now.faces) : "–");
  showAge(snapshot);
  showSentiment(snapshot);
  showRecent(snapshot);
  showVisits(total);
}

/** What grows old while nothing happens: how long ago the last window was. */
export function showAge(snapshot) {
  const { now } = snapshot;
  if (snapshot.inside?.asOf) showInside(snapshot);
  if (!now) {
    say("now-when", t("now.none"));
    for (const id of ["now-newest", "mood-newest"]) say(id, t("now.window"));
    say("health-updated-text", t("health.none"));
    return;
  }
  const seconds = (new Date(now.windowEnd) - new Date(now.windowStart)) / 1000;
  const quiet = (Date.now() - new Date(now.windowEnd)) / 1000 > FRESH_SECONDS;
  const span =
    seconds > 15 ? t("now.group", { from: minute(now.windowStart), to: minute(now.windowEnd) }) : t("now.span", { time: clock(now.windowEnd) });
  for (const id of ["now", "mood"]) {
    say(`${id}-newest`, quiet ? t("now.stale", { ago: ago(now.windowEnd) }) : t("now.window"));
    part(`${id}-card`).dataset.old = String(quiet);
  }
  say("now-when", quiet ? t("now.old", { span, ago: ago(now.windowEnd) }) : span);
  say("health-updated-text", `${clock(now.windowEnd)}, ${ago(now.windowEnd)}`);
}

function showInside({ inside, first, last, today }) {
  part("inside-card").hidden = !inside || first > today || last < today;
  if (!inside) return;
  say("inside-count", number(inside.count));
  const { asOf, drift } = inside;
  say("inside-when", asOf ? t("inside.asOf", { time: minute(asOf), ago: ago(asOf), in: inside.in, out: inside.out }) : t("inside.nobody"));
  const raw = inside.raw < 0 ? t("inside.raw", { raw: number(inside.raw) }) : "";
  const drifted = drift && drift.left ? t("inside.drift", { left: number(drift.left), in: drift.in }) : "";
  say("inside-drift", [raw, drifted].filter(Boolean).join(" "));
}

function showCameIn(snapshot) {
  const { total, kinds } = snapshot;
  const measure = kinds.includes("entrance") ? "cameIn" : "passed";
  part("in-card").hidden = !kinds.includes("entrance") && !kinds.includes("passage");
  say("in-name", t(measure));
  say("in-count", number(total[measure]));
  say("in-trend", trend(snapshot, measure));
  say("in-peak", peak(snapshot, measure));
}

/** The change from the same stretch before, with its uncertainty. */
function trend({ comparisons, partial, until, today }, measure) {
  const before = comparisons.find(({ name }) => name === "before");
  const figures = before?.measures[measure];
  if (!figures || figures.change === null) return "";
  const name = before.first === before.last ? day(before.first, today) : `${day(before.first, today)} – ${day(before.last, today)}`;
  return t(Math.round(figures.change) ? "compare.than" : "compare.than.same", {
    change: size(figures),
    day: partial ? t("compare.by", { day: name, time: minute(until) }) : name,
    range: certainty(figures),
  });
}

function peak({ course, total, grain, today }, measure) {
  if (!total[measure]) return "";
  const top = course.reduce((best, each) => (each[measure] > best[measure] ? each : best));
  return t(grain === "hour" ? "busiest.hour" : "busiest.day", { time: bucket(top, today), count: top[measure] });
}

/** A bar for each window of the last quarter of an hour that had visitors, the newest at the right; spread ones striped. */
function showRecent({ now, recent }) {
  const course = part("now-course");
  while (course.children.length < COURSE_BARS) course.append(document.createElement("i"));
  const most = Math.max(1, ...recent.map(({ displayVisitors }) => displayVisitors));
  for (const bar of course.children) bar.style.height = "0";
  for (const { at, displayVisitors, spread } of recent) {
    const back = Math.round((new Date(now.windowEnd) - new Date(at)) / 15000);
    const bar = course.children[COURSE_BARS - back];
    if (!bar) continue;
    bar.style.height = `${(100 * displayVisitors) / most}%`;
    bar.classList.toggle("spread", spread);
  }
}

function showSentiment(snapshot) {
  const value = snapshot.now ? snapshot.now.sentiment : null;
  const whole = snapshot.total.avgSentiment;
  say("now-sentiment", value === null ? "–" : signed(value));
  say("now-sentiment-word", value === null ? "" : word(value));
  const mark = part("now-sentiment-mark");
  mark.hidden = value === null;
  if (value !== null) mark.style.left = `${(value + 1) * 50}%`;
  say("day-sentiment", whole === null ? "" : t("sentiment.of", { period: periodName(snapshot), value: signed(whole) }));
}

function word(value) {
  if (Math.abs(value) <= 0.05) return t("sentiment.neutral");
  const side = t(value > 0 ? "sentiment.positive" : "sentiment.negative");
  return Math.abs(value) < 0.3 ? t("sentiment.slightly", { word: side }) : side;
}

function showVisits(total) {
  say("day-new", number(total.newVisitors));
  say("day-returning", number(total.returningVisitors));
  const known = total.newVisitors + total.returningVisitors;
  part("split-new").style.width = known ? `${(100 * total.newVisitors) / known}%` : "0";
  part("split-returning").style.width = known ? `${(100 * total.returningVisitors) / known}%` : "0";
  say("day-visits", known ? t("visits.share", { p: percent(total.returningVisitors, known) }) : "");
}
