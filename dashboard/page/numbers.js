// The table of the same numbers, by the course or by window, and the links that export them.
import { bucket, clock, moment, number, signed } from "./format.js";
import { cell } from "./table.js";
import { queryOf } from "./view.js";
import { t } from "./words.js";

const count = (...columns) => columns.map(([column, label]) => ({ column, label, text: (value) => number(value) }));
const BY_KIND = () => ({
  entrance: [["cameIn", t("in")], ["wentOut", t("out")]],
  passage: [["passed", t("passed")]],
  zone: [["stays", t("stays.short")], ["stays15", "≥ 15 s"], ["stays60", "≥ 1 min"], ["stays300", "≥ 5 min"]],
});
/** What is counted here: a column of zeros would say that nobody came where nobody counts. */
const people = (kinds) => ["group.people", count(...Object.entries(BY_KIND()).flatMap(([kind, columns]) => (kinds.includes(kind) ? columns : [])))];
const FACES = () => [
  [
    "group.visitors",
    count(["displayVisitors", t("column.display")], ["visitors", t("column.all")], ["newVisitors", t("new")], ["returningVisitors", t("returning")]),
  ],
  ["gender", count(["female", t("female")], ["male", t("male")], ["genderUnknown", t("unknown")])],
  [
    "ages",
    count(
      ["age0to12", "0–12"], ["age13to17", "13–17"], ["age18to24", "18–24"], ["age25to34", "25–34"], ["age35to44", "35–44"],
      ["age45to54", "45–54"], ["age55to64", "55–64"], ["age65plus", "65+"], ["ageUnknown", t("unknown")],
    ),
  ],
  [
    "group.emotions",
    [
      ...count(["faces", t("faces")]),
      ...count(...["happiness", "surprise", "neutral", "sadness", "fear", "contempt", "disgust", "anger"].map((name) => [name, t(name)])),
      ...count(["emotionUnknown", t("unknown")]),
      { column: "avgSentiment", label: t("column.sentiment"), text: (value) => (value === null ? "–" : signed(value)) },
    ],
  ],
];
const SUMS = { hour: ["hours", "trafficHours"], day: ["days", "trafficDays"], week: ["days", "trafficDays"] };
const ROWS = ["windows", "traffic"];

let byCourse = true;

export function watchNumbers(changed) {
  for (const button of document.querySelectorAll("[data-grain]")) {
    button.addEventListener("click", () => {
      byCourse = button.dataset.grain === "course";
      for (const each of document.querySelectorAll("[data-grain]")) each.setAttribute("aria-pressed", String(each === button));
      changed();
    });
  }
}

export function showNumbers(snapshot, view) {
  const { grain, kinds } = snapshot;
  document.querySelector("[data-grain=course]").textContent = t(`numbers.${grain}`);
  const groups = byCourse && kinds.length ? [people(kinds), ...FACES()] : FACES();
  const rows = byCourse ? snapshot.course.filter((each) => anyone(each)) : snapshot.rows.map(withUnknown);
  const total = byCourse && rows.length ? [foot(snapshot.total, groups)] : [];
  document.getElementById("numbers").replaceChildren(head(groups, grain), body(rows, groups, snapshot), ...total);
  document.getElementById("numbers-print").replaceChildren(...groups.map((group) => printed(group, rows, snapshot, total.length)));
  document.getElementById("numbers-caption").textContent = byCourse ? t("numbers.caption") : t("numbers.caption.windows", { n: rows.length });
  showExports(snapshot, view);
}

const anyone = (each) => each.faces || each.displayVisitors || each.cameIn || each.wentOut || each.passed || each.stays;

function withUnknown(row) {
  const left = (whole, columns) => Math.max(0, row[whole] - columns.reduce((all, name) => all + row[name], 0));
  const [, , [, ages], [, faces]] = FACES();
  return {
    ...row,
    genderUnknown: left("displayVisitors", ["female", "male"]),
    ageUnknown: left("displayVisitors", ages.slice(0, -1).map(({ column }) => column)),
    emotionUnknown: left("faces", faces.slice(1, 9).map(({ column }) => column)),
  };
}

function showExports(snapshot, view) {
  const query = queryOf(view);
  if (!query.has("from")) query.set("day", view.day || snapshot.today);
  const [faces, people] = byCourse ? SUMS[snapshot.grain] : ROWS;
  for (const [what, grain] of [["faces", faces], ["traffic", people]]) {
    for (const form of ["csv", "parquet"]) {
      const link = document.getElementById(`export-${what}-${form}`);
      link.href = `api/export/${grain}.${form}?${query}`;
      link.hidden = what === "traffic" && !snapshot.kinds.length;
      const name = form === "csv" ? "CSV" : "Parquet";
      link.textContent = `${t(`export.${what}`)}: ${name}`;
      link.setAttribute("aria-label", t("export.of", { what: `${t(`export.${what}`)}: ${name}`, form: name }));
    }
  }
}

function head(groups, grain) {
  const thead = document.createElement("thead");
  const [upper, lower] = [thead.insertRow(), thead.insertRow()];
  upper.append(cell("td", ""));
  lower.append(cell("th", byCourse ? t(`numbers.start.${grain}`) : t("numbers.window"), { scope: "col" }));
  if (!byCourse) {
    upper.append(cell("th", t("place"), { scope: "colgroup", className: "start words" }));
    lower.append(cell("th", t("numbers.where"), { scope: "col", className: "start words" }));
  }
  for (const [name, columns] of groups) {
    upper.append(cell("th", t(name), { scope: "colgroup", colSpan: columns.length, className: "start" }));
    columns.forEach(({ label }, index) => lower.append(cell("th", label, { scope: "col", className: index ? "" : "start" })));
  }
  return thead;
}

const nameOf = (row, { first, last, today }) =>
  byCourse ? bucket(row, today) : first === last ? clock(row.windowEnd) : moment(row.windowEnd);

function body(rows, groups, snapshot) {
  const tbody = document.createElement("tbody");
  for (const row of rows) {
    const line = tbody.insertRow();
    line.append(cell("th", nameOf(row, snapshot), { scope: "row" }));
    if (!byCourse) line.append(cell("td", `${row.store}, ${row.camera}`, { className: "start words" }));
    fill(line, row, groups);
  }
  return tbody;
}

function foot(total, groups) {
  const tfoot = document.createElement("tfoot");
  const line = tfoot.insertRow();
  line.append(cell("th", t("numbers.total"), { scope: "row" }));
  fill(line, total, groups);
  return tfoot;
}

function fill(line, row, groups) {
  for (const [, columns] of groups) {
    columns.forEach(({ column, text }, index) => {
      const classes = [index ? "" : "start", row[column] ? "" : "nil"].filter(Boolean).join(" ");
      line.append(cell("td", text(row[column]), { className: classes }));
    });
  }
}

/** For paper, a table for each group of columns: all of them side by side are wider than a sheet. */
function printed(group, rows, snapshot, withTotal) {
  const table = document.createElement("table");
  table.append(head([group], snapshot.grain), body(rows, [group], snapshot), ...(withTotal ? [foot(snapshot.total, [group])] : []));
  return table;
}
