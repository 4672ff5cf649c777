// Wires the page: what is looked at (address bar and filters) → live numbers → every part of the page.
import { showBars } from "./bars.js";
import { showAge, showCards } from "./cards.js";
import { showComparisons } from "./compare.js";
import { showCourse } from "./course.js";
import { showEmotions } from "./emotions.js";
import { fillFilters, watchFilters } from "./filters.js";
import { periodName, setZone } from "./format.js";
import { showBands, showFunnel } from "./funnel.js";
import { showHealth } from "./health.js";
import { showHeat, watchHeat } from "./heat.js";
import { follow } from "./live.js";
import { showLink, showNotice, showReading } from "./notice.js";
import { showNotes } from "./notes.js";
import { showNumbers, watchNumbers } from "./numbers.js";
import { showRanking } from "./ranking.js";
import { watchTheme } from "./theme.js";
import { queryOf, readView } from "./view.js";
import { language, loadWords, t, watchLanguage } from "./words.js";

const announcer = document.getElementById("announcer");
let { view, wrong } = readView();
let snapshot = null;
let stop = () => {};
let announce = false;

function show() {
  if (!snapshot) return;
  setZone(snapshot.timeZone);
  fillFilters(view, snapshot);
  showNotice(snapshot, wrong, look);
  showCards(snapshot);
  showComparisons(snapshot);
  showFunnel(snapshot);
  showBands(snapshot);
  showCourse(snapshot);
  showEmotions(snapshot);
  showBars(snapshot);
  showHeat(snapshot);
  showRanking(snapshot);
  showNotes(snapshot);
  showNumbers(snapshot, view);
  showFooter();
  if (announce) {
    announce = false;
    announcer.textContent = t("showing", {
      store: view.store || t("stores.all"),
      camera: view.camera || t("cameras.all"),
      period: periodName(snapshot),
      n: snapshot.total[view.camera ? "displayVisitors" : "visitors"],
    });
  }
}

function showFooter() {
  document.getElementById("footer-text").textContent = t("footer", { zone: snapshot.timeZone });
  const query = queryOf(view);
  if (!query.has("day") && !query.has("from")) query.set("day", snapshot.last < snapshot.today ? snapshot.last : snapshot.today);
  query.set("lang", language);
  document.getElementById("report").href = `report?${query}`;
  document.getElementById("printed").textContent = [
    view.store || t("stores.all"), view.camera || t("cameras.all"), `${periodName({ ...snapshot, today: "" })}`,
  ].join(", ");
}

function look(change) {
  view = { ...view, ...change };
  wrong = null;
  const query = queryOf(view);
  const to = query.size ? `?${query}` : location.pathname;
  if (to !== (location.search || location.pathname)) history.pushState(null, "", to);
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
    health(strip) {
      showHealth(strip);
      showReading(strip.reading);
    },
    link: showLink,
  });
}

addEventListener("popstate", () => {
  ({ view, wrong } = readView());
  announce = true;
  start();
});

await loadWords();
setZone("UTC");
document.getElementById("link-text").textContent = t("link.connecting");
watchLanguage();
watchTheme(show);
watchFilters(look, () => snapshot);
watchNumbers(show);
watchHeat(show);
setInterval(() => snapshot && showAge(snapshot), 5000);
start();
document.documentElement.dataset.ready = "true";
