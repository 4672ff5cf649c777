// Remarks on days: campaigns, holidays, closed days.
import { day } from "./format.js";
import { t } from "./words.js";

export function showNotes({ notes, today }) {
  document.getElementById("notes-card").hidden = !notes.length;
  document.getElementById("notes").replaceChildren(
    ...notes.map((note) => {
      const item = document.createElement("li");
      const kind = document.createElement("b");
      kind.textContent = t(`note.${note.kind}`);
      item.append(`${day(note.day, today)}${note.store ? `, ${note.store}` : ""}: `, kind, ` ${note.text}`);
      return item;
    }),
  );
}
