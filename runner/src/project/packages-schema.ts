import * as z from 'zod';

const text = z.string().min(1, 'a text that is not empty');
const version = z.union([text, z.number()]);

const hub = z.strictObject({
  package: text.describe('Name on the package hub: namespace/name.'),
  version: z.union([version, z.array(version)]).describe('A version, or the bounds of a range: [">=1.0.0", "<2.0.0"].'),
  install_prerelease: z.union([z.boolean(), z.null()]).optional(),
  name: text.optional(),
});

const git = z.strictObject({
  git: text.describe('Address of a repository, as git clone takes it. May hold env_var.'),
  revision: z.union([version, z.null()]).optional().describe('Tag, branch or commit.'),
  'warn-unpinned': z.union([z.boolean(), z.null()]).optional(),
  subdirectory: z.union([text, z.null()]).optional().describe('Folder of the repository that is the package.'),
  name: text.optional(),
});

const local = z.strictObject({
  local: text.describe('Folder of a package, relative to the project. It is linked, not copied.'),
  name: text.optional(),
});

const tarball = z.strictObject({
  tarball: text.describe('Address of a .tar.gz that holds one folder, the package.'),
  name: text.describe('Name of the package.'),
});

const npm = z.strictObject({
  npm: text.describe('Name of an npm package below node_modules: npm installs it, tsdbt deps links it.'),
  version: version.optional().describe('A range as npm writes it, which the installed version has to fit: ^1.2.0.'),
  name: text.optional(),
});

/** Schemas of an entry of packages.yml, by the key that says what it is. */
export const packageEntrySchemas = { package: hub, git, local, tarball, npm } as const;

/** Where a package comes from. */
export type PackageKind = keyof typeof packageEntrySchemas;

const entries = z.union([z.array(z.union([hub, git, local, tarball, npm])), z.null()]);

/** packages.yml */
export const packagesSchema = z.strictObject({ packages: entries.optional() });

/** dependencies.yml */
export const dependenciesSchema = z.strictObject({
  packages: entries.optional(),
  projects: z.unknown().optional().describe("Projects of dbt's platform; they are not read."),
});

/** package-lock.yml */
export const packageLockSchema = z.strictObject({
  packages: z.array(z.union([hub, git, local, tarball, npm])),
  sha1_hash: text.describe('Of the entries of packages.yml that were locked.'),
});
