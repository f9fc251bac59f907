import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';

/** Metrics of one service; the text export covers every service of the process. */
export class ServiceMetrics extends Registry {
  readonly #family: ServiceMetrics[];

  constructor(family: ServiceMetrics[] = []) {
    super();
    this.#family = family;
    family.push(this);
  }

  /** For another service of this process; its metrics may have the same names, and are labelled `service`. */
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

export function processMetrics(): ServiceMetrics {
  const metrics = new ServiceMetrics();
  collectDefaultMetrics({ register: metrics });
  return metrics;
}
