/** Variables of a project: command line before package scope before global scope. */
export class Vars {
  readonly #global: Readonly<Record<string, unknown>>;

  /**
   * @param declared `vars:` of project.yml
   * @param given `--vars` of the command line
   * @param packages names under `vars:` that are packages' scopes, not variables
   * @param scopesAreVariables as in dbt, a scope is a variable of its name, too
   * @param own variables that a package declares itself: what the root project says of it comes before them
   */
  constructor(
    readonly declared: Readonly<Record<string, unknown>>,
    readonly given: Readonly<Record<string, unknown>>,
    readonly packages: ReadonlySet<string>,
    readonly own: Readonly<Record<string, unknown>> = {},
    readonly scopesAreVariables = false,
  ) {
    const isVariable = ([name]: readonly [string, unknown]): boolean => scopesAreVariables || !packages.has(name);
    this.#global = Object.fromEntries(Object.entries(declared).filter(isVariable));
  }

  has(name: string, packageName?: string): boolean {
    return this.#scopes(packageName).some((scope) => Object.hasOwn(scope, name));
  }

  get(name: string, packageName?: string): unknown {
    return this.#scopes(packageName).find((scope) => Object.hasOwn(scope, name))?.[name];
  }

  /** All names that are visible in a package. */
  names(packageName?: string): string[] {
    const isVariable = (scope: object, name: string): boolean => scope !== this.#global || !this.packages.has(name);
    return [
      ...new Set(
        this.#scopes(packageName).flatMap((scope) => Object.keys(scope).filter((name) => isVariable(scope, name))),
      ),
    ];
  }

  #scopes(packageName: string | undefined): Readonly<Record<string, unknown>>[] {
    const within = (declared: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
      const scope = packageName === undefined ? undefined : declared[packageName];
      return typeof scope === 'object' && scope !== null ? (scope as Record<string, unknown>) : {};
    };
    const scoped = packageName !== undefined && this.packages.has(packageName) ? within(this.declared) : {};
    return [this.given, scoped, this.#global, within(this.own), this.own];
  }
}
