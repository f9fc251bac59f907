import { type LanguageRules, maxClauseLength } from './language-rules.ts';

const polite =
  /^(?:请问|请帮我|请帮忙|请给我|请你|请|麻烦你?帮我|麻烦你?|帮我|帮忙|给我|你能帮我|你可以帮我|能不能帮我|可以帮我|能帮我|你能不能|你能|你可以|可以|我想要你|我要你|我需要你|我希望你)/u;
const wants = /^(?:我想要?|我要|我需要|我希望)(?=\S)/u;
const asked =
  /什么|甚么|哪|谁|几|多少|多久|多大|多远|多高|多冷|多热|怎么|怎样|如何|为什么|为何|是否|会不会|有没有|是不是|能不能|可不可以|要不要|何时/u;
const modal = /会|有|是|能|可以|需要|应该|要|将/u;
const command =
  /^(?:把|将|设置|设定|设|取消|删除|播放|放|添加|增加|加入|加|查找|查询|查看|查|找|搜索|搜|显示|告诉|提醒|预订|预定|订|打开|关闭|关掉|开启|写|翻译|总结|解释|推荐|比较|发送|发|打电话|叫|创建|新建|列出|读|给|停止|暂停|重复|更改|修改|改|移除|清除|清空|评价|计算|安排|制定|生成|修复|改写|润色|起草|概括|分析|让|用|从|为|在|使用)/u;

const address = (text: string) =>
  text.replaceAll(/[我你您]们?/gu, (who) => (who.startsWith('我') ? '你' : '我'));
/** Words that a tokenizer parted are joined again. */
const join = (line: string) =>
  line
    .replaceAll(/(?<=\p{Script=Han}) +| +(?=\p{Script=Han})/gu, '')
    .replace(/[。？?！!，,]+$/u, '')
    .trim();

function readTask(line: string): ReturnType<LanguageRules['readTask']> {
  const text = join(line).replace(/(?:吗|好吗|可以吗|行吗|吧|谢谢)$/u, '');
  if (text.length > maxClauseLength || /[。；？?]/u.test(text)) return null;
  const opening = polite.exec(text)?.[0] ?? wants.exec(text)?.[0] ?? '';
  const rest = text.slice(opening.length);
  if (rest.length < 2 || !command.test(rest)) return null;
  if (asked.test(rest) && /^(?:告诉)/u.test(rest)) return null;
  return { kind: 'task', act: address(rest) };
}

function readQuestion(line: string): string | null {
  const text = join(line).replace(/^(?:请问|你知道|请告诉我|告诉我|我想知道)/u, '');
  if (text.length > maxClauseLength || /[。；？?]/u.test(text) || text.length < 3) return null;
  if (/^(?:你能|你可以|能不能帮|可以帮|能帮|请帮|帮)/u.test(join(line))) return null;
  if (asked.test(text)) return address(text.replace(/(?:呢|吗)$/u, ''));
  if (!/吗$/u.test(text)) return null;
  const body = text.replace(/吗$/u, '');
  const at = body.search(modal);
  return at < 0 ? null : address(`${body.slice(0, at)}是否${body.slice(at).replace(/^是(?=.)/u, '')}`);
}

export const chinese: LanguageRules = {
  readTask,
  readQuestion,
  isQuestion: (line) => /[吗呢？?]$/u.test(join(line)) || asked.test(line),
};
