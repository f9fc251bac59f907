import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of one service; its text holds those of every service that shares the process. */
export class ServiceMetrics extends Registry {
  readonly #family: ServiceMetrics[];

  constructor(family: ServiceMetrics[] = []) {
    super();
    this.#family = family;
    family.push(this);
  }

  /** Metrics for another service of this process, which may use the same names; it labels them `service`. */
  child(service: string): ServiceMetrics {
    const child = new ServiceMetrics(this.#family);
    child.setDefaultLabels({ service });
    return child;
  }

  override async metrics(): Promise<string> {
    if (this.#family.length === 1) return super.metrics();
    const all = await Promise.all(this.#family.map((member) => member.getMetricsAsJSON()));
    return AggregatorRegistry.aggregate(all).metrics();
  }
}

/** Metrics that begin with the process's own: memory, CPU, event loop. */
export function processMetrics(): ServiceMetrics {
  const metrics = new ServiceMetrics();
  collectDefaultMetrics({ register: metrics });
  return metrics;
}
