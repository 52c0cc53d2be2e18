// Addresses behind the hash: the host serves one page, and each view can be linked to.
import { useEffect, useState } from "preact/hooks";

export type Place = { parts: string[]; query: URLSearchParams };

const decoded = (part: string) => {
  try {
    return decodeURIComponent(part);
  } catch {
    // Typed by hand: as it stands.
    return part;
  }
};

const read = (): Place => {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
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

export const usePlace = (): Place => {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const changed = () => {
      setPlace(read());
      window.scrollTo(0, 0);
      document.getElementById("content")?.focus({ preventScroll: true });
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return place;
};
