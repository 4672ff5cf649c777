// The catalogue of words: one JSON file a language, chosen by address, memory or browser.
const KEY = "footfall-language";
const LANGUAGES = ["en", "de"];
let texts = {};
export let language = "en";

/** Load the catalogue and fill every element with data-t (text) or data-t-label (accessible name). */
export async function loadWords() {
  const asked = new URLSearchParams(location.search).get("lang");
  const known = [asked, localStorage.getItem(KEY), ...navigator.languages.map((name) => name.slice(0, 2)), "en"];
  language = known.find((name) => LANGUAGES.includes(name));
  texts = await (await fetch(`words/${language}.json`)).json();
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

/** A text with its {places} filled; with `n`, the form for that number. */
export function t(key, values = {}) {
  const form = "n" in values && `${key}.one` in texts ? `${key}.${values.n === 1 ? "one" : "other"}` : key;
  let text = texts[form] ?? key;
  for (const [name, value] of Object.entries(values)) {
    const said = typeof value === "number" ? value.toLocaleString(language) : String(value);
    // An abbreviation at the end of a sentence ends it too: "29. Nov."
    if (said.endsWith(".")) text = text.replaceAll(`{${name}}.`, said);
    text = text.replaceAll(`{${name}}`, said);
  }
  return text;
}

/** Offer the languages in `#language`; a choice is remembered and loads the page anew. */
export function watchLanguage() {
  const select = document.getElementById("language");
  select.value = language;
  select.addEventListener("change", () => {
    localStorage.setItem(KEY, select.value);
    const query = new URLSearchParams(location.search);
    query.delete("lang");
    location.search = query;
  });
}
