/** What a user once was shown for a text, and what they chose of it; none chosen says that all were rejected. */
export interface PastChoice {
  input_text: string;
  at: Date;
  shown: { question: string; chosen: boolean }[];
}
