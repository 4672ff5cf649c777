// Plain tables: a head, rows whose first cell names them.

/** Fill `table`: `head` and each row of texts, or {text, className}. */
export function fillTable(table, head, rows) {
  const thead = document.createElement("thead");
  const line = thead.insertRow();
  for (const each of head) {
    const { text, className = "" } = typeof each === "string" ? { text: each } : each;
    line.append(cell(text ? "th" : "td", text, text ? { scope: "col", className } : {}));
  }
  const tbody = document.createElement("tbody");
  for (const [name, ...cells] of rows) {
    const row = tbody.insertRow();
    row.append(cell("th", name, { scope: "row" }));
    for (const each of cells) row.append(typeof each === "string" ? cell("td", each) : cell("td", each.text, { className: each.className }));
  }
  table.replaceChildren(thead, tbody);
}

export function cell(tag, text, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = text;
  return made;
}
