// Answers queries in SQL with DuckDB, in memory. Standard input is one JSON object: the name and the text of each query. Standard output is one too: the rows of each, as objects whose values are texts.
import { DuckDBInstance } from "@duckdb/node-api";

let input = "";
for await (const chunk of process.stdin) {
  input += chunk;
}

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
const answers = {};
for (const [name, sql] of Object.entries(JSON.parse(input))) {
  const result = await connection.runAndReadAll(sql);
  answers[name] = result.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column, value === null ? null : String(value)])));
}

console.log(JSON.stringify(answers));
