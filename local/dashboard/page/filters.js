// Store, camera and day: read from the address bar, offered from what the data holds.
const byId = (id) => document.getElementById(id);

export function readView() {
  const query = new URLSearchParams(location.search);
  return { store: query.get("store") || "", camera: query.get("camera") || "", day: query.get("day") || "" };
}

export function fillFilters(view, snapshot) {
  const { places } = snapshot;
  const stores = places.map(({ store }) => store);
  const cameras = places.filter(({ store }) => !view.store || store === view.store).flatMap((place) => place.cameras);
  fill(byId("store"), "All stores", stores, view.store);
  fill(byId("camera"), "All cameras", [...new Set(cameras)].sort(), view.camera);
  byId("day").value = snapshot.day;
  byId("day").max = snapshot.today;
  byId("day-after").disabled = snapshot.day >= snapshot.today;
  byId("day-today").disabled = snapshot.day === snapshot.today;
  const note = byId("group-note");
  note.hidden = !snapshot.minGroup;
  note.textContent = `Nothing is shown of fewer than ${snapshot.minGroup} people: figures come in groups, a little late, and what stays too small is left out.`;
}

/** Hear of changes: `look(change)`; `newest()` is the last snapshot. */
export function watchFilters(look, newest) {
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("store").addEventListener("change", () => look({ store: byId("store").value, camera: "" }));
  byId("camera").addEventListener("change", () => look({ camera: byId("camera").value }));
  const go = (day) => look({ day: newest() && day === newest().today ? "" : day });
  byId("day").addEventListener("change", () => byId("day").value && go(byId("day").value));
  byId("day-before").addEventListener("click", () => newest() && go(shift(newest().day, -1)));
  byId("day-after").addEventListener("click", () => newest() && go(shift(newest().day, 1)));
  byId("day-today").addEventListener("click", () => look({ day: "" }));
}

function shift(day, days) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

function fill(select, all, names, chosen) {
  const wanted = chosen && !names.includes(chosen) ? [...names, chosen] : names;
  const offered = [...select.options].slice(1).map(({ value }) => value);
  if (offered.join() !== wanted.join()) {
    select.replaceChildren(new Option(all, ""), ...wanted.map((name) => new Option(name, name)));
  }
  if (select.value !== chosen) select.value = chosen;
}
