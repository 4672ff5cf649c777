// The health strip: what the supervisor last said, or "unknown".
import { number } from "./format.js";
import { t } from "./words.js";

const SLOW_SECONDS = 60;

export function showHealth(strip) {
  const pictures = (count) => t("pictures", { n: count });
  tell("health-spooled", strip.spooled, pictures, strip.spooled === 0);
  tell("health-waiting", strip.picturesWaiting, pictures, strip.picturesWaiting < 100);
  tell("health-lag", strip.lagSeconds, (seconds) => t("seconds", { s: number(seconds, 1) }), strip.lagSeconds < SLOW_SECONDS);
  for (const [id, count] of [["health-away", strip.camerasAway], ["health-unreadable", strip.unreadable], ["health-refused", strip.refused]]) {
    const item = document.getElementById(id);
    item.hidden = !count;
    item.lastElementChild.textContent = number(count);
  }
}

function tell(id, value, words, good) {
  const item = document.getElementById(id);
  item.dataset.state = value === null ? "unknown" : good ? "good" : "warn";
  item.lastElementChild.textContent = value === null ? t("health.unknown") : words(value);
}
