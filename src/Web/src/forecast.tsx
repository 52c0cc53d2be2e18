// What is expected of a tech center, or of all together, beside the weeks that it was made of.
import { WeeklyChart } from "./chart";
import { useData } from "./data";
import { date, integer } from "./format";
import { Card, Empty, Wait } from "./parts";
import { t } from "./text";
import type { VolumeForecast } from "./types";

/** So many weeks ahead. */
export const ahead = 8;

/** A problem is called quiet after so many whole weeks without an incident; a tech center after one. */
const quietAfter = 4;

const week = 7 * 86_400_000;

export const Quiet = ({ since, weeks, least = quietAfter }: { since: string | undefined; weeks: number | undefined; least?: number }) =>
  since && weeks && weeks >= least ? <p class="quiet" role="note">{t.quiet(date(since), integer(weeks))}</p> : null;

/** The same in a list. */
export const QuietFor = ({ since, weeks }: { since: string | undefined; weeks: number | undefined }) =>
  since && weeks && weeks >= quietAfter ? <span class="small" title={t.quiet(date(since), integer(weeks))}>{t.quietFor(integer(weeks))}</span> : null;

const quietWeeks = (data: VolumeForecast) => (data.quietSince && data.weeks[0] ? Math.round((Date.parse(data.weeks[0].week) - Date.parse(data.quietSince)) / week) : 0);

/** The weeks of a tech center, or of the company where none is named, with those to come. Where there is too little history for that, it says so. */
export const Expected = ({ center, shown, title, note }: { center?: string; shown?: number; title: string; note?: string }) => {
  const asked = useData<VolumeForecast>(`forecast${center ? `/${encodeURIComponent(center)}` : ""}?weeks=${ahead}`, 600);
  if (asked.status === 404) return null;
  return (
    <Card title={title} {...(note ? { note } : {})}>
      {asked.status === 422 ? <Empty>{t.tooShort}</Empty> : (
        <Wait asked={asked}>
          {(data) => (
            <>
              <Quiet since={data.quietSince} weeks={quietWeeks(data)} least={1} />
              <WeeklyChart weeks={shown ? data.weeklyCounts.slice(-shown) : data.weeklyCounts} forecast={data.weeks} />
            </>
          )}
        </Wait>
      )}
    </Card>
  );
};
