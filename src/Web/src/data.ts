// What a page shows is asked for once, kept while the page is open elsewhere, and asked for again at times.
import { useCallback, useEffect, useState } from "preact/hooks";
import { get, NeedsKey, Refused } from "./api";

const known = new Map<string, unknown>();
const locked = new Set<() => void>();

export const onLocked = (told: () => void) => {
  locked.add(told);
  return () => locked.delete(told);
};

/** Asks who is there. */
export const lock = () => locked.forEach((told) => told());

export const tellLocked = (error: unknown) => {
  if (error instanceof NeedsKey) lock();
};

export type Asked<T> = { data: T | undefined; error: string | undefined; status: number | undefined; again: () => void };

export const useData = <T>(path: string | null, everySeconds = 0): Asked<T> => {
  const [, show] = useState(0);
  const [failure, setFailure] = useState<{ path: string; text: string; status: number | undefined } | undefined>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        known.set(path, await get<T>(path, stop.signal));
        setFailure(undefined);
      } catch (error) {
        if (stop.signal.aborted) return;
        tellLocked(error);
        setFailure({ path, text: error instanceof TypeError || !(error instanceof Error) ? "" : error.message, status: error instanceof Refused ? error.status : undefined });
      }
      if (stop.signal.aborted) return;
      show((n) => n + 1);
      if (everySeconds > 0) timer = setTimeout(ask, 1000 * everySeconds * (document.hidden ? 5 : 1));
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, everySeconds, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  return { data: path === null ? undefined : (known.get(path) as T | undefined), error: failure && failure.path === path ? failure.text : undefined, status: failure && failure.path === path ? failure.status : undefined, again };
};
