import { type Ask, fillTemplate, type QuestionTemplate } from '../template.ts';
import { chinese } from './chinese.ts';
import { detectLanguage, type Language } from './detect-language.ts';
import { dutch } from './dutch.ts';
import { german } from './german.ts';
import { japanese } from './japanese.ts';
import type { LanguageRules } from './language-rules.ts';
import { createRomanceRules } from './romance.ts';
import { french, italian, portuguese, spanish } from './romance-verbs.ts';
import data from './wordings.json' with { type: 'json' };

type OtherLanguage = Exclude<Language, 'en'>;

const rules: Readonly<Record<OtherLanguage, LanguageRules>> = {
  de: german,
  nl: dutch,
  it: createRomanceRules(italian),
  es: createRomanceRules(spanish),
  fr: createRomanceRules(french),
  pt: createRomanceRules(portuguese),
  ja: japanese,
  zh: chinese,
};
const wordings: Readonly<Record<OtherLanguage, Readonly<Record<string, readonly QuestionTemplate[]>>>> = data;

/**
 * Questions in the language of the request; null for English. A language without rules of its own is asked in English
 * about the quoted request, and so is a text of which nothing can be seen (`quoted` is null).
 */
export function askInOtherLanguage(line: string, quoted: string | null, isQuestion: boolean): Ask[] | null {
  const language = detectLanguage(line);
  if (language === 'en' || quoted === null) return null;
  if (language === null) return [];
  const { readTask, readQuestion, isQuestion: asks } = rules[language];
  const clause = readQuestion(line, isQuestion);
  if (clause !== null) return fill(language, 'question', { clause });
  const task = readTask(line);
  if (task !== null) return fillTask(language, task);
  return fill(language, isQuestion || asks(line) ? 'quoted question' : 'quoted request', { quoted });
}

/** What takes something away: nothing can be missing from it, and nothing is added. */
const removal: Readonly<Record<OtherLanguage, RegExp>> = {
  de: /(?<!\p{L})(?:lösch|entfern|storni|abbrech|abbestell|beend|stopp|ausschalt|ausstell|ausmach|abschalt|abstell|absag|streich|wegnehm|deaktivier|vergess|kündig|stummschalt|aufheb|abmeld|pausier|schließ)\p{Ll}*n(?!\p{L})/u,
  nl: /(?<!\p{L})(?:annul|verwijder|wis(?:sen)?(?!\p{L})|schrap|cancel|stop|deactive|uitzet|uitschakel|afzet|afzeg|weghaal|weghal|vergeet|pauze|sluit)/u,
  it: /^(?:cancellare|eliminare|rimuovere|annullare|disattivare|togliere|fermare|spegnere|interrompere|chiudere|dimenticare|disdire)/u,
  es: /^(?:cancelar|eliminar|borrar|anular|desactivar|quitar|parar|detener|olvidar|apagar|silenciar|pausar|cerrar)/u,
  fr: /^(?:supprimer|annuler|désactiver|arrêter|enlever|retirer|effacer|éteindre|oublier|couper|fermer)/u,
  pt: /^(?:cancelar|excluir|apagar|remover|desativar|deletar|parar|desligar|eliminar|tirar|retirar|fechar|silenciar)/u,
  ja: /(?:キャンセル|削除|解除|消去|中止|停止|除去)し$|(?:取り消し|止め|消し|閉じ)$/u,
  zh: /^(?:取消|删除|移除|清除|清空|关闭|关掉|停止|暂停)|^[把将].*(?:删除|删掉|取消|关掉|关闭|移除)/u,
};

function fillTask(language: OtherLanguage, { kind, act }: { kind: string; act: string }): Ask[] {
  const takesAway = removal[language].test(act);
  const exact = takesAway ? (kind === 'wish' ? 'removal wish' : 'removal') : kind;
  const name = wordings[language][exact] === undefined ? 'task' : exact;
  // French: "avant de régler", "avant d'ajouter"; Italian: "oltre a vedere", "oltre ad aprire".
  const before = /^[aeiouhâàéèêîïôûù]/iu.test(act) ? `d'${act}` : `de ${act}`;
  const besides = /^a/iu.test(act) ? `ad ${act}` : `a ${act}`;
  // A clause behind a comma ends with one where the sentence goes on.
  return fill(language, name, { act, before, besides, done: act.includes(',') ? `${act},` : act });
}

function fill(language: OtherLanguage, name: string, fillings: Readonly<Record<string, string>>): Ask[] {
  return (wordings[language][name] ?? []).flatMap(({ ask, why }) => {
    const question = fillTemplate(ask, fillings);
    return question === null ? [] : [{ question, why }];
  });
}
