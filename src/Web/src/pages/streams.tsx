import { useEffect, useState } from "preact/hooks";
import { follow, get } from "../api";
import { tellLocked, useData } from "../data";
import { integer, number, rate, time } from "../format";
import { Card, Chip, Empty, Page, Trend, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { StreamClusters, StreamEvent, StreamItems, StreamStats } from "../types";

/** The events of a stream, as it tells of them: each is what was told of it last. */
const useEvents = (stream: string | undefined) => {
  const [events, setEvents] = useState<Map<string, StreamEvent>>(new Map());
  const [live, setLive] = useState(false);
  const [told, setTold] = useState(0);
  useEffect(() => {
    setEvents(new Map());
    setLive(false);
    if (!stream) return;
    const stop = new AbortController();
    let last = "";
    const listen = async () => {
      while (!stop.signal.aborted) {
        try {
          await follow(`streams/${encodeURIComponent(stream)}/events`, last, (message) => {
            setLive(true);
            if (message.event === "follows") return;
            last = message.id;
            const event = JSON.parse(message.data) as StreamEvent;
            setEvents((before) => new Map(before).set(event.id, event));
            setTold((n) => n + 1);
          }, stop.signal);
        } catch (error) {
          tellLocked(error);
        }
        if (stop.signal.aborted) return;
        setLive(false);
        await new Promise((resolve) => setTimeout(resolve, 3000));
      }
    };
    void listen();
    return () => stop.abort();
  }, [stream]);
  return { events: [...events.values()].sort((a, b) => b.lastSeen.localeCompare(a.lastSeen)), live, told };
};

const Items = ({ stream, cluster }: { stream: string; cluster: number }) => {
  const items = useData<StreamItems>(`streams/${encodeURIComponent(stream)}/clusters/${cluster}/items?limit=8`);
  return (
    <Wait asked={items}>
      {(data) => <ul class="list">{data.items.map((item) => <li key={item.id}><span class="quote">{item.text}</span><span class="small">{item.id} · {time(item.time)}</span></li>)}</ul>}
    </Wait>
  );
};

const Clusters = ({ stream, data }: { stream: string; data: StreamClusters }) => {
  const [open, setOpen] = useState<number | undefined>();
  const fastest = Math.max(0.001, ...data.clusters.map((c) => c.ratePerHour));
  return (
    <table class="grid">
      <thead>
        <tr><th scope="col">{t.clusters}</th><th scope="col" class="n">{t.items}</th><th scope="col" title={t.rateNote}>{t.rate}</th><th scope="col">{t.trendName}</th><th scope="col">{t.lastSeen}</th></tr>
      </thead>
      <tbody>
        {data.clusters.map((cluster) => (
          <tr key={cluster.id}>
            <th scope="row">
              <button class="link" aria-expanded={open === cluster.id} onClick={() => setOpen(open === cluster.id ? undefined : cluster.id)}>{cluster.label}</button> {cluster.event && <Chip kind="new">{cluster.event}</Chip>}
              {open === cluster.id ? <Items stream={stream} cluster={cluster.id} /> : <span class="quote">{cluster.examples[0]}</span>}
            </th>
            <td class="n" data-label={t.items}>{integer(cluster.size)}{cluster.total > cluster.size && <span class="interval"> / {integer(cluster.total)}</span>}</td>
            <td data-label={t.rate}>
              <span class="bar"><span>{rate(cluster.ratePerHour)}</span><svg viewBox="0 0 60 6" width="60" height="6" aria-hidden="true"><rect class="all" width="60" height="6" rx="3" /><rect width={(60 * cluster.ratePerHour) / fastest} height="6" rx="3" /></svg></span>
            </td>
            <td data-label={t.trendName}><Trend trend={cluster.trend} /></td>
            <td class="date" data-label={t.lastSeen}>{time(cluster.lastSeen)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Events = ({ events }: { events: StreamEvent[] }) =>
  events.length === 0 ? <Empty>{t.noEvents}</Empty> : (
    <ul class="list" aria-live="polite">
      {events.slice(0, 20).map((event) => (
        <li key={event.id}>
          <strong>{event.label}</strong> <Chip kind={event.fadedAt ? "" : event.kind === "storm" ? "rising" : "new"}>{event.fadedAt ? t.faded : t.eventKind[event.kind]}</Chip>
          <span class="small">{t.eventText(integer(event.items), rate(event.rate), rate(event.rateBefore))} · {t.chance(event.chance.toExponential(0))} · {time(event.noticedAt)}</span>
          {event.centers.length > 0 && <span class="small">{event.centers.join(", ")}</span>}
          {event.examples.slice(0, 2).map((example) => <span key={example} class="quote">{example}</span>)}
        </li>
      ))}
    </ul>
  );

/** The stream with the newest item, where none is named: undefined until every one has been asked. */
const useNewest = (streams: string[] | undefined) => {
  const [newest, setNewest] = useState<string | undefined>();
  const names = streams?.join("\n");
  useEffect(() => {
    if (!streams) return;
    const stop = new AbortController();
    const ask = async (name: string) => {
      try {
        return { name, item: (await get<StreamStats>(`streams/${encodeURIComponent(name)}/stats`, stop.signal)).newestItem ?? "" };
      } catch {
        return { name, item: "" };
      }
    };
    void Promise.all(streams.map(ask)).then((asked) => {
      if (!stop.signal.aborted) setNewest(asked.reduce<(typeof asked)[number] | undefined>((best, one) => (best && Date.parse(best.item || "1970-01-01") >= Date.parse(one.item || "1970-01-01") ? best : one), undefined)?.name);
    });
    return () => stop.abort();
  }, [names]);
  return newest;
};

export const Streams = ({ name }: { name: string | undefined }) => {
  const streams = useData<{ streams: string[] }>("streams", 60);
  const newest = useNewest(name ? undefined : streams.data?.streams);
  const chosen = name ?? newest;
  const path = chosen && `streams/${encodeURIComponent(chosen)}`;
  const { events, live, told } = useEvents(chosen);
  const clusters = useData<StreamClusters>(path ? `${path}/clusters?limit=40` : null, 10);
  const stats = useData<StreamStats>(path ? `${path}/stats` : null, 10);
  useEffect(() => {
    if (told > 0) clusters.again();
  }, [told]);
  return (
    <Page
      title={t.streamsTitle}
      lead={t.streamsLead}
      aside={stats.data && (
        <dl class="totals">
          <div><dt>{t.items}</dt><dd>{integer(stats.data.items)}</dd></div>
          <div><dt>{t.kept}</dt><dd>{integer(stats.data.keptItems)}</dd></div>
          <div><dt>{t.clusters}</dt><dd>{integer(stats.data.clusters)}</dd></div>
          <div><dt>{t.events}</dt><dd>{integer(stats.data.events)}</dd></div>
        </dl>
      )}
    >
      <Wait asked={streams}>
        {(list) => list.streams.length === 0 ? <Card><Empty>{t.noStreams}</Empty></Card> : (
          <>
            <div class="filters">
              <label>{t.stream}
                <select value={chosen ?? ""} onChange={(e) => go(to(["streams", e.currentTarget.value]))}>
                  {list.streams.map((stream) => <option key={stream} value={stream}>{stream}</option>)}
                </select>
              </label>
              <span class={live ? "live on" : "live"} role="status">{live ? t.live : t.notLive}</span>
            </div>
            <div class="columns">
              <div>
                <Card
                  title={t.clusters}
                  aside={clusters.data?.now && <span class="small">{clusters.data.clusters.length < clusters.data.total && <>{t.shown(integer(clusters.data.clusters.length), number(clusters.data.total))}, </>}{t.asOf(time(clusters.data.now))}</span>}
                >
                  {!chosen && <p class="wait" role="status">{t.loading}</p>}
                  {chosen && <Wait asked={clusters}>{(data) => data.clusters.length === 0 ? <Empty>{t.noClusters}</Empty> : <Clusters stream={chosen} data={data} />}</Wait>}
                </Card>
              </div>
              <div><Card title={t.events}><Events events={events} /></Card></div>
            </div>
          </>
        )}
      </Wait>
    </Page>
  );
};
