// Addresses behind the hash: the host serves one page, and each view can be linked to.
import { useLayoutEffect, useState } from "preact/hooks";

/** Where one is: the parts of the path and the query behind the hash, and all of it as it stands in the address. */
export type Place = { hash: string; parts: string[]; query: URLSearchParams };

const decoded = (part: string) => {
  try {
    return decodeURIComponent(part);
  } catch {
    // Typed by hand: as it stands.
    return part;
  }
};

const read = (): Place => {
  const { hash } = location, [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { hash, parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
};

export const to = (parts: (string | number)[], query?: Record<string, string | number | undefined | null>) => {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined && value !== null && value !== "") asked.set(name, String(value));
  const text = asked.toString();
  return `#/${parts.map((part) => encodeURIComponent(part)).join("/")}${text ? `?${text}` : ""}`;
};

export const go = (address: string) => {
  location.hash = address;
};

/** Changes the address without going anywhere: what is shown is already what it says. */
export const keep = (address: string) => {
  history.replaceState(null, "", address);
  document.body.dataset.shown = location.hash;
};

export const usePlace = (): Place => {
  const [place, setPlace] = useState(read);
  // From the first picture on: an address that changes before that would be missed.
  useLayoutEffect(() => {
    const changed = () => {
      setPlace(read());
      window.scrollTo(0, 0);
      document.getElementById("content")?.focus({ preventScroll: true });
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  useLayoutEffect(() => {
    document.body.dataset.shown = place.hash;
  }, [place]);
  return place;
};
