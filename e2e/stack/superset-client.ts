/** A chart as Superset lists it. */
export interface SupersetChart {
  readonly id: number;
  readonly slice_name: string;
}

/** What this repository's specs ask of Superset's API, as a user who signed in. */
export class SupersetClient {
  private constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  /** @throws where the password is not accepted */
  static async signIn(url: string, username: string, password: string): Promise<SupersetClient> {
    const response = await fetch(`${url}/api/v1/security/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ username, password, provider: 'db', refresh: false }),
    });
    if (!response.ok) throw new Error(`login: ${response.status} ${await response.text()}`);
    return new SupersetClient(url, ((await response.json()) as { access_token: string }).access_token);
  }

  async charts(): Promise<SupersetChart[]> {
    const { result } = await this.#get<{ result: SupersetChart[] }>('/api/v1/chart/?q=(page_size:100)');
    return result;
  }

  /** The rows of a chart, asked of its database anew. */
  async rows(chart: SupersetChart): Promise<Record<string, unknown>[]> {
    const path = `/api/v1/chart/${chart.id}/data/?force=true`;
    const { result } = await this.#get<{ result: { data: Record<string, unknown>[]; error: string | null }[] }>(path);
    const failed = result.find(({ error }) => error !== null);
    if (failed !== undefined) throw new Error(`${chart.slice_name}: ${failed.error}`);
    return result.flatMap(({ data }) => data);
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      // gunicorn closes connections that rest for two seconds, at times just when the next request is sent
      headers: { authorization: `Bearer ${this.token}`, connection: 'close' },
      redirect: 'manual',
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return (await response.json()) as T;
  }
}
