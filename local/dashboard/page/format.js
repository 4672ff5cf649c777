// Numbers, times and days as people read them, by the stores' clock.
let zone = "UTC";
let clocks = {};

export function setZone(name) {
  if (name === zone && clocks.time) return;
  zone = name;
  clocks = {
    time: new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    minute: new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }),
  };
  document.getElementById("zone").textContent = zone;
}
setZone("UTC");

/** A count; a withheld one is null and reads as a dash. */
export const number = (count) => (count === null || count === undefined ? "–" : count.toLocaleString("en"));
export const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "");
export const signed = (value) =>
  value === null || value === undefined ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
export const clock = (stamp) => clocks.time.format(new Date(stamp));
export const minute = (stamp) => clocks.minute.format(new Date(stamp));

export function dayName(snapshot) {
  return snapshot.day === snapshot.today ? "today" : longDay(snapshot.day);
}

export function longDay(day) {
  const noon = new Date(`${day}T12:00:00Z`);
  return noon.toLocaleDateString("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
}

export function ago(stamp) {
  const seconds = Math.max(0, Math.round((Date.now() - new Date(stamp)) / 1000));
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}
