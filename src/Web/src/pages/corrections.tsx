import { useState } from "preact/hooks";
import { download, send } from "../api";
import { CorrectionList } from "../correct";
import { tellLocked, useData } from "../data";
import { integer } from "../format";
import { Card, Page, Pager, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Corrections, Imported } from "../types";

/** All corrections of all tech centers: the history, what does not fit, and the way to other installations. */
export const CorrectionsPage = ({ query }: { query: URLSearchParams }) => {
  const conflicts = query.get("conflicts") === "true", page = query.get("page") ?? "1";
  const corrections = useData<Corrections>(`corrections?${new URLSearchParams({ page, ...(conflicts ? { conflicts: "true" } : {}) })}`);
  const [told, setTold] = useState("");
  const changed = (text: string) => {
    setTold(text);
    corrections.again();
  };
  const bring = async (file: File | undefined) => {
    if (!file) return;
    try {
      const made = await send<Imported>("corrections/import", file);
      changed([t.imported(integer(made.added), integer(made.known), integer(made.refused)), ...made.lines.map((l) => `${l.line}: ${l.reason}`), ...made.pending].join(" "));
    } catch (error) {
      tellLocked(error);
      setTold(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Page title={t.correctionsTitle} lead={t.correctionsLead}>
      <Card>
        <div class="filters">
          <label class="check"><input type="checkbox" checked={conflicts} onChange={(e) => { location.hash = to(["corrections"], { conflicts: e.currentTarget.checked ? "true" : "" }); }} /> {t.onlyConflicts(integer(corrections.data?.conflicts ?? 0))}</label>
          <button type="button" onClick={() => void download("corrections?format=ndjson", "corrections.ndjson").catch(tellLocked)}>{t.exportAll}</button>
          {corrections.data?.mayCorrect && <label class="field">{t.importFrom}<input type="file" accept=".ndjson,.json" onChange={(e) => void bring(e.currentTarget.files?.[0])} /></label>}
        </div>
        <p role="status" class="told">{told}</p>
        <Wait asked={corrections}>
          {(data) => (
            <>
              <CorrectionList page={data} changed={changed} />
              <Pager page={data.page} size={data.pageSize} total={data.total} address={(next) => to(["corrections"], { conflicts: conflicts ? "true" : "", page: next })} />
            </>
          )}
        </Wait>
      </Card>
    </Page>
  );
};
