// The number cards: now, and the day so far.
import { ago, clock, dayName, minute, number, percent, signed } from "./format.js";

const FRESH_SECONDS = 60;
const COURSE_BARS = 60;

const part = (id) => document.getElementById(id);
const say = (id, text) => {
  if (part(id).textContent !== text) part(id).textContent = text;
};

export function showCards(snapshot) {
  const { now, total } = snapshot;
  const day = dayName(snapshot);
  for (const small of document.querySelectorAll("[data-day]")) small.textContent = day;
  for (const small of document.querySelectorAll("[data-newest]")) small.textContent = snapshot.minGroup ? "last group" : "last window";
  say("now-visitors", now ? number(now.visitors) : "–");
  say("now-faces", now ? number(now.faces) : "–");
  showAge(snapshot);
  showSentiment(now ? now.sentiment : null, total.avgSentiment, day);
  say("day-visitors", number(total.visitors));
  say("day-trend", trend(snapshot));
  say("day-peak", peak(snapshot));
  showCourse(snapshot);
  showVisits(total, snapshot.minGroup);
}

/** What grows old while nothing happens: how long ago the last window was. */
export function showAge({ now, minGroup }) {
  if (!now) {
    say("now-when", "No window yet");
    say("health-updated-text", "none yet");
    return;
  }
  const quiet = (Date.now() - new Date(now.windowEnd)) / 1000 > FRESH_SECONDS;
  const span = minGroup ? `Group of ${minute(now.windowStart)}–${minute(now.windowEnd)}` : `15 s to ${clock(now.windowEnd)}`;
  say("now-when", quiet ? `${span}, ${ago(now.windowEnd)}; nothing since` : span);
  say("health-updated-text", `${clock(now.windowEnd)}, ${ago(now.windowEnd)}`);
}

/** A bar for each window of the last quarter of an hour that had visitors, the newest at the right. */
function showCourse({ now, recent }) {
  const course = part("now-course");
  while (course.children.length < COURSE_BARS) course.append(document.createElement("i"));
  const most = Math.max(1, ...recent.map(({ visitors }) => visitors || 0));
  for (const bar of course.children) bar.style.height = "0";
  for (const { at, visitors } of recent) {
    const back = Math.round((new Date(now.windowEnd) - new Date(at)) / 15000);
    const bar = course.children[COURSE_BARS - back];
    if (bar) bar.style.height = `${(100 * (visitors || 0)) / most}%`;
  }
}

function trend({ total, dayBefore, day, today }) {
  if (!dayBefore) return "";
  const than = day === today ? "than yesterday by this time" : "than the day before";
  const change = Math.round((100 * (total.visitors - dayBefore)) / dayBefore);
  if (!change) return `As many as ${than.slice(5)}`;
  return `${Math.abs(change)}% ${change > 0 ? "more" : "fewer"} ${than}`;
}

function showSentiment(value, ofDay, day) {
  say("now-sentiment", signed(value));
  say("now-sentiment-word", value === null ? "" : word(value));
  const mark = part("now-sentiment-mark");
  mark.hidden = value === null;
  if (value !== null) mark.style.left = `${(value + 1) * 50}%`;
  say("day-sentiment", ofDay === null ? "" : `${day === "today" ? "Today" : day}: ${signed(ofDay)}, from −1 to +1`);
}

function word(value) {
  if (Math.abs(value) <= 0.05) return "neutral";
  const strength = Math.abs(value) < 0.3 ? "slightly " : "";
  return strength + (value > 0 ? "positive" : "negative");
}

function peak({ hours, total }) {
  if (!total.visitors) return "";
  const top = hours.reduce((best, hour) => (hour.visitors > best.visitors ? hour : best));
  return `Busiest from ${top.hour.slice(11, 16)}: ${number(top.visitors)}`;
}

function showVisits(total, minGroup) {
  say("day-new", number(total.newVisitors));
  say("day-returning", number(total.returningVisitors));
  const known = (total.newVisitors || 0) + (total.returningVisitors || 0);
  part("split-new").style.width = known ? `${(100 * (total.newVisitors || 0)) / known}%` : "0";
  part("split-returning").style.width = known ? `${(100 * (total.returningVisitors || 0)) / known}%` : "0";
  const withheld = minGroup && total.withheld.visits ? `${number(total.withheld.visits)} not shown: small groups` : "";
  say("day-visits", withheld || (known ? `${percent(total.returningVisitors || 0, known)} came back` : ""));
}
