// The answers of the API that the desk reads, as openapi.json describes them.

export type Trend = "unknown" | "new" | "rising" | "steady" | "falling" | "gone";
export type Ratio = { ratio: number; low: number; high: number };
export type Rate = { rate: number; low: number; high: number };
export type Impact = { urgentShare: number | null; reopenedShare: number | null; meanHoursToResolve: number | null };
export type Place = { techCenter: string; id: number; label: string; size: number; recent: number };

export type ProblemStatus = "open" | "knownError" | "ignored";
export type Marks = {
  status: ProblemStatus; trainedLabel: string | null; description: string | null; owner: string | null; record: string | null; notes: { text: string; by: string; at: string }[]; merged: number[]; splitFrom: number | null;
};
export type CorrectionKind = "rename" | "describe" | "status" | "owner" | "note" | "record" | "merge" | "split" | "move" | "notThis" | "undo";
export type Correction = {
  id: string; at: string; by: string; kind: CorrectionKind; problem?: number; into?: number; variants?: number[]; newProblem?: number; text?: string; status?: ProblemStatus;
  tickets?: { number: string; contentHash: string | null }[]; erasedTickets?: number; undoes?: string; importedBy?: string;
};
export type ShownCorrection = {
  techCenter: string; correction: Correction; undone: { id: string; by: string; at: string } | null; conflict: { id: string; what: string; fix: string } | null;
};
export type Corrections = { total: number; conflicts: number; newest: string | null; page: number; pageSize: number; mayCorrect: boolean; corrections: ShownCorrection[] };
export type CorrectionMade = { techCenter: string; correction: Correction; changed: number; pending: string | null };
export type Imported = { added: number; known: number; refused: number; lines: { line: number; reason: string }[]; pending: string[] };

export type RankedProblem = {
  label: string; domainName: string; status?: ProblemStatus; places: Place[]; size: number; recent: number; perWeek: Rate; share: number; trend: Trend; change: Ratio | null;
  firstSeen: string | null; lastSeen: string | null; impact: Impact; weight: number; weeklyCounts: number[];
};
export type Change = { techCenter: string; version: string; kind: string; problemId: number; label: string; incidents: number };
export type Ranking = {
  at: string;
  totals: { techCenters: number; problems: number; incidents: number; recent: number; unclusteredShare: number; newestIncident: string | null; newestModel: string | null };
  recentFrom: string | null; recentUntil: string | null; recentDays: number; weeks: string[];
  first: RankedProblem[]; new: RankedProblem[]; rising: RankedProblem[]; biggest: RankedProblem[]; changes: Change[];
  outside: { techCenter: string; newestIncident: string; ahead: boolean }[];
};

export type ProblemSummary = {
  techCenter: string; id: number; label: string; domainName: string; size: number; variants: number; trend: Trend; change: Ratio | null; firstSeen: string | null; lastSeen: string | null; quietSince?: string; quietWeeks?: number; marks?: Marks;
};
export type ProblemPage = { total: number; page: number; pageSize: number; problems: ProblemSummary[] };
export type Variant = { id: number; label: string; keywords: string[]; size: number; firstSeen: string | null; lastSeen: string | null; examples: string[] };
export type Lineage = { version: string; publishedAt: string; kind: string; label: string; size: number; previousSize: number; related: { id: number; label: string | null }[]; splitOff: { id: number; label: string | null }[] };
export type ProblemDetails = {
  version: string; current: boolean; summary: ProblemSummary; keywords: string[]; variants: Variant[]; weeklyCounts: { week: string; count: number }[]; lineage: Lineage[];
};
export type ForecastWeek = { week: string; mean: number; low80: number; high80: number; low95: number; high95: number };
export type Forecast = { history: number; weeks: ForecastWeek[]; methods: { method: string; weight: number; error: number }[]; quietSince?: string };
export type VolumeForecast = Forecast & { techCenter: string | null; weeklyCounts: { week: string; count: number }[] };
export type Neighbour = { techCenter: string; id: number; label: string; likeness: number; words: string[] };

export type Ticket = { number: string; url: string | null; createdOn: string | null; text: string | null; clusterId: number | null; confidence: number | null; priority: string | null; resolvedOn: string | null } & OfProblem;
export type TicketPage = { total: number; page: number; pageSize: number; incidents: Ticket[] };
export type Story = {
  incident: Ticket; techCenter: string; state: string | null; location: string | null; configurationItem: string | null; reopenCount: number | null; updatedOn: string | null;
  closeNotes: string | null; arrivedAt: string | null; embedder: string | null;
  problem: { id: number; label: string; clusterId: number; clusterLabel: string; domainName: string; modelVersion: string; predictedAt: string | null } | null;
};
export type Classified = { version: string; texts: { problemId: number; problemLabel: string; confidence: number; words: string[]; nearest: { problemId: number; problemLabel: string; text: string; similarity: number }[] }[] };

export type StreamEvent = {
  id: string; kind: "emerging" | "storm"; cluster: number | null; problem: number | null; label: string; examples: string[]; firstSeen: string; lastSeen: string; noticedAt: string; noticedItems: number;
  items: number; rate: number; rateBefore: number; chance: number; centers: string[]; fadedAt: string | null;
};
export type Emerging = { techCenter: string; stream: string; problemId: number; event: StreamEvent };
export type StreamCluster = {
  id: number; label: string; size: number; total: number; examples: string[]; firstSeen: string; lastSeen: string; ratePerHour: number; trend: "growing" | "steady" | "fading"; centers: string[]; event: string | null;
};
export type StreamClusters = { stream: string; now: string | null; total: number; clusters: StreamCluster[] };
export type StreamStats = { items: number; keptItems: number; clusters: number; events: number; similarityThresholdInForce: number; newestItem: string | null };
export type StreamItems = { items: { id: string; text: string; time: string }[] };

export type CenterStatus = {
  name: string; incidents: number; preprocessed: number; predicted: number; unclustered: number; newestIncident: string | null; newestPrediction: string | null; version: string | null; versions: number;
  modelAgeDays: number | null; problems: number; clusters: number; problem: string | null; canary: string | null; refused: string[];
};
export type Mode = { state: "running" | "readOnly" | "halted"; since: string; who: string; reason: string | null };
export type Status = { mode: Mode; embedder: string; waitingForPreprocessing: number; deadLetters: number; techCenters: CenterStatus[] };
export type Host = {
  now: string; started: string; version: string; development: boolean; work: { stage: string; done: number; total: number; detail: string | null }[];
  schedules: { function: string; schedule: string; next: string; last: string | null; succeeded: boolean | null; isRunning: boolean }[];
  invocations: { function: string; trigger: string; reason: string; started: string; milliseconds: number | null; outcome: string; problem: string | null }[];
  poison: { object: string; function: string; attempts: number; error: string | null }[];
};
export type ModelVersion = { version: string; publishedAt: string; incidents: number; problems: number; unclustered: number; stage: string; since: string | null; percent: number | null; passed: boolean | null };
export type Models = { techCenters: { techCenter: string; production: string | null; versions: ModelVersion[]; damaged: { version: string; problem: string }[] }[] };
export type Alert = {
  id: string; rule: string; severity: "notice" | "warning" | "error" | "critical"; title: string; text: string; techCenter: string | null; raisedAt: string; lastAt: string; count: number; state: string;
  acknowledgedBy: string | null; isOpen: boolean;
};
export type Drift = { raised: number; high: number; techCenters: { techCenter: string; measuredAt: string; score: number | null; level: string; detail: string; retrainingRecommended: boolean }[] };
export type Run = { id: string; kind: string; techCenter: string; name: string; state: string; startedAt: string; endedAt: string | null; measures: Record<string, number | string> };
export type Upload = {
  id: string; dataset: string | null; state: string; file: string; bytes: number; receivedAt: string; seconds: number; source: string | null; rows: number; accepted: number; rejected: number;
  rejectReasons: Record<string, number>; added: number; changed: number; problem: string | null;
};
export type Found = Omit<Ticket, "text" | "clusterId" | "confidence" | keyof OfProblem> & {
  text: string; techCenter: string; highlights: [number, number][]; problemId: number | null; problemLabel: string | null; score: number; wordRank: number | null; vectorRank: number | null; likeness: number | null; closeNotes: string | null;
};
export type SearchResult = {
  text: string; candidates: number; incidents: Found[];
  facets: { techCenters: { techCenter: string; count: number }[]; problems: { techCenter: string; id: number; label: string; count: number }[] };
};
export type SimilarIncidents = { number: string; incidents: Found[] };

// Explore: the map.
export type MappedProblem = { id: number; label: string; size: number; x: number; y: number; since: string };
export type CenterMap = {
  techCenter: string; version: string; versions: string[]; incidents: number; placed: number; width: number; height: number; problems: MappedProblem[];
  numbers: string[]; x: number[]; y: number[]; problem: number[]; priority: number[]; week: number[];
};
export type IncidentMap = { priorities: string[]; firstWeek: string | null; weeks: number; centers: CenterMap[] };
// Explore: tree, likeness, Pareto, periods, trends.
export type ProblemName = { techCenter: string; id: number; label: string };
export type TreeNode = {
  kind: "company" | "techCenter" | "domain" | "problem" | "variant"; id: number | null; name: string; techCenter: string | null; size: number; recent: number; problems: number; children: TreeNode[];
  unclustered?: number; recentFrom?: string; trend?: Trend; change?: Ratio; status?: ProblemStatus;
};
export type LikenessMatrix = { by: "words" | "vectors"; techCenter: string | null; problems: (ProblemName & { domainName: string; size: number; words: string[] })[]; likeness: number[][] };
export type ParetoMeasure = "incidents" | "urgent" | "reopened" | "hours";
export type ParetoProblem = { label: string; domainName: string; places: ProblemName[]; value: number; share: number; cumulative: number };
export type Pareto = { measure: ParetoMeasure; total: number; ofNone: number; count: number; makeMost: number; problems: ParetoProblem[] };
export type DayRange = { from: string; until: string; days: number };
export type PeriodSums = { count: number; before: number; change: Ratio | null };
export type ComparedProblem = {
  label: string; domainName: string; places: ProblemName[]; count: number; before: number; perWeek: number; perWeekBefore: number; more: number; trend: Trend; change: Ratio | null; chance: number | null; firstSeen: string | null;
};
export type Periods = { period: DayRange; against: DayRange; all: PeriodSums; ofNone: PeriodSums; problems: ComparedProblem[] };
export type FollowedSeries = { techCenter: string; id: number | null; label: string; counts: number[] };
export type Series = { weeks: string[]; days: number[]; all: number[]; series: FollowedSeries[] };
// Problem profile, all tickets, operations over time.
export type OfProblem = { techCenter: string; problemId: number | null; problemLabel: string | null };
export type Profile = {
  techCenter: string; id: number; centerIncidents: number; incidents: number;
  standsOut: { column: string; value: string; incidents: number; share: number; centerShare: number; lift: number; chance: number }[];
  known: { column: string; incidents: number }[];
  resolved: { read: number; frequent: { note: string; incidents: number; share: number; lastUsed: string | null; examples: string[] }[] };
  centers: { techCenter: string; id: number; label: string; incidents: number }[];
};
export type MeasureHistory = { name: string; from: string; until: string; series: { techCenter: string | null; days: { day: string; count: number; mean: number; low: number; high: number; last: number }[] }[] };
type Metrics = { incidents: number; clusters: number; unclustered: number; noiseShare: number; dbcv: number; meanPersistence: number; trainSeconds: number; stability: number | null };
export type Comparison = {
  techCenter: string; a: { version: string; problems: number; metrics: Metrics }; b: { version: string; problems: number; metrics: Metrics }; incidents: number;
  clusters: { kind: string; id: number; label: string; incidents: number; related: number[] }[]; changed: number; changedIncidents: { number: string; before: string | null; after: string | null }[]; counts: Record<string, number>;
};
export type AuditPage = {
  entries: { number: number; id: string; at: string; actor: string; role: string | null; via: string; action: string; object: string; outcome: string; detail: string | null; count: number }[]; page: number; pageSize: number; more: boolean;
};
export type Me = { name: string; role: "reader" | "analyst" | "operator" | "admin" };
