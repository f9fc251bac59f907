/** A request, and the question that was right. */
export interface Exchange {
  user_id: string;
  input_text: string;
  question: string;
}

/** The text of the memory on both sides. */
export const toMemoryText = ({ input_text, question }: Pick<Exchange, 'input_text' | 'question'>): string =>
  `User requested: ${input_text} | Selected: ${question}`;
