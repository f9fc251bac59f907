import { readEnv } from '@learning-loop/service/config';
import { workerConfig, workerEnv } from '@learning-loop/service/worker-env';
import { Type } from 'typebox';

const Env = Type.Object(workerEnv);

export type Config = ReturnType<typeof readConfig>;

export const readConfig = (env: NodeJS.ProcessEnv) => workerConfig(readEnv(Env, env));
