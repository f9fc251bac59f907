/** What one selection costs, measured; CPU in seconds of one core of the machine that measured. */
export interface Demands {
  /** By app: they are scaled by processes. */
  cpuSeconds: Record<string, number>;
  redisCpuSeconds: number;
  redisCommands: number;
  postgresCpuSeconds: number;
  postgresCommits: number;
  /** Writes and fsyncs that reached the system, those of the write-ahead log among them. */
  postgresIo: number;
  walBytes: number;
  /** What the tables and indexes grow by. */
  storedBytes: number;
  /** What the training log grows by. */
  logBytes: number;
}

/** What a selection costs where one gateway gets so many a second. */
export interface Sample {
  perSecond: number;
  demands: Demands;
}

/** All that was measured. */
export interface Costs {
  /** At two rates: of the higher one more selections share a batch. */
  samples: [Sample, Sample];
  /** Cores that are busy at no load at all, by app, `redis` and `postgres`: looking whether there is work. */
  idleCores: Record<string, number>;
  /** What a selection holds in Redis while no worker has taken it. */
  redisWaitingBytes: number;
}

/** What one server of a kind can do: what is not scaled by starting another. */
export interface Machine {
  postgresCores: number;
  iops: number;
  diskBytesPerSecond: number;
  redisMemoryBytes: number;
}
