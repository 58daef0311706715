/** The widget's texts in one language. `{…}` is replaced. */
export interface Texts {
  title: string;
  number: string;
  numberHint: string;
  when: string;
  now: string;
  later: string;
  wait: string;
  waiting: string;
  waitUnknown: string;
  noTimes: string;
  time: string;
  submit: string;
  sending: string;
  bookedNow: string;
  bookedAt: string;
  stayOnLine: string;
  cancel: string;
  cancelled: string;
  again: string;
  numberMissing: string;
  notFree: string;
  failed: string;
  unreachable: string;
}

const en: Texts = {
  title: 'We call you back',
  number: 'Your telephone number',
  numberHint: 'With the country code, such as +44 20 7946 0018',
  when: 'When?',
  now: 'As soon as it is my turn',
  later: 'At a time that I choose',
  wait: 'I call and wait on the line',
  waiting: 'Expected wait: {from} to {to} minutes',
  waitUnknown: 'At present nobody can say how long the wait is.',
  noTimes: 'There are no free times.',
  time: 'Time',
  submit: 'Call me back',
  sending: 'One moment …',
  bookedNow: 'We will call {number} as soon as it is your turn. You keep your place in line.',
  bookedAt: 'We will call {number} at {time}.',
  stayOnLine: 'Call {number}. You will be served in the order of your call.',
  cancel: 'Cancel this callback',
  cancelled: 'The callback is cancelled.',
  again: 'Start again',
  numberMissing: 'Please give your telephone number.',
  notFree: 'That time is not free any more. Please choose another one.',
  failed: 'That did not work: {reason}',
  unreachable: 'The server cannot be reached. Please try again.',
};

const fr: Texts = {
  title: 'Nous vous rappelons',
  number: 'Votre numéro de téléphone',
  numberHint: 'Avec l’indicatif du pays, par exemple +33 1 23 45 67 89',
  when: 'Quand ?',
  now: 'Dès que c’est mon tour',
  later: 'À l’heure de mon choix',
  wait: 'J’appelle et je patiente en ligne',
  waiting: 'Attente estimée : de {from} à {to} minutes',
  waitUnknown: 'L’attente ne peut pas être estimée pour le moment.',
  noTimes: 'Aucune heure n’est libre.',
  time: 'Heure',
  submit: 'Rappelez-moi',
  sending: 'Un instant…',
  bookedNow: 'Nous appellerons le {number} dès que ce sera votre tour. Vous gardez votre place dans la file.',
  bookedAt: 'Nous appellerons le {number} le {time}.',
  stayOnLine: 'Appelez le {number}. Vous serez servi dans l’ordre des appels.',
  cancel: 'Annuler ce rappel',
  cancelled: 'Le rappel est annulé.',
  again: 'Recommencer',
  numberMissing: 'Veuillez indiquer votre numéro de téléphone.',
  notFree: 'Cette heure n’est plus libre. Veuillez en choisir une autre.',
  failed: 'Cela n’a pas fonctionné : {reason}',
  unreachable: 'Le serveur est injoignable. Veuillez réessayer.',
};

const ja: Texts = {
  title: '折り返しお電話します',
  number: 'お電話番号',
  numberHint: '国番号からご入力ください（例：+81 3 1234 5678）',
  when: 'ご希望の時間',
  now: '順番が来たらすぐに',
  later: '時間を指定する',
  wait: '電話をかけて待つ',
  waiting: '予想待ち時間：{from}～{to}分',
  waitUnknown: '現在、待ち時間を予測できません。',
  noTimes: '空いている時間がありません。',
  time: '時間',
  submit: '折り返しを依頼する',
  sending: 'お待ちください…',
  bookedNow: '順番が来ましたら {number} へお電話します。順番はそのまま確保されます。',
  bookedAt: '{time} に {number} へお電話します。',
  stayOnLine: '{number} へお電話ください。お電話の順にご案内します。',
  cancel: 'この依頼を取り消す',
  cancelled: '依頼を取り消しました。',
  again: '最初からやり直す',
  numberMissing: 'お電話番号を入力してください。',
  notFree: 'その時間は埋まりました。別の時間をお選びください。',
  failed: '処理できませんでした：{reason}',
  unreachable: 'サーバーに接続できません。もう一度お試しください。',
};

export const LANGUAGES: Readonly<Record<string, Texts>> = { en, fr, ja };

/** The texts of the first of these languages that there is; English otherwise. */
export function textsFor(...languages: readonly (string | null | undefined)[]): { language: string; texts: Texts } {
  for (const wanted of languages) {
    const language = wanted?.toLowerCase().split('-')[0] ?? '';
    const texts = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
    if (texts) return { language, texts };
  }
  return { language: 'en', texts: en };
}

export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
