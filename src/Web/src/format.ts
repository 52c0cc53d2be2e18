// Numbers, dates and times as the language writes them. Times are UTC, as those of the API.
import { language, t } from "./text";

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
const hundredths = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const finePercents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });

export const integer = (value: number) => whole.format(value);
export const number = (value: number) => (Math.abs(value) >= 100 ? whole : one).format(value);
export const rate = (value: number) => (value >= 100 ? whole : value >= 10 ? one : two).format(value);
/** A ratio: near 1 with two places, so that it shows on which side it lies. */
export const times = (value: number) => (Math.abs(value - 1) < 0.05 ? hundredths : value >= 10 ? one : two).format(value);
export const percent = (value: number | null) => (value === null ? "–" : percents.format(value));
/** A small share: 0.4 % is not 0 %. */
export const finePercent = (value: number) => finePercents.format(value);
export const date = (text: string | null) => (text ? day.format(new Date(text)) : "–");
export const time = (text: string | null) => (text ? minute.format(new Date(text)) : "–");

export const span = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${Math.max(1, Math.round(milliseconds))} ms`;
  if (seconds < 60) return `${seconds < 10 ? one.format(seconds) : whole.format(seconds)} s`;
  if (seconds < 3600) return `${whole.format(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${whole.format(seconds / 3600)} h`;
  return language === "de" ? `${whole.format(seconds / 86400)} Tagen` : `${whole.format(seconds / 86400)} days`;
};

export const ago = (text: string, now: number) => (now - Date.parse(text) < 2000 ? t.now : t.ago(span(now - Date.parse(text))));
export const ahead = (text: string, now: number) => (Date.parse(text) <= now ? t.now : t.ahead(span(Date.parse(text) - now)));
