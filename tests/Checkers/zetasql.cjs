// Reads { parameters: { NAME: TYPE }, tables: SQL, scripts: { NAME: SQL } } and writes
// { NAME: { problems: [TEXT], kinds: [STATEMENT], parameters: [NAME], columns: { COLUMN: TYPE } } }, the columns those of the last SELECT.
// The statements are those of GoogleSQL as BigQuery has it. A table that a script makes is known to its later statements.
const { LanguageOptions, TypeKind, ZetaSQLClient, runServer, terminateServer } = require("@fivetrandevelopers/zetasql");
const { createServer } = require("net");

const kinds = { STRING: "TYPE_STRING", INT64: "TYPE_INT64", FLOAT64: "TYPE_DOUBLE", TIMESTAMP: "TYPE_TIMESTAMP" };
const typeOf = name => name.startsWith("ARRAY<")
  ? { typeKind: TypeKind.TYPE_ARRAY, arrayType: { elementType: typeOf(name.slice(6, -1)) } }
  : { typeKind: TypeKind[kinds[name] ?? fail(`The type ${name} is not known here.`)] };
const kindNames = Object.fromEntries(Object.entries(TypeKind).map(([name, kind]) => [kind, name.replace("TYPE_", "").replace("DOUBLE", "FLOAT64")]));
const nameOf = type => type.arrayType ? `ARRAY<${nameOf(type.arrayType.elementType)}>` : kindNames[type.typeKind];
const fail = text => { throw new Error(text); };

function find(node, key, found = []) {
  for (const [name, value] of Object.entries(node ?? {})) {
    if (name === key && value) found.push(value);
    if (value && typeof value === "object") find(value, key, found);
  }
  return found;
}

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

// The analyzer knows statements and not scripts: to it a script's variables are parameters of their types, and what they are set to is a query, whose type is compared.
function withoutVariables(script) {
  const variables = Object.fromEntries([...script.matchAll(/^DECLARE (\w+) (\S+);$/gm)].map(match => [match[1], match[2]]));
  let sql = script.replace(/^DECLARE .*$/gm, "");
  for (const name of Object.keys(variables)) {
    sql = sql.replace(new RegExp(`^SET ${name} = ([^;]*);`, "gm"), `SELECT $1 AS set_${name};`).replace(new RegExp(`\\b${name}\\b`, "g"), `@${name}`);
  }
  return { sql, variables };
}

async function analyzeScript(client, language, tables, given, script) {
  const result = { problems: [], kinds: [], parameters: new Set(), columns: {} };
  const { sql, variables } = withoutVariables(script);
  const parameters = [...given, ...Object.entries(variables).map(([name, type]) => ({ name, type: typeOf(type) }))];
  const bytes = Buffer.from(sql, "utf8");
  for (let position = 0; bytes.subarray(position).toString("utf8").replace(/--.*/g, "").trim() !== "";) {
    let answer;
    try {
      answer = await client.analyze({
        parseResumeLocation: { input: sql, bytePosition: position, allowResume: true },
        options: { languageOptions: language, queryParameters: parameters, errorMessageMode: "ERROR_MESSAGE_ONE_LINE" },
        simpleCatalog: { name: "dataset", table: tables, builtinFunctionOptions: { languageOptions: language } },
      });
    } catch (error) {
      result.problems.push(error.details ?? error.message);
      return result;
    }
    const statement = answer.resolvedStatement;
    result.kinds.push(statement.node === "resolvedCreateStatementNode" ? "create" : statement.node.replace(/^resolved|StmtNode$/g, ""));
    find(statement, "resolvedParameterNode").filter(parameter => !(parameter.name in variables)).forEach(parameter => result.parameters.add(parameter.name));
    if (statement.node === "resolvedCreateStatementNode") {
      const name = find(statement, "namePath")[0].join(".");
      const column = find(statement, "columnDefinitionList")[0].map(definition => ({ name: definition.name, type: definition.type }));
      if (!tables.some(table => table.name === name)) tables.push({ name, column });
    }
    if (statement.node === "resolvedQueryStmtNode") {
      const columns = Object.fromEntries(statement.resolvedQueryStmtNode.outputColumnList.map(output => [output.name, nameOf(output.column.type)]));
      const [variable] = Object.keys(variables).filter(name => `set_${name}` in columns);
      if (variable === undefined) result.columns = columns;
      else if (columns[`set_${variable}`] !== variables[variable]) result.problems.push(`${variable} is ${variables[variable]} and is set to ${columns[`set_${variable}`]}`);
    }
    position = answer.resumeBytePosition;
  }
  return result;
}

async function main() {
  const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true; // The server's own words are not the answer.
  const port = await freePort();
  runServer(port);
  process.on("exit", terminateServer);
  ZetaSQLClient.init(port);
  const client = ZetaSQLClient.getInstance();
  await client.testConnection();
  const language = { ...(await new LanguageOptions().enableMaximumLanguageFeatures()).serialize(), productMode: "PRODUCT_EXTERNAL" };
  const parameters = Object.entries(input.parameters).map(([name, type]) => ({ name, type: typeOf(type) }));
  const tables = [];
  const results = { tables: await analyzeScript(client, language, tables, [], input.tables) };
  for (const [name, sql] of Object.entries(input.scripts)) {
    results[name] = await analyzeScript(client, language, [...tables], parameters, sql);
  }
  write(JSON.stringify(results, (_, value) => value instanceof Set ? [...value].sort() : value), () => process.exit(0));
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
