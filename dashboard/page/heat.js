// Hour by weekday: a table whose cells are the darker, the more was counted in an open hour.
import { day, number } from "./format.js";
import { cell } from "./table.js";
import { t } from "./words.js";

const STEPS = 8;
let chosen = null;

export function watchHeat(changed) {
  document.getElementById("heat-measure").addEventListener("change", (event) => {
    chosen = event.target.value;
    changed();
  });
}

export function showHeat({ heat, today }) {
  const names = Object.keys(heat.measures);
  const measure = names.includes(chosen) ? chosen : names.includes("cameIn") ? "cameIn" : names[0];
  document.getElementById("heat-card").hidden = !measure;
  if (!measure) return;
  const select = document.getElementById("heat-measure");
  if ([...select.options].map(({ value }) => value).join() !== names.join()) {
    select.replaceChildren(...names.map((name) => new Option(t(name), name)));
  }
  select.value = measure;
  const cells = heat.measures[measure];
  const hours = [...Array(24).keys()].filter((hour) => cells.some((row) => row[hour]));
  const [first, last] = hours.length ? [hours[0], hours.at(-1)] : [9, 20];
  const most = Math.max(0.01, ...cells.flat().map((value) => value ?? 0));
  const thead = document.createElement("thead");
  const head = thead.insertRow();
  head.append(cell("td", ""));
  for (let hour = first; hour <= last; hour += 1) head.append(cell("th", String(hour).padStart(2, "0"), { scope: "col" }));
  const tbody = document.createElement("tbody");
  cells.forEach((row, index) => {
    const line = tbody.insertRow();
    line.append(cell("th", t(`weekday.${index + 1}`), { scope: "row" }));
    for (let hour = first; hour <= last; hour += 1) line.append(square(row[hour], most));
  });
  document.getElementById("heat").replaceChildren(thead, tbody);
  document.getElementById("heat-caption").textContent = t("heat.caption", {
    measure: t(measure), first: day(heat.first, today), last: day(heat.last, today),
  });
}

function square(value, most) {
  if (value === null) return cell("td", "·", { className: "heat-closed", title: t("heat.closed") });
  const step = Math.ceil((STEPS * value) / most);
  return cell("td", number(value, value < 10 && value ? 1 : 0), { className: `heat-${step}` });
}
