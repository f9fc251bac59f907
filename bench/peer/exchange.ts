/** What a user asked, and which question about it was the right one. */
export interface Exchange {
  user_id: string;
  input_text: string;
  question: string;
}

/** How both sides put it when they remember an exchange. */
export const memoryOf = ({ input_text, question }: Pick<Exchange, 'input_text' | 'question'>): string =>
  `User requested: ${input_text} | Selected: ${question}`;
