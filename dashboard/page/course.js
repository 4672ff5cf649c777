// How the period went, by hour, day or week: people in and out, and visitors, new and returning.
import { makeChart, options, tint } from "./charts.js";
import { bucket, number, periodName } from "./format.js";
import { t } from "./words.js";

const bar = (colour, stack) => ({ colour, data: [], borderRadius: 3, maxBarThickness: 46, stack });
const CHARTS = {
  crossings: { sets: [bar("in", "in"), bar("out", "out")], columns: ["cameIn", "wentOut"], names: ["in", "out"], measure: "cameIn" },
  passed: { sets: [bar("in", "in")], columns: ["passed"], names: ["passed"], measure: "passed" },
  visits: { sets: [bar("new", "seen"), bar("returning", "seen")], columns: ["newVisitors", "returningVisitors"], names: ["new", "returning"], measure: "visitors" },
  together: { sets: [bar("new", "seen")], columns: ["visitors"], names: ["visitors"], measure: "visitors" },
  display: { sets: [bar("new", "seen")], columns: ["displayVisitors"], names: ["displayVisitors"], measure: "displayVisitors" },
};
const made = {};

export function showCourse(snapshot) {
  const { kinds, camera, grain } = snapshot;
  const lines = kinds.includes("entrance") ? "crossings" : "passed";
  document.getElementById("crossings-card").hidden = !kinds.includes("entrance") && !kinds.includes("passage");
  draw("crossings", CHARTS[lines], t(`crossings.${grain}`), snapshot, false);
  // Who is new is told of larger groups than how many came: hour by hour the two don't add up then.
  const visitors = snapshot.course.some(({ approximate }) => approximate) ? "together" : "visits";
  draw("hours", CHARTS[camera ? "display" : visitors], t(camera ? `course.displayVisitors.${grain}` : `course.${grain}`), snapshot, true);
}

function draw(id, { sets, columns, names, measure }, title, snapshot, striped) {
  const { today, grain } = snapshot;
  const shown = busy(snapshot);
  document.getElementById(`${id}-title`).textContent = title;
  const state = (made[id] ||= {});
  Object.assign(state, { shown, today, measure, columns, names, grain });
  state.chart ||= makeChart(`${id}-chart`, { type: "bar", data: { labels: [], datasets: sets }, options: options() }, (index) => describe(state, index));
  state.chart.data.labels = shown.map((each) => bucket(each, today));
  state.chart.data.datasets = sets;
  sets.forEach((set, index) => {
    set.label = t(names[index]);
    set.data = shown.map((each) => each[columns[index]]);
    set.striped = shown.map(({ approximate }) => striped && approximate);
  });
  state.chart.options.scales.y.suggestedMax = 4;
  tint(state.chart);
  state.chart.update();
  const legend = document.getElementById(`${id}-legend`);
  legend.replaceChildren(...names.map((name, index) => swatch(sets[index].colour, t(name))));
  legend.hidden = names.length < 2;
  if (striped) {
    const approximate = shown.some((each) => each.approximate) ? t("course.approximate") : "";
    document.getElementById("hours-caption").textContent = `${t(`definition.${measure}`)} ${approximate}`.trim();
  }
  document.getElementById(`${id}-chart`).setAttribute("aria-label", summary(snapshot, title, measure));
}

function swatch(colour, name) {
  const item = document.createElement("li");
  item.appendChild(document.createElement("i")).className = `swatch ${colour}`;
  item.append(name);
  return item;
}

/** The hours from an hour before the first count to an hour after the last; all days and weeks. */
function busy({ course, grain }) {
  if (grain !== "hour") return course;
  const counted = course.flatMap((each, index) => (each.faces || each.cameIn || each.wentOut || each.passed || each.stays ? [index] : []));
  if (!counted.length) return course;
  const first = Math.max(0, Math.min(counted[0] - 1, course.length - 12));
  return course.slice(first, Math.max(counted.at(-1) + 2, first + 12));
}

function describe({ shown, today, columns, names, measure, grain }, index) {
  const each = shown[index];
  const parts = columns.map((column, at) => `${number(each[column])} ${t(names[at])}`);
  if (measure === "visitors" && columns.length > 1) parts.unshift(`${number(each.visitors)} ${t("visitors.unit", { n: each.visitors })}`);
  const at = grain === "hour" ? t("at.hour", { time: bucket(each, today) }) : bucket(each, today);
  return t("point", { at, parts: parts.join(", ") });
}

function summary(snapshot, title, measure) {
  const { total, course, today } = snapshot;
  const period = periodName(snapshot);
  if (!total[measure]) return t("course.none", { title, period });
  const top = course.reduce((best, each) => (each[measure] > best[measure] ? each : best));
  return t("course.summary", { title, period, count: total[measure], time: bucket(top, today), top: top[measure] });
}
