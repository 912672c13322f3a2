import { user } from './running-superset.js';

/** A chart of a dashboard as Superset's API lists it. */
export interface ListedChart {
  readonly id: number;
  readonly slice_name: string;
  readonly form_data: Readonly<Record<string, unknown>>;
}

/** What the chart-data API answers for one query. */
export interface ChartRows {
  readonly rowcount: number;
  readonly error: string | null;
  readonly data: readonly Readonly<Record<string, unknown>>[];
}

/** Superset's API, signed in. */
export class SupersetApi {
  private constructor(
    readonly url: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  static async signIn(url: string): Promise<SupersetApi> {
    const response = await fetch(`${url}/api/v1/security/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: user.name, password: user.password, provider: 'db', refresh: false }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new SupersetApi(url, { authorization: `Bearer ${token}` });
  }

  async dashboards(): Promise<readonly { slug: string; dashboard_title: string }[]> {
    return ((await this.get('/api/v1/dashboard/')) as { result: { slug: string; dashboard_title: string }[] }).result;
  }

  async charts(slug: string): Promise<readonly ListedChart[]> {
    return ((await this.get(`/api/v1/dashboard/${slug}/charts`)) as { result: ListedChart[] }).result;
  }

  /** The rows of each query of a chart, asked of the database anew. */
  async rows(chart: ListedChart): Promise<readonly ChartRows[]> {
    return ((await this.get(`/api/v1/chart/${chart.id}/data/?force=true`)) as { result: ChartRows[] }).result;
  }

  /** @throws where the answer is not 200, with what Superset says */
  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, { headers: this.headers, redirect: 'manual' });
    if (response.status !== 200)
      throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 800)}`);
    return response.json();
  }
}
