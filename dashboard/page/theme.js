// Light, dark, or as the system has it; remembered on this machine.
const KEY = "footfall-theme";

/** Apply the choice, and call `changed` whenever the colours change. */
export function watchTheme(changed) {
  const select = document.getElementById("theme");
  const apply = () => {
    if (select.value) document.documentElement.dataset.theme = select.value;
    else delete document.documentElement.dataset.theme;
  };
  select.value = localStorage.getItem(KEY) || "";
  apply();
  select.addEventListener("change", () => {
    localStorage.setItem(KEY, select.value);
    apply();
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
