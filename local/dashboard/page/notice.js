// What a viewer must know before reading numbers: the stream's state, and days without data.
import { longDay } from "./format.js";

const LOST = "The connection to the dashboard is lost. The numbers below are the last ones received; trying again…";
const WORDS = { connecting: "Connecting…", live: "Live", lost: "Reconnecting…" };

let lost = false;
let last = null;
let lookAt = () => {};

export function showLink(state) {
  const link = document.getElementById("link");
  if (link.dataset.state === state) return;
  link.dataset.state = state;
  document.getElementById("link-text").textContent = WORDS[state];
  lost = state === "lost";
  if (state === "live") document.getElementById("announcer").textContent = "Live numbers.";
  show();
}

/** Say that a day is empty, and offer the last one that isn't. `look` changes the view. */
export function showNotice(snapshot, look) {
  last = snapshot;
  lookAt = look;
  show();
}

function show() {
  const empty = last !== null && last.total.faces === 0 && last.total.visitors === 0;
  document.getElementById("notice").hidden = !empty && !lost;
  document.getElementById("notice-text").textContent = lost ? LOST : empty ? words(last) : "";
  const button = document.getElementById("notice-action");
  const other = !lost && empty && last.lastDay !== last.day ? last.lastDay : null;
  button.hidden = !other;
  if (other) {
    button.textContent = `Show ${longDay(other)}`;
    button.onclick = () => lookAt({ day: other });
  }
}

function words({ day, today, lastDay, minGroup }) {
  if (!lastDay) {
    const group = minGroup ? ` Visitors appear once a camera has counted ${minGroup}.` : "";
    return `No data yet. The page fills by itself as soon as the first window arrives.${group}`;
  }
  return day === today ? "Nothing has been counted today yet." : `Nothing was counted on ${longDay(day)}.`;
}
