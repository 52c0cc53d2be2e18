// Asks the API of the host that served this page. The key or token, where the host wants one, is kept for the tab alone.
import type { Offer } from "./signin";

const script = import.meta.url;
const api = import.meta.env.DEV ? "/api/" : new URL("..", script).pathname;
const keyName = "pipeline-key";

// With a state beside it, the code is not a key but an authority's (signin.ts).
const query = new URLSearchParams(location.search);
const given = query.get("code");
if (given && !query.has("state")) {
  sessionStorage.setItem(keyName, given);
  history.replaceState(null, "", location.pathname + location.hash);
}

export class NeedsKey extends Error {}

/** An answer other than the one that was asked for. */
export class Refused extends Error {
  constructor(readonly status: number, detail: string) { super(detail); }
}

export const setKey = (key: string) => sessionStorage.setItem(keyName, key);

const headers = (more?: Record<string, string>): Record<string, string> => {
  const key = sessionStorage.getItem(keyName);
  if (!key) return { ...more };

  // A token has three parts; a key has no dot.
  return key.split(".").length === 3 ? { ...more, authorization: `Bearer ${key}` } : { ...more, "x-functions-key": key };
};

const address = (path: string) => (path.startsWith("/") ? path : api + path);

const answer = async (response: Response) => {
  if (response.ok) return response;
  if (response.status === 401) throw new NeedsKey();
  let detail = `${response.status} ${response.statusText}`;
  try {
    const problem = (await response.json()) as { detail?: string };
    detail = problem.detail ?? detail;
  } catch {
    // An answer without a body says no more than its status.
  }
  throw new Refused(response.status, detail);
};

// Where the host would have people sign in; nothing where it takes keys and tokens of its own alone.
export const offer = async (): Promise<Offer | undefined> => {
  const response = await fetch(address("sign-in"));
  return response.status === 200 ? ((await response.json()) as Offer) : undefined;
};

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
  const response = await answer(await fetch(address(path), { headers: headers(), cache: "no-store", signal: signal ?? null }));
  return (await response.json()) as T;
};

export const post = async <T>(path: string, body: unknown): Promise<T> => {
  const response = await answer(await fetch(address(path), { method: "POST", headers: headers({ "content-type": "application/json" }), body: JSON.stringify(body) }));
  return (await response.json()) as T;
};

/** Sends a file as it is. */
export const send = async <T>(path: string, file: Blob): Promise<T> => {
  const response = await answer(await fetch(address(path), { method: "POST", headers: headers({ "content-type": "application/x-ndjson" }), body: file }));
  return (await response.json()) as T;
};

export const remove = async <T>(path: string): Promise<T> => {
  const response = await answer(await fetch(address(path), { method: "DELETE", headers: headers() }));
  return (await response.json()) as T;
};

export const download = async (path: string, name: string) => {
  const response = await answer(await fetch(address(path), { headers: headers() }));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

export type Message = { id: string; event: string; data: string };

// Server-sent events by fetch, since an EventSource cannot send the key in a header.
export const follow = async (path: string, last: string, told: (message: Message) => void, signal: AbortSignal) => {
  const more = last ? { "Last-Event-ID": last } : undefined;
  const response = await answer(await fetch(address(path), { headers: headers(more), cache: "no-store", signal }));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const message: Message = { id: "", event: "message", data: "" };
      for (const line of block.split("\n")) {
        const at = line.indexOf(":");
        const field = line.slice(0, at), text = line.slice(at + 1).trimStart();
        if (field === "id") message.id = text;
        else if (field === "event") message.event = text;
        else if (field === "data") message.data += text;
      }
      told(message);
    }
  }
};
