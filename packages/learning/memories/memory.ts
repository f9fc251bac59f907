/** What is remembered of a user, as the rules need it. */
export interface Memory {
  memory_id: string;
  type: 'goal' | 'preference' | 'history';
  content: string;
  /** In [0, 1]. */
  confidence: number;
  last_seen: Date;
}
