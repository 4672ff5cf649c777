// Store, camera and period: offered from what the data hold, chosen by the viewer.
import { t } from "./words.js";
import { neighbour } from "./view.js";

const byId = (id) => document.getElementById(id);

export function fillFilters(view, snapshot) {
  const { places, kind } = snapshot;
  const stores = places.map(({ store }) => store);
  const several = !view.store && stores.length > 1;
  const cameras = places
    .filter(({ store }) => !view.store || store === view.store)
    .flatMap((place) => place.cameras.map((camera) => (several ? `${place.store}/${camera}` : camera)));
  fill(byId("store"), t("stores.all"), stores, view.store);
  fill(byId("camera"), t("cameras.all"), cameras, view.camera);
  for (const button of document.querySelectorAll("[data-period]")) {
    button.setAttribute("aria-pressed", String(button.dataset.period === kind));
  }
  byId("range").hidden = kind !== "range";
  byId("day-field").hidden = kind === "range";
  byId("day").value = view.day || snapshot.today;
  byId("day").max = byId("from").max = byId("to").max = snapshot.today;
  byId("from").value = snapshot.first;
  byId("to").value = snapshot.last;
  byId("day-after").disabled = snapshot.last >= snapshot.today;
  byId("day-today").disabled = kind !== "range" && snapshot.first <= snapshot.today && snapshot.last >= snapshot.today;
}

/** Hear of changes: `look(change)`; `newest()` is the last snapshot. */
export function watchFilters(look, newest) {
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("store").addEventListener("change", () => look({ store: byId("store").value, camera: "" }));
  byId("camera").addEventListener("change", () => {
    // Two stores may each have a camera of one name: those are chosen with their store.
    const [camera, store] = byId("camera").value.split("/").reverse();
    look(store ? { store, camera } : { camera });
  });
  const go = (day) => look({ day: newest() && day === newest().today ? "" : day });
  byId("day").addEventListener("change", () => byId("day").value && go(byId("day").value));
  for (const button of document.querySelectorAll("[data-period]")) {
    button.addEventListener("click", () => newest() && choose(button.dataset.period, look, newest()));
  }
  for (const id of ["from", "to"]) {
    byId(id).addEventListener("change", () => {
      const [from, to] = [byId("from").value, byId("to").value];
      if (from && to) look(from <= to ? { from, to } : { from: to, to: from });
    });
  }
  const step = (by) => {
    if (!newest()) return;
    const change = neighbour(newest(), by);
    look(change.day === newest().today ? { day: "" } : change);
  };
  byId("day-before").addEventListener("click", () => step(-1));
  byId("day-after").addEventListener("click", () => step(1));
  byId("day-today").addEventListener("click", () => look({ day: "", from: "", to: "", ...(newest()?.kind === "range" ? { period: "" } : {}) }));
}

function choose(period, look, { first, last, today }) {
  if (period === "range") look({ from: first, to: last < today ? last : today });
  else {
    const day = last >= today && first <= today ? "" : last;
    look({ period, day, from: "", to: "" });
  }
}

function fill(select, all, names, chosen) {
  const wanted = chosen && !names.includes(chosen) ? [...names, chosen] : names;
  const offered = [...select.options].slice(1).map(({ value }) => value);
  if (offered.join() !== wanted.join() || select.options.length === 0) {
    select.replaceChildren(new Option(all, ""), ...wanted.map((name) => new Option(name.replace("/", ", "), name)));
  }
  if (select.value !== chosen) select.value = chosen;
}
