// Reads {"text"} and writes what is wrong with it as a Dockerfile, as [{"line", "message"}].
const { validate } = require("dockerfile-utils");
const { text } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const problems = validate(text, { deprecatedMaintainer: 2, directiveCasing: 2, emptyContinuationLine: 2, instructionCasing: 2, instructionCmdMultiple: 2, instructionEntrypointMultiple: 2, instructionHealthcheckMultiple: 2, instructionJSONInSingleQuotes: 2, instructionWorkdirRelative: 2 });
console.log(JSON.stringify(problems.map((problem) => ({ line: problem.range.start.line + 1, message: problem.message }))));
