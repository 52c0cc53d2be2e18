// Reads { tables: { NAME: "(COLUMN: TYPE, ...)" }, queries: { NAME: TEXT } } and writes { NAME: { problems: [TEXT], columns: { COLUMN: TYPE } } }.
require("@kusto/language-service-next/bridge.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.js");
const { GlobalState, KustoCode, Symbols } = Kusto.Language;

const { tables, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const symbols = Object.entries(tables).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, null));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("insights", symbols));

const results = {};
for (const [name, text] of Object.entries(queries)) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const problems = Bridge.toArray(code.GetDiagnostics()).map(found => `${found.Severity} at ${found.Start}: ${found.Message}`);
  const columns = Bridge.toArray(code.ResultType?.Columns ?? []).map(column => [column.Name, column.Type.Name]);
  results[name] = { problems, columns: Object.fromEntries(columns) };
}
process.stdout.write(JSON.stringify(results));
