import { runService } from '@learning-loop/service/run-service';
import { readConfig } from './config.ts';
import { start } from './start.ts';

await runService('training-log-worker', readConfig, start);
