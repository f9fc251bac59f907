/** What one selection costs, measured; CPU in seconds of one core of the machine that measured. */
export interface Demands {
  /** By app: they are scaled by processes. */
  cpuSeconds: Record<string, number>;
  /** The same at no load at all, a second and process: looking whether there is work. */
  idleCpuSeconds: Record<string, number>;
  redisCpuSeconds: number;
  redisCommands: number;
  /** What a selection holds in Redis while no worker has taken it. */
  redisWaitingBytes: number;
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

/** What one server of a kind can do: what is not scaled by starting another. */
export interface Machine {
  postgresCores: number;
  iops: number;
  diskBytesPerSecond: number;
  redisMemoryBytes: number;
}
