// The table of the same numbers, by hour or by window, and the links that export them.
import { clock, number, signed } from "./format.js";

const count = (...names) => names.map(([column, label]) => ({ column, label, text: number }));
const GROUPS = [
  ["Visitors", count(["visitors", "all"], ["newVisitors", "new"], ["returningVisitors", "returning"])],
  ["Gender", count(["female", "female"], ["male", "male"], ["genderUnknown", "not known"])],
  [
    "Age",
    count(
      ["age0to12", "0–12"], ["age13to17", "13–17"], ["age18to24", "18–24"], ["age25to34", "25–34"], ["age35to44", "35–44"],
      ["age45to54", "45–54"], ["age55to64", "55–64"], ["age65plus", "65+"], ["ageUnknown", "not known"],
    ),
  ],
  [
    "Faces and emotion",
    [
      ...count(
        ["faces", "faces"], ["happiness", "happiness"], ["surprise", "surprise"], ["neutral", "neutral"], ["sadness", "sadness"],
        ["fear", "fear"], ["contempt", "contempt"], ["disgust", "disgust"], ["anger", "anger"], ["emotionUnknown", "not known"],
      ),
      { column: "avgSentiment", label: "sentiment", text: signed },
      { column: "avgDwellSeconds", label: "dwell, s", text: (value) => (value === null ? "–" : value.toFixed(1)) },
    ],
  ],
];

let grain = "hours";

export function watchNumbers(changed) {
  for (const button of document.querySelectorAll("[data-grain]")) {
    button.addEventListener("click", () => {
      grain = button.dataset.grain;
      for (const each of document.querySelectorAll("[data-grain]")) each.setAttribute("aria-pressed", String(each === button));
      changed();
    });
  }
}

export function showNumbers(snapshot, view) {
  const table = document.getElementById("numbers");
  const byHour = grain === "hours";
  const rows = byHour ? snapshot.hours.filter(({ faces }) => faces) : snapshot.rows;
  table.replaceChildren(head(byHour), body(rows, byHour), ...(byHour && rows.length ? [foot(snapshot.total)] : []));
  document.getElementById("numbers-caption").textContent = caption(snapshot, byHour, rows.length);
  const query = new URLSearchParams({ ...Object.fromEntries(Object.entries(view).filter(([, value]) => value)), day: snapshot.day });
  for (const form of ["csv", "parquet"]) document.getElementById(`export-${form}`).href = `api/export/${grain}.${form}?${query}`;
}

function caption({ minGroup }, byHour, rows) {
  const hidden = minGroup ? " A dash is a number withheld because too few people are behind it." : "";
  if (byHour) return `Hours without visitors are left out. The exports hold every hour.${hidden}`;
  return `The newest ${rows} rows of the day. The exports hold all of them.${hidden}`;
}

function head(byHour) {
  const thead = document.createElement("thead");
  const [upper, lower] = [thead.insertRow(), thead.insertRow()];
  upper.append(cell("th", "", { scope: "col" }));
  lower.append(cell("th", byHour ? "Hour" : "Window", { scope: "col" }));
  if (!byHour) {
    upper.append(cell("th", "Place", { scope: "colgroup" }));
    lower.append(cell("th", "store, camera", { scope: "col", className: "start" }));
  }
  for (const [name, columns] of GROUPS) {
    upper.append(cell("th", name, { scope: "colgroup", colSpan: columns.length, className: "start" }));
    columns.forEach(({ label }, index) => lower.append(cell("th", label, { scope: "col", className: index ? "" : "start" })));
  }
  upper.firstChild.replaceWith(document.createElement("td"));
  return thead;
}

function body(rows, byHour) {
  const tbody = document.createElement("tbody");
  for (const row of rows) {
    const line = tbody.insertRow();
    line.append(cell("th", byHour ? row.hour.slice(11, 16) : clock(row.windowEnd), { scope: "row" }));
    if (!byHour) line.append(cell("td", `${row.store}, ${row.camera}`, { className: "start" }));
    fill(line, row);
  }
  return tbody;
}

function foot(total) {
  const tfoot = document.createElement("tfoot");
  const line = tfoot.insertRow();
  line.append(cell("th", "Day", { scope: "row" }));
  fill(line, total);
  return tfoot;
}

function fill(line, row) {
  for (const [, columns] of GROUPS) {
    columns.forEach(({ column, text }, index) => {
      const classes = [index ? "" : "start", row[column] ? "" : "nil"].filter(Boolean).join(" ");
      line.append(cell("td", text(row[column]), { className: classes }));
    });
  }
}

function cell(tag, text, properties) {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = text;
  return made;
}
