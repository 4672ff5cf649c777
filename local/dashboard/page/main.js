// Wires the page: what is looked at (address bar and filters) → live numbers → every part of the page.
import { showBars } from "./bars.js";
import { showAge, showCards } from "./cards.js";
import { showEmotions } from "./emotions.js";
import { fillFilters, readView, watchFilters } from "./filters.js";
import { showHealth } from "./health.js";
import { showHours } from "./hours.js";
import { follow } from "./live.js";
import { showLink, showNotice } from "./notice.js";
import { showNumbers, watchNumbers } from "./numbers.js";
import { watchTheme } from "./theme.js";
import { dayName, number, setZone } from "./format.js";

const announcer = document.getElementById("announcer");
let view = readView();
let snapshot = null;
let stop = () => {};
let announce = false;

function show() {
  if (!snapshot) return;
  setZone(snapshot.timeZone);
  fillFilters(view, snapshot);
  showNotice(snapshot, look);
  showCards(snapshot);
  showBars(snapshot);
  showHours(snapshot);
  showEmotions(snapshot);
  showNumbers(snapshot, view);
  if (announce) {
    announce = false;
    const place = [view.store || "all stores", view.camera || "all cameras"].join(", ");
    announcer.textContent = `Showing ${place}, ${dayName(snapshot)}: ${number(snapshot.total.visitors)} visitors`;
  }
}

function look(change) {
  view = { ...view, ...change };
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  announce = true;
  start();
}

function start() {
  stop();
  stop = follow(view, {
    snapshot(numbers) {
      snapshot = numbers;
      show();
    },
    health: showHealth,
    link: showLink,
  });
}

watchTheme(show);
watchFilters(look, () => snapshot);
watchNumbers(() => show());
setInterval(() => snapshot && showAge(snapshot), 5000);
start();
