/** What the history says of an interaction; `selectedQuestion` null when the user rejected all. */
export function historyContent(inputText: string, selectedQuestion: string | null): string {
  const asked = inputText.replaceAll(/\s+/gu, ' ').trim();
  return `User requested: ${asked} | Selected: ${selectedQuestion ?? 'none of these'}`;
}
