import { equivalentInApps } from './equivalent/apps.ts';
import { equivalentInLearning } from './equivalent/learning.ts';
import { equivalentInPackages } from './equivalent/packages.ts';

/** Changes that no test can notice. They are left out of the share, and the table says how many they are. */
export const equivalentMutants = [...equivalentInLearning, ...equivalentInPackages, ...equivalentInApps];
