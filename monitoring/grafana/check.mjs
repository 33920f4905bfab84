// Holds haconnect-dashboard.json against Grafana's published schema, the TypeScript types of the package @grafana/schema. eng/check-dashboard.sh gets that and the compiler, and runs this:
//   node check.mjs DASHBOARD FOLDER-WITH-node_modules
// The JSON is written down as a constant of the schema's type, and each panel's options and field settings as those of its kind; what is missing, misspelt, of a wrong type or unknown is an
// error of the compiler.
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const [dashboardFile, folder] = process.argv.slice(2);
const { __requires, ...dashboard } = JSON.parse(readFileSync(dashboardFile, 'utf8')); // what an export adds is no part of the schema
const kinds = { timeseries: 'TimeSeries', stat: 'Stat', 'state-timeline': 'StateTimeline' };
const lines = [
  "import type { Dashboard } from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen';",
  ...Object.entries(kinds).map(([kind, name]) => `import type * as ${name} from '@grafana/schema/dist/esm/raw/composable/${kind.replace('-', '')}/panelcfg/x/${name}PanelCfg_types.gen';`),
  // Enumerations are written as their values.
  'type Written<T> = T extends string ? `${T}` : T extends (infer U)[] ? Written<U>[] : T extends object ? { [K in keyof T]: Written<T[K]> } : T;',
  `export const dashboard: Written<Dashboard> = ${JSON.stringify(dashboard, null, 1)};`,
];
for (const panel of dashboard.panels.filter(p => p.type !== 'row')) {
  const name = kinds[panel.type];
  if (!name) {
    console.error(`Panel "${panel.title}" is of a kind that is not checked: ${panel.type}`);
    process.exit(1);
  }
  // Defaults of the schema may be left out.
  const settings = name === 'Stat' ? 'Record<string, never>' : `Written<Partial<${name}.FieldConfig>>`;
  lines.push(`export const panel${panel.id}: { options: Written<Partial<${name}.Options>>; custom: ${settings} } = ${JSON.stringify({ options: panel.options, custom: panel.fieldConfig.defaults.custom ?? {} }, null, 1)};`);
}
writeFileSync(join(folder, 'dashboard.ts'), lines.join('\n') + '\n');
const tsc = spawnSync(process.execPath, [join(folder, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'node10', 'dashboard.ts'], { cwd: folder, encoding: 'utf8' });
process.stdout.write(tsc.stdout + tsc.stderr);
if (tsc.status === 0)
  console.log(`${dashboard.panels.length} panels are as the schema has them.`);
process.exit(tsc.status === 0 ? 0 : 1);
