// What the charts share: colours of the page, manners, and moving through the points by keyboard.

import { language } from "./words.js";

/* global Chart */
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const probe = document.createElement("span");
probe.hidden = true;
document.documentElement.append(probe);

/** A colour of style.css by name, as the current scheme has it. */
export function colour(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** Make a chart on the canvas `id`; `describe(index)` says one point in words. */
export function makeChart(id, config, describe) {
  const canvas = document.getElementById(id);
  const chart = new Chart(canvas, config);
  let at = -1;
  const point = (index) => {
    at = index;
    const active = chart.data.datasets.flatMap((_, set) =>
      chart.isDatasetVisible(set) && at >= 0 ? [{ datasetIndex: set, index: at }] : [],
    );
    chart.setActiveElements(active);
    chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
    chart.update("none");
    if (at >= 0) document.getElementById("announcer").textContent = describe(at);
  };
  canvas.addEventListener("keydown", (event) => {
    const last = chart.data.labels.length - 1;
    const to = { ArrowRight: Math.min(at + 1, last), ArrowLeft: Math.max(at - 1, 0), Home: 0, End: last, Escape: -1 }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    point(to);
  });
  canvas.addEventListener("blur", () => at >= 0 && point(-1));
  // A sheet of paper has another width than the window.
  matchMedia("print").addEventListener("change", () => chart.resize());
  return chart;
}

/** Chart.js options that the charts start from. */
export function options() {
  Chart.defaults.locale = language;
  Chart.defaults.font.family = getComputedStyle(document.documentElement).fontFamily;
  return {
    maintainAspectRatio: false,
    animation: calm.matches ? false : { duration: 350 },
    interaction: { mode: "index", intersect: false },
    plugins: { legend: { display: false }, tooltip: { boxPadding: 4, padding: 10, cornerRadius: 8 } },
    scales: {
      x: { stacked: true, grid: { display: false }, border: {}, ticks: { maxRotation: 0, autoSkipPadding: 14 } },
      y: { stacked: true, beginAtZero: true, border: { display: false }, grid: {}, ticks: { maxTicksLimit: 6, precision: 0 } },
    },
  };
}

/** Give a chart the current scheme's colours; bars that `striped` marks were counted over a longer time. */
export function tint(chart) {
  const { x, y } = chart.options.scales;
  for (const axis of [x, y]) axis.ticks.color = colour("muted");
  y.grid.color = colour("line");
  x.border.color = colour("edge");
  Object.assign(chart.options.plugins.tooltip, {
    backgroundColor: colour("ink"),
    titleColor: colour("surface"),
    bodyColor: colour("surface"),
    footerColor: colour("surface"),
  });
  for (const set of chart.data.datasets) {
    const plain = colour(set.colour);
    set.backgroundColor = set.striped?.some(Boolean) ? set.striped.map((is) => (is ? stripes(plain) : plain)) : plain;
  }
}

function stripes(ink) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const brush = tile.getContext("2d");
  brush.strokeStyle = ink;
  brush.lineWidth = 3;
  for (const x of [-4, 0, 4, 8]) {
    brush.moveTo(x, 8);
    brush.lineTo(x + 8, 0);
  }
  brush.stroke();
  return brush.createPattern(tile, "repeat");
}
