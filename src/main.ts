import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded. The build has filled this folder; Node's own choice would be one that others can write to.
enableCompileCache(join(import.meta.dirname, 'cache'));
const { launch } = await import('./commands/launch.ts');
await launch(process.argv.slice(2), import.meta.dirname);
