// What a viewer must know before reading numbers: the stream's state, history being read, what does not exist.
import { day, periodName, share } from "./format.js";
import { t } from "./words.js";

let lost = false;
let last = null;
let wrong = null;
let reading = null;
let lookAt = () => {};

export function showLink(state) {
  const link = document.getElementById("link");
  if (link.dataset.state === state) return;
  link.dataset.state = state;
  document.getElementById("link-text").textContent = t(`link.${state}`);
  lost = state === "lost";
  if (state === "live") document.getElementById("announcer").textContent = t("live.announce");
  show();
}

/** Say what is amiss with the view, and offer what there is. `unread` is what the address asked in vain. */
export function showNotice(snapshot, unread, look) {
  last = snapshot;
  wrong = unread;
  lookAt = look;
  show();
}

/** Say how far history is read; null when it is. */
export function showReading(share) {
  if (reading === share) return;
  reading = share;
  show();
}

function show() {
  const { text, action, go } = lost ? { text: t("notice.lost") } : reading !== null ? { text: t("notice.reading", { p: share(reading) }) } : last ? words(last) : { text: "" };
  document.getElementById("notice").hidden = !text;
  const place = document.getElementById("notice-text");
  if (place.textContent !== text) place.textContent = text;
  const button = document.getElementById("notice-action");
  button.hidden = !action;
  if (action) {
    button.textContent = action;
    button.onclick = () => lookAt(go);
  }
}

function words(snapshot) {
  const { store, camera, places, known, total, first, last: end, today, firstDay, lastDay } = snapshot;
  if (!places.length) return { text: t("notice.nothing") };
  if (!known) return unknownPlace(store, camera, places);
  if (wrong !== null) return { text: t("notice.address", { value: wrong, period: periodName(snapshot) }) };
  if (total.faces || total.displayVisitors || total.cameIn || total.wentOut || total.passed || total.stays) return { text: "" };
  const period = periodName(snapshot);
  const offer = lastDay < first || lastDay > end ? { action: t("notice.show", { period: day(lastDay, today) }), go: goTo(lastDay) } : {};
  if (first > today) return { text: t("notice.ahead", { period, first: day(firstDay, today), last: day(lastDay, today) }), ...offer };
  if (end < firstDay) return { text: t("notice.early", { period, first: day(firstDay, today) }), ...offer };
  if (first === end && first === today) return { text: t("notice.empty.today"), ...offer };
  return { text: t("notice.empty", { period }), ...offer };
}

const goTo = (date) => ({ day: date, from: "", to: "" });

function unknownPlace(store, camera, places) {
  const there = places.find((place) => place.store === store);
  if (store && !there) {
    const names = places.map((place) => place.store);
    const go = { store: names[0], camera: "" };
    return { text: t("notice.store", { name: store, names: names.join(", ") }), action: t("notice.show", { period: names[0] }), go };
  }
  const names = [...new Set((there ? [there] : places).flatMap(({ cameras }) => cameras))];
  return { text: t("notice.camera", { name: camera, names: names.join(", ") }), action: t("notice.show", { period: t("cameras.all") }), go: { camera: "" } };
}
