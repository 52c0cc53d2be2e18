// Signs a person in at the authority that the host names, by the code flow with PKCE (RFC 7636). What the way back needs is kept for the tab alone.

export type Offer = { authority: string; clientId: string; scope: string };
type Kept = { verifier: string; state: string; back: string; place: string; clientId: string; tokens: string };

const memory = "pipeline-sign-in";

const encode = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));

export const leave = async (offer: Offer) => {
  const published = await fetch(`${offer.authority.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const { authorization_endpoint, token_endpoint } = (await published.json()) as Record<string, string>;
  const kept: Kept = { verifier: random(), state: random(), back: location.origin + location.pathname, place: location.hash, clientId: offer.clientId, tokens: token_endpoint! };
  const challenge = encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept.verifier))));
  sessionStorage.setItem(memory, JSON.stringify(kept));
  const asked = { response_type: "code", response_mode: "query", client_id: offer.clientId, redirect_uri: kept.back, scope: offer.scope, state: kept.state, code_challenge: challenge, code_challenge_method: "S256" };
  location.assign(`${authorization_endpoint}?${new URLSearchParams(asked)}`);
};

// The token, where the authority has just sent the person back; nothing otherwise, also where what came back was not asked for by this tab.
export const arrive = async (): Promise<string | undefined> => {
  const query = new URLSearchParams(location.search);
  const state = query.get("state");
  if (!state) return undefined;
  const kept = JSON.parse(sessionStorage.getItem(memory) ?? "{}") as Partial<Kept>;
  sessionStorage.removeItem(memory);
  history.replaceState(null, "", location.pathname + (kept.place ?? ""));
  const code = query.get("code");
  if (!code || state !== kept.state) return undefined;
  const answer = await fetch(kept.tokens!, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: kept.back!, client_id: kept.clientId!, code_verifier: kept.verifier! }),
  });
  return answer.ok ? ((await answer.json()) as { access_token?: string }).access_token : undefined;
};
