import { runService } from '@learning-loop/service/run';
import { readConfig } from './config.ts';
import { start } from './start.ts';

await runService('console', readConfig, start);
