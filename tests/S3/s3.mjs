// Runs fauxqs's S3 service, in memory and on a free port, until standard input ends, which it does with the process that started it, however that one dies.
// fauxqs takes every key and knows no conditional writes. Both are added here, in the service's own process, before it handles a request, which it does in one go:
// If-None-Match: * and If-Match on a write in one request and on the end of one in parts, and a refusal of keys that are not the tests' own.
import { buildApp } from "fauxqs";

const accessKey = process.env.S3_ACCESS_KEY;

process.stdin.resume();
process.stdin.on("end", () => process.exit());

const app = buildApp({ logger: false });

function refuse(reply, status, code, message) {
  reply.status(status).header("content-type", "application/xml").send(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

// The ETag of the object that is there; null where there is none.
async function tagOf(path) {
  const answer = await app.inject({ method: "HEAD", url: path, headers: { "x-tests-own": "1" } });
  return answer.statusCode === 200 ? answer.headers.etag : null;
}

const busy = new Map();

app.addHook("preHandler", async (request, reply) => {
  if (request.headers["x-tests-own"]) {
    return;
  }

  if (!(request.headers.authorization ?? "").includes(`Credential=${accessKey}/`)) {
    refuse(reply, 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
    return reply;
  }

  const query = request.query ?? {};
  const ends = (request.method === "PUT" && !query.uploadId) || (request.method === "POST" && query.uploadId);
  const wanted = request.headers["if-match"];
  if ((request.headers["if-none-match"] !== "*" && !wanted) || !ends) {
    return;
  }

  // One conditional write of an object at a time, until its answer is on its way.
  const path = request.url.split("?")[0];
  while (busy.has(path)) {
    await busy.get(path);
  }

  let done;
  busy.set(path, new Promise((resolve) => { done = resolve; }));
  request.release = () => { busy.delete(path); done(); };
  const tag = await tagOf(path);
  if (wanted && tag === null) {
    refuse(reply, 404, "NoSuchKey", "The specified key does not exist.");
    return reply;
  }

  if (wanted ? tag.replaceAll('"', "") !== wanted.replaceAll('"', "") : tag !== null) {
    refuse(reply, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    return reply;
  }
});

app.addHook("onSend", async (request) => request.release?.());

const address = await app.listen({ host: "127.0.0.1", port: 0 });
console.log(`S3 listens on ${address}`);
