// Cameras and places, by what they count in an open hour.
import { number, share } from "./format.js";
import { fillTable } from "./table.js";
import { t } from "./words.js";

const WATCHED_LITTLE = 0.9;

export function showRanking({ cameras, ranking, openHours, openingHours }) {
  document.getElementById("ranking-card").hidden = !cameras.length;
  fillTable(
    document.getElementById("ranking-cameras"),
    [t("camera"), t("displayVisitors"), t("ranking.perHour"), t("ranking.watched")],
    cameras.map(({ store, camera, displayVisitors, perHour, watched }) => [
      `${store}, ${camera}`,
      number(displayVisitors),
      number(perHour, 1),
      { text: share(watched), className: watched !== null && watched < WATCHED_LITTLE ? "warn" : "" },
    ]),
  );
  const places = document.getElementById("ranking-places");
  places.closest(".scroller").hidden = !ranking.length;
  fillTable(
    places,
    [t("place"), { text: t("kind"), className: "words" }, t("count"), t("ranking.perHour")],
    ranking.map((each) => [
      `${each.store}, ${each.place}`,
      { text: t(`kind.${each.kind}`), className: "start" },
      number(each.kind === "zone" ? each.stays : each.countIn + each.countOut),
      number(each.perHour, 1),
    ]),
  );
  document.getElementById("ranking-caption").textContent = t(openingHours ? "ranking.caption" : "ranking.all", { hours: number(openHours, 1) });
}
