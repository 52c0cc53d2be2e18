// Reads { NAME: SQL } of queries that name no table and writes { NAME: [[VALUE]] }, their rows: what GoogleSQL gives in BigQuery's time zone, as texts, null or lists of them.
const { LanguageOptions, ZetaSQLClient, runServer, terminateServer } = require("@fivetrandevelopers/zetasql");
const { createServer } = require("net");

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const text = value => {
  const kind = value.value ?? Object.keys(value).find(name => value[name] !== undefined && name !== "value");
  if (kind === "arrayValue") return value.arrayValue.element.map(text);
  return kind === undefined || value[kind] === null || value[kind] === undefined ? null : String(value[kind]);
};

async function main() {
  const queries = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true; // The server's own words are not the answer.
  const port = await freePort();
  runServer(port);
  process.on("exit", terminateServer);
  ZetaSQLClient.init(port);
  const client = ZetaSQLClient.getInstance();
  await client.testConnection();
  const languageOptions = { ...(await new LanguageOptions().enableMaximumLanguageFeatures()).serialize(), productMode: "PRODUCT_EXTERNAL" };
  const results = {};
  for (const [name, sql] of Object.entries(queries)) {
    const answer = await client.promisify(
      { sql, options: { languageOptions, defaultTimezone: "UTC" }, simpleCatalog: { name: "none", builtinFunctionOptions: { languageOptions } } },
      ZetaSQLClient.API.evaluateQuery.bind(ZetaSQLClient.API));
    results[name] = answer.content.tableData.row.map(row => row.cell.map(text));
  }
  write(JSON.stringify(results), () => process.exit(0));
}

main().catch(error => {
  console.error(error.details ?? error);
  process.exit(1);
});
