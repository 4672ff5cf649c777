// The page that says what every number means.
import { loadWords, t } from "./words.js";

const TERMS = [
  "cameIn", "inside", "passed", "stays", "faces", "displayVisitors", "visitors", "returning", "funnel", "change", "open",
  "pooled", "sentiment", "watched",
];

await loadWords();
document.title = `${t("title")}: ${t("help")}`;
document.getElementById("terms").replaceChildren(
  ...TERMS.map((name) => {
    const entry = document.createElement("div");
    entry.id = name;
    entry.appendChild(document.createElement("dt")).textContent = t(`help.${name}`);
    entry.appendChild(document.createElement("dd")).textContent = t(`help.${name}.text`);
    return entry;
  }),
);
