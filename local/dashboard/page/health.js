// The health strip: what the supervisor last said, or "unknown".
import { number } from "./format.js";

const SLOW_SECONDS = 60;

export function showHealth(strip) {
  const pictures = (count) => `${number(count)} ${count === 1 ? "picture" : "pictures"}`;
  tell("health-spooled", strip.spooled, pictures, strip.spooled === 0);
  tell("health-waiting", strip.picturesWaiting, pictures, strip.picturesWaiting < 100);
  tell("health-lag", strip.lagSeconds, (seconds) => `${seconds.toFixed(1)} s`, strip.lagSeconds < SLOW_SECONDS);
  const unread = document.getElementById("health-unreadable");
  unread.hidden = !strip.unreadable;
  unread.lastElementChild.textContent = number(strip.unreadable);
}

function tell(id, value, words, good) {
  const item = document.getElementById(id);
  item.dataset.state = value === null ? "unknown" : good ? "good" : "warn";
  item.lastElementChild.textContent = value === null ? "unknown" : words(value);
}
