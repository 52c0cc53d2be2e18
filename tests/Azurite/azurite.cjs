// Runs Azurite's blob service until standard input ends, which it does with the process that started it, however that one dies.
process.stdin.resume();
process.stdin.on("end", () => process.exit());
require("azurite/dist/src/blob/main.js");
