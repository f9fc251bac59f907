// biome-ignore-all lint/performance/noBarrelFile: what is published
export type { paths } from './api.ts';
export { connectLearningLoop } from './connect.ts';
export { LearningLoopError } from './errors.ts';
export {
  type FeedbackGiven,
  type Hypothesis,
  LearningLoop,
  type LearningLoopOptions,
  Turn,
  type TurnRequest,
} from './learning-loop.ts';
