/** Variables of a project: command line before package scope before global scope. */
export class Vars {
  readonly #global: Readonly<Record<string, unknown>>;

  /**
   * @param declared `vars:` of project.yml
   * @param given `--vars` of the command line
   * @param packages names under `vars:` that are packages' scopes, not variables
   */
  constructor(
    readonly declared: Readonly<Record<string, unknown>>,
    readonly given: Readonly<Record<string, unknown>>,
    readonly packages: ReadonlySet<string>,
  ) {
    this.#global = Object.fromEntries(Object.entries(declared).filter(([name]) => !packages.has(name)));
  }

  has(name: string, packageName?: string): boolean {
    return this.#scopes(packageName).some((scope) => Object.hasOwn(scope, name));
  }

  get(name: string, packageName?: string): unknown {
    return this.#scopes(packageName).find((scope) => Object.hasOwn(scope, name))?.[name];
  }

  /** All names that are visible in a package. */
  names(packageName?: string): string[] {
    return [...new Set(this.#scopes(packageName).flatMap((scope) => Object.keys(scope)))];
  }

  #scopes(packageName: string | undefined): Readonly<Record<string, unknown>>[] {
    const scoped = packageName !== undefined && this.packages.has(packageName) ? this.declared[packageName] : {};
    return [this.given, scoped as Record<string, unknown>, this.#global];
  }
}
