// Emotion over time: what share of the faces showed which emotion, by quarter of an hour, day or week, or by window.
import { makeChart, options, tint } from "./charts.js";
import { bucket, clock, minute, number, periodName, share } from "./format.js";
import { t } from "./words.js";

const EMOTIONS = ["happiness", "surprise", "neutral", "sadness", "fear", "contempt", "disgust", "anger"];
const MOST_BARS = 60;
const LEAST_FACES = 5;
const sets = EMOTIONS.map((name) => ({ name, colour: name, data: [], stack: "faces", barPercentage: 1, categoryPercentage: 0.92 }));

let chart = null;
let shown = [];
let stretch = "period";
let last = null;

export function showEmotions(snapshot) {
  last = snapshot;
  const byShare = stretch === "period";
  shown = course(snapshot).filter(({ faces }) => faces >= (byShare ? LEAST_FACES : 0.01));
  chart ||= makeChart("emotions-chart", { type: "bar", data: { labels: [], datasets: sets }, options: emotionOptions() }, describe);
  chart.data.labels = shown.map(({ label }) => label);
  for (const set of sets) {
    set.label = t(set.name);
    set.data = shown.map((each) => (byShare ? each.shares : each.counts)[set.name]);
    set.striped = shown.map(({ spread }) => spread);
  }
  const { y } = chart.options.scales;
  y.max = byShare ? 100 : undefined;
  y.suggestedMax = byShare ? undefined : 4;
  y.ticks.callback = (value) => (byShare ? share(value / 100) : number(value));
  tint(chart);
  chart.update();
  showLegend(snapshot);
  const spread = shown.some((each) => each.spread) ? ` ${t("emotions.spread")}` : "";
  document.getElementById("emotions-caption").textContent =
    t(`emotions.caption.${byShare ? snapshot.grain : "recent"}`) + spread;
  document.getElementById("emotions-chart").setAttribute("aria-label", summary(snapshot));
  for (const button of document.querySelectorAll("[data-stretch=period]")) button.textContent = t(`numbers.${snapshot.grain}`);
}

for (const button of document.querySelectorAll("[data-stretch]")) {
  button.addEventListener("click", () => {
    stretch = button.dataset.stretch;
    for (const each of document.querySelectorAll("[data-stretch]")) each.setAttribute("aria-pressed", String(each === button));
    if (last) showEmotions(last);
  });
}

function course(snapshot) {
  if (stretch === "recent") return snapshot.recent.map((each) => entry(each, clock(each.at), each.spread));
  if (snapshot.grain === "hour") {
    return snapshot.quarters.slice(-MOST_BARS).map((each) => entry(each, minute(each.at), each.spread > 0));
  }
  return snapshot.course.map((each) => entry(each, bucket(each, snapshot.today), false));
}

const entry = (counts, label, spread) => ({ label, spread, counts, shares: shares(counts), faces: known(counts) });
const known = (counts) => EMOTIONS.reduce((all, name) => all + counts[name], 0);

function shares(counts) {
  const faces = known(counts);
  return Object.fromEntries(EMOTIONS.map((name) => [name, faces ? (100 * counts[name]) / faces : 0]));
}

const words = (each) =>
  EMOTIONS.filter((name) => each.shares[name] >= 0.5).map((name) => `${t(name)} ${share(each.shares[name] / 100)}`).join(", ");

function emotionOptions() {
  const base = options();
  base.plugins.tooltip.callbacks = {
    label: ({ dataset, raw }) => `${dataset.label} ${stretch === "period" ? share(raw / 100) : number(raw, 1)}`,
    footer: ([{ dataIndex }]) => `${t("faces")}: ${number(Math.round(shown[dataIndex].faces))}`,
  };
  base.plugins.tooltip.filter = ({ raw }) => raw >= 0.5;
  return base;
}

function showLegend(snapshot) {
  const of = stretch === "recent" ? sum(snapshot.recent) : snapshot.total;
  const all = shares(of);
  document.getElementById("emotions-legend").replaceChildren(
    ...EMOTIONS.map((name) => {
      const item = document.createElement("li");
      item.appendChild(document.createElement("i")).className = `swatch ${name}`;
      const value = document.createElement("b");
      value.textContent = known(of) ? share(all[name] / 100) : "";
      item.append(`${t(name)} `, value);
      return item;
    }),
  );
}

const sum = (windows) => Object.fromEntries(EMOTIONS.map((name) => [name, windows.reduce((all, each) => all + each[name], 0)]));

function describe(index) {
  const each = shown[index];
  return t("point", { at: each.label, parts: `${words(each)}; ${t("faces")}: ${number(Math.round(each.faces))}` });
}

function summary(snapshot) {
  const total = entry(snapshot.total, "", false);
  const period = periodName(snapshot);
  if (!total.faces) return t("emotions.nothing", { period });
  return t("emotions.summary", { period, parts: words(total), n: total.faces });
}
