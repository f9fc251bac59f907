/** What is remembered of a user, as the rules need it. */
export interface Memory {
  memory_id: string;
  type: 'goal' | 'preference' | 'history';
  content: string;
  /** In [0, 1]. */
  confidence: number;
  tags: string[];
  last_seen: Date;
  /** How often it was confirmed, from 1. */
  count: number;
}
