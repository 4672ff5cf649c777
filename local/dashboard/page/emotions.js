// Emotion over time: what share of the faces showed which emotion, by quarter of an hour or by window.
import { makeChart, options, tint } from "./charts.js";
import { clock, dayName, minute, percent } from "./format.js";

const EMOTIONS = ["happiness", "surprise", "neutral", "sadness", "fear", "contempt", "disgust", "anger"];
const COURSES = { day: "quarters", recent: "recent" };
const MOST_BARS = 60;
const LEAST_FACES = 5;
const CAPTIONS = {
  day: `Share of faces, by quarter of an hour; quarters with fewer than ${LEAST_FACES} faces are left out.`,
  recent: "Faces in each window of 15 seconds.",
};
const sets = EMOTIONS.map((name) => ({ label: name, colour: name, data: [], stack: "faces", barPercentage: 1, categoryPercentage: 0.92 }));

let chart = null;
let shown = [];
let stretch = "day";
let last = null;

export function showEmotions(snapshot) {
  last = snapshot;
  const byShare = stretch === "day";
  const course = snapshot[COURSES[stretch]].slice(-MOST_BARS).map((bucket) => ({ ...shares(bucket), counts: bucket }));
  shown = course.filter(({ faces }) => faces >= (byShare ? LEAST_FACES : 1));
  chart ||= makeChart("emotions-chart", { type: "bar", data: { labels: [], datasets: sets }, options: emotionOptions() }, describe);
  chart.data.labels = shown.map(({ at }) => (stretch === "day" ? minute(at) : clock(at)));
  for (const set of sets) set.data = shown.map(({ counts, ...share }) => (byShare ? share : counts)[set.label]);
  const { y } = chart.options.scales;
  y.max = byShare ? 100 : undefined;
  y.suggestedMax = byShare ? undefined : 4;
  y.ticks.callback = (value) => (byShare ? `${value}%` : value);
  tint(chart);
  chart.update();
  showLegend(shares(stretch === "day" ? snapshot.total : sum(snapshot.recent)));
  document.getElementById("emotions-caption").textContent = CAPTIONS[stretch];
  document.getElementById("emotions-chart").setAttribute("aria-label", summary(snapshot));
}

for (const button of document.querySelectorAll("[data-stretch]")) {
  button.addEventListener("click", () => {
    stretch = button.dataset.stretch;
    for (const each of document.querySelectorAll("[data-stretch]")) each.setAttribute("aria-pressed", String(each === button));
    if (last) showEmotions(last);
  });
}

function shares(bucket) {
  const faces = EMOTIONS.reduce((all, name) => all + (bucket[name] || 0), 0);
  const share = (name) => (faces ? (100 * (bucket[name] || 0)) / faces : 0);
  return { at: bucket.at, faces, ...Object.fromEntries(EMOTIONS.map((name) => [name, share(name)])) };
}

const sum = (buckets) =>
  Object.fromEntries(EMOTIONS.map((name) => [name, buckets.reduce((all, bucket) => all + (bucket[name] || 0), 0)]));

function emotionOptions() {
  const base = options();
  base.plugins.tooltip.callbacks = {
    label: ({ dataset, raw }) => `${dataset.label} ${Math.round(raw)}${stretch === "day" ? "%" : ""}`,
    footer: ([{ dataIndex }]) => `${shown[dataIndex].faces} faces`,
  };
  base.plugins.tooltip.filter = ({ raw }) => raw >= 0.5;
  return base;
}

function showLegend(total) {
  const list = document.getElementById("emotions-legend");
  list.replaceChildren(
    ...EMOTIONS.map((name) => {
      const item = document.createElement("li");
      const swatch = item.appendChild(document.createElement("i"));
      swatch.className = `swatch ${name}`;
      const share = document.createElement("b");
      share.textContent = total.faces ? percent(total[name], 100) : "";
      item.append(`${name} `, share);
      return item;
    }),
  );
}

function describe(index) {
  const bucket = shown[index];
  const parts = EMOTIONS.filter((name) => bucket[name] >= 0.5).map((name) => `${name} ${Math.round(bucket[name])}%`);
  return `${stretch === "day" ? `From ${minute(bucket.at)}` : `From ${clock(bucket.at)}`}: ${parts.join(", ")}, of ${bucket.faces} faces`;
}

function summary(snapshot) {
  const total = shares(snapshot.total);
  if (!total.faces) return `Emotion over time, ${dayName(snapshot)}: nothing yet`;
  const parts = EMOTIONS.filter((name) => total[name] >= 0.5).map((name) => `${name} ${Math.round(total[name])}%`);
  return `Emotion over time, ${dayName(snapshot)}: ${parts.join(", ")} of ${total.faces} faces. Arrow keys read out each stretch.`;
}
