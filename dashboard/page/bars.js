// Lists whose rows are a label, a bar and a number: the period's display visitors by gender and by age.
import { number, percent } from "./format.js";
import { t } from "./words.js";

const AGES = [
  ["age0to12", "0–12"],
  ["age13to17", "13–17"],
  ["age18to24", "18–24"],
  ["age25to34", "25–34"],
  ["age35to44", "35–44"],
  ["age45to54", "45–54"],
  ["age55to64", "55–64"],
  ["age65plus", null],
];

export function showBars({ total }) {
  const unknown = t(total.withheld ? "unknown.withheld" : "unknown");
  const genders = [["female", t("female")], ["male", t("male")], ["genderUnknown", unknown]];
  const ages = [...AGES.map(([column, label]) => [column, label ?? t("ages.65")]), ["ageUnknown", unknown]];
  split("gender", genders, total);
  split("ages", ages, total);
  const marked = total.withheld ? `${t("shares.shown")} ${t("shares.withheld")}` : t("shares.shown");
  document.getElementById("gender-caption").textContent = marked;
  document.getElementById("ages-caption").textContent = `${t("ages.caption")} ${total.withheld ? t("shares.withheld") : ""}`.trim();
}

/** Shares are of what is shown: those whose value is known. */
function split(id, rows, total) {
  const shown = rows.filter(([column]) => !column.endsWith("Unknown")).reduce((all, [column]) => all + total[column], 0);
  const most = Math.max(1, ...rows.map(([column]) => total[column]));
  rowsOf(
    document.getElementById(id),
    rows.map(([column, label]) => ({
      column,
      label,
      width: (100 * total[column]) / most,
      value: number(total[column]),
      share: column.endsWith("Unknown") ? "" : percent(total[column], shown),
    })),
  );
}

/** Make the rows of a list; `column` is the bar's class. */
export function rowsOf(list, rows) {
  while (list.children.length > rows.length) list.lastChild.remove();
  rows.forEach(({ column, label, width, value, share }, index) => {
    const row = list.children[index] || list.appendChild(newRow());
    row.querySelector(".name").textContent = label;
    const bar = row.querySelector("i");
    bar.className = column;
    bar.style.width = `${width}%`;
    row.querySelector(".value").textContent = value;
    row.querySelector("small").textContent = share;
  });
}

function newRow() {
  return document.getElementById("bar-row").content.cloneNode(true).firstElementChild;
}
