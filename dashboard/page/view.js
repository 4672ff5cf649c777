// What is looked at, as the address says it: ?store=&camera=&period=&day=, or &from=&to=.
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const PLACE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const PERIODS = ["day", "week", "month"];
const NAMES = ["store", "camera", "period", "day", "from", "to"];

const isDay = (text) => DAY.test(text) && !Number.isNaN(Date.parse(text)) && shift(text, 0) === text && text > "1971";
const RIGHT = { store: (text) => PLACE.test(text), camera: (text) => PLACE.test(text), period: (text) => PERIODS.includes(text) };

/** The address as a view, and the first thing in it that has no meaning (which is left out). */
export function readView() {
  const query = new URLSearchParams(location.search);
  const view = {};
  let wrong = null;
  for (const name of NAMES) {
    const value = query.get(name) || "";
    const right = !value || (RIGHT[name] || isDay)(value);
    view[name] = right ? value : "";
    if (!right && wrong === null) wrong = value;
  }
  const days = view.from && view.to ? (Date.parse(view.to) - Date.parse(view.from)) / 86400000 : -1;
  if ((view.from || view.to) && !(days >= 0 && days < 800)) {
    if (wrong === null) wrong = `${view.from} – ${view.to}`;
    view.from = view.to = "";
  }
  return { view, wrong };
}

/** The view as a query, for the address, the stream and the exports. */
export function queryOf(view) {
  const { from, to, period, day, ...place } = view;
  const when = from && to ? { from, to } : { period: period === "day" ? "" : period, day };
  return new URLSearchParams(Object.entries({ ...place, ...when }).filter(([, value]) => value));
}

/** So many days later. */
export function shift(day, days) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

/** The period before (−1) or after (1) the one that a snapshot is of. */
export function neighbour({ kind, first, last }, step) {
  if (kind === "month") {
    const moment = new Date(`${first}T12:00:00Z`);
    moment.setUTCMonth(moment.getUTCMonth() + step);
    return { day: moment.toISOString().slice(0, 10) };
  }
  const days = step * (Math.round((Date.parse(last) - Date.parse(first)) / 86400000) + 1);
  return kind === "range" ? { from: shift(first, days), to: shift(last, days) } : { day: shift(first, days) };
}
