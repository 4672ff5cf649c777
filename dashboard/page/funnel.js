// From those who pass to those who look, and how long people stopped.
import { number, percent, share } from "./format.js";
import { rowsOf } from "./bars.js";
import { t } from "./words.js";

export function showFunnel({ funnel, kinds }) {
  const most = Math.max(1, ...funnel.map(({ count }) => count));
  rowsOf(
    document.getElementById("funnel"),
    funnel.map(({ step, count, rate, over }, index) => ({
      column: step,
      label: t(`step.${step}`),
      width: (100 * count) / most,
      value: number(count),
      share: index && rate !== null ? share(rate) + (over ? " *" : "") : "",
    })),
  );
  const over = funnel.some((each) => each.over) ? ` * ${t("funnel.over")}` : "";
  document.getElementById("funnel-caption").textContent = (kinds.length ? t("funnel.caption") : t("funnel.none")) + over;
}

export function showBands({ bands, kinds, total }) {
  document.getElementById("bands-card").hidden = !kinds.includes("zone");
  const most = Math.max(1, ...Object.values(bands));
  rowsOf(
    document.getElementById("bands"),
    Object.entries(bands).map(([band, count]) => ({
      column: "band",
      label: t(`band.${band}`),
      width: (100 * count) / most,
      value: number(count),
      share: percent(count, total.stays),
    })),
  );
}
