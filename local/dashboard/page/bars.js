// The day's visitors by gender and by age: lists whose rows are a label, a bar and a number.
import { number, percent } from "./format.js";

const AGES = [
  ["age0to12", "0–12"],
  ["age13to17", "13–17"],
  ["age18to24", "18–24"],
  ["age25to34", "25–34"],
  ["age35to44", "35–44"],
  ["age45to54", "45–54"],
  ["age55to64", "55–64"],
  ["age65plus", "65 and over"],
  ["ageUnknown", "not known"],
];
const GENDERS = [
  ["female", "female"],
  ["male", "male"],
  ["genderUnknown", "not known"],
];

export function showBars({ total, minGroup }) {
  fill(document.getElementById("gender"), GENDERS, total, minGroup ? total.withheld.gender : 0);
  fill(document.getElementById("ages"), AGES, total, minGroup ? total.withheld.ages : 0);
}

function fill(list, rows, total, withheld) {
  const shown = rows.map(([column, label]) => ({ column, label, count: total[column] }));
  const sum = shown.reduce((all, { count }) => all + (count || 0), 0);
  if (withheld) shown.push({ column: "withheld", label: "not shown", count: withheld });
  const most = Math.max(1, ...shown.map(({ count }) => count || 0));
  while (list.children.length > shown.length) list.lastChild.remove();
  shown.forEach(({ column, label, count }, index) => {
    const { name, fill: bar, value, share } = parts(list.children[index] || list.appendChild(newRow()));
    name.textContent = label;
    bar.className = column;
    bar.style.width = `${(100 * (count || 0)) / most}%`;
    value.textContent = number(count);
    share.textContent = column === "withheld" || count === null ? "" : percent(count, sum);
  });
}

const parts = (row) => ({
  name: row.querySelector(".name"),
  fill: row.querySelector("i"),
  value: row.querySelector(".value"),
  share: row.querySelector("small"),
});

function newRow() {
  const row = document.getElementById("bar-row").content.cloneNode(true);
  return row.firstElementChild;
}
