// Visitors by hour of the day: new and returning stacked, or visitors alone where small groups are pooled.
import { makeChart, options, tint } from "./charts.js";
import { dayName, number } from "./format.js";

const bar = (label, colour) => ({ label, colour, data: [], borderRadius: 3, maxBarThickness: 46, stack: "visitors" });
const SPLIT = [bar("new", "new"), bar("returning", "returning")];
const WHOLE = [bar("visitors", "new")];

let chart = null;
let shown = [];

export function showHours(snapshot) {
  shown = open(snapshot.hours);
  chart ||= makeChart("hours-chart", { type: "bar", data: { labels: [], datasets: SPLIT }, options: options() }, describe);
  const pooled = snapshot.minGroup > 0;
  chart.data.datasets = pooled ? WHOLE : SPLIT;
  chart.data.labels = shown.map(({ hour }) => hour.slice(11, 16));
  if (pooled) WHOLE[0].data = shown.map(({ visitors }) => visitors);
  else {
    SPLIT[0].data = shown.map(({ newVisitors }) => newVisitors);
    SPLIT[1].data = shown.map(({ returningVisitors }) => returningVisitors);
  }
  chart.options.scales.y.suggestedMax = 4;
  tint(chart);
  chart.update();
  document.getElementById("hours-legend").hidden = pooled;
  document.getElementById("hours-caption").textContent = pooled
    ? `A visitor counts once a visit, in the hour in which a group of ${snapshot.minGroup} was full.`
    : "A visitor counts once a visit.";
  document.getElementById("hours-chart").setAttribute("aria-label", summary(snapshot));
}

/** The hours from an hour before the first visitor to an hour after the last; the whole day while there is none. */
function open(hours) {
  const busy = hours.flatMap(({ faces }, index) => (faces ? [index] : []));
  if (!busy.length) return hours;
  const first = Math.max(0, Math.min(busy[0] - 1, hours.length - 12));
  return hours.slice(first, Math.max(busy.at(-1) + 2, first + 12));
}

function describe(index) {
  const { hour, visitors, newVisitors, returningVisitors } = shown[index];
  const split = newVisitors === null ? "" : `, ${number(newVisitors)} new, ${number(returningVisitors)} returning`;
  return `From ${hour.slice(11, 16)}: ${number(visitors)} visitors${split}`;
}

function summary(snapshot) {
  const { total, hours } = snapshot;
  if (!total.visitors) return `Visitors by hour, ${dayName(snapshot)}: none yet`;
  const top = hours.reduce((best, hour) => (hour.visitors > best.visitors ? hour : best));
  return (
    `Visitors by hour, ${dayName(snapshot)}: ${number(total.visitors)} in all, busiest from ${top.hour.slice(11, 16)} ` +
    `with ${number(top.visitors)}. Arrow keys read out each hour; the table below has all numbers.`
  );
}
