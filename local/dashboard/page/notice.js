// What a viewer must know before reading numbers: the stream's state, and days without data.
import { longDay } from "./format.js";

const WORDS = { connecting: "Connecting…", live: "Live", lost: "Connection lost, reconnecting…" };

export function showLink(state) {
  const link = document.getElementById("link");
  if (link.dataset.state === state) return;
  link.dataset.state = state;
  document.getElementById("link-text").textContent = WORDS[state];
  if (state === "lost") document.getElementById("announcer").textContent = "Connection lost. The numbers shown are the last ones received.";
  if (state === "live") document.getElementById("announcer").textContent = "Live numbers.";
}

/** Say that a day is empty, and offer the last one that isn't. `look` changes the view. */
export function showNotice(snapshot, look) {
  const notice = document.getElementById("notice");
  const empty = snapshot.total.faces === 0 && snapshot.total.visitors === 0;
  notice.hidden = !empty;
  if (!empty) return;
  document.getElementById("notice-text").textContent = words(snapshot);
  const button = document.getElementById("notice-action");
  const other = snapshot.lastDay && snapshot.lastDay !== snapshot.day ? snapshot.lastDay : null;
  button.hidden = !other;
  if (other) {
    button.textContent = `Show ${longDay(other)}`;
    button.onclick = () => look({ day: other });
  }
}

function words({ day, today, lastDay, minGroup }) {
  if (!lastDay) {
    const group = minGroup ? ` Visitors appear once a camera has counted ${minGroup}.` : "";
    return `No data yet. The page fills by itself as soon as the first window arrives.${group}`;
  }
  return day === today ? "Nothing has been counted today yet." : `Nothing was counted on ${longDay(day)}.`;
}
