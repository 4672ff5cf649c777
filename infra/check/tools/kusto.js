// Reads {"queries": [{"name", "text", "tables": {table: "(column:type, …)"}}]} from stdin and writes what the Kusto
// language service says against them, as JSON: [{"name", "code", "severity", "message", "near"}].
// Usage: node kusto.js FOLDER_WITH_NODE_MODULES
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const folder = path.join(process.argv[2], "node_modules/@kusto/language-service-next");
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(folder, file), "utf8"), { filename: file });
}
const { KustoCode, GlobalState } = Kusto.Language;
const { TableSymbol, DatabaseSymbol } = Kusto.Language.Symbols;

const found = [];
for (const { name, text, tables } of JSON.parse(fs.readFileSync(0, "utf8")).queries) {
  const symbols = Object.entries(tables).map(([table, columns]) => new TableSymbol.$ctor7(table, columns, null));
  const database = new DatabaseSymbol.$ctor2("logs", null, symbols);
  const code = KustoCode.ParseAndAnalyze(text, GlobalState.Default.WithDatabase(database));
  const diagnostics = code.GetDiagnostics();
  for (let i = 0; i < diagnostics.Count; i++) {
    const one = diagnostics.getItem(i);
    const near = text.slice(Math.max(0, one.Start), one.Start + Math.max(one.Length, 1)).slice(0, 60);
    found.push({ name, code: one.Code, severity: one.Severity, message: one.Message, near });
  }
}
process.stdout.write(JSON.stringify(found));
