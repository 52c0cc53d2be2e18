// Ticks of axes: 1, 2 or 5 times a power of ten, written with as many decimals as the step between them needs.
import { language } from "./text";

const factors = [1, 2, 5];

/** The steps that an axis may have, the least first: from 0.0001 on, or from 1 on where only whole numbers make sense. */
export const steps = (whole: boolean): number[] => Array.from({ length: whole ? 10 : 14 }, (_, i) => i - (whole ? 0 : 4)).flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));

/** From 0 to at least the highest, in five steps at most. */
export const ticksTo = (highest: number, whole: boolean): { step: number; ticks: number[] } => {
  const all = steps(whole), step = all.find((one) => one * 5 >= highest) ?? all.at(-1)!;
  return { step, ticks: Array.from({ length: Math.max(1, Math.ceil(highest / step - 1e-9)) + 1 }, (_, i) => i * step) };
};

/** A tick as it is written beside its axis. */
export const tickText = (tick: number, step: number): string => {
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(tick);
};
