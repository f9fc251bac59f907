declare module 'wink-porter2-stemmer' {
  /** The stem of a lower-cased English word (Porter 2001, "Snowball"). */
  export default function stem(word: string): string;
}
