import { quantile } from '@learning-loop/service/observability/quantile';

export const median = (values: number[]): number => quantile(values, 0.5);
