// The period beside earlier ones, with how much of each change could be chance.
import { change, minute, number, share } from "./format.js";
import { fillTable } from "./table.js";
import { t } from "./words.js";

const WATCHED_LITTLE = 0.9;
const KINDS = { cameIn: "entrance", passed: "passage", stays: "zone" };

export function showComparisons(snapshot) {
  const { comparisons, kinds, kind, partial, until, openingHours } = snapshot;
  const names = [...new Set(comparisons.flatMap(({ measures }) => Object.keys(measures)))];
  const shown = names.filter((name) => !KINDS[name] || kinds.includes(KINDS[name]));
  document.getElementById("compare").hidden = !shown.length;
  const head = [t("compare.measure"), t("compare.this")];
  for (const { name, of } of comparisons) {
    head.push(name === "before" ? t(`compare.before.${kind}`) : t(`compare.${name}`, { n: of }), { text: t("compare.change"), className: "words" });
  }
  const rows = shown.map((name) => {
    const now = comparisons.map(({ measures }) => measures[name]).find(Boolean);
    const cells = comparisons.flatMap(({ measures }) => {
      const measure = measures[name];
      return [measure ? number(measure.reference) : "–", { text: change(measure), className: tone(measure) }];
    });
    return [t(name), number(now.count), ...cells];
  });
  fillTable(document.getElementById("compare-table"), head, rows);
  const left = [...new Set(comparisons.flatMap(({ leftOut }) => leftOut))];
  document.getElementById("compare-caption").textContent = [
    partial ? t("compare.partial", { time: minute(until) }) : "",
    t(openingHours ? "compare.caption" : "compare.all"),
    watched(snapshot),
    left.length ? t("compare.leftOut", { stores: left.join(", ") }) : "",
  ].join(" ").trim();
}

/** Cameras that saw little of the time make every count too low. */
function watched({ cameras }) {
  const shares = cameras.map((each) => each.watched).filter((each) => each !== null);
  const least = Math.min(...shares);
  return shares.length && least < WATCHED_LITTLE ? t("compare.watched", { p: share(least) }) : "";
}

const tone = (measure) => `words ${!measure || measure.change === null || measure.chance ? "quiet" : measure.change > 0 ? "more" : "fewer"}`;
