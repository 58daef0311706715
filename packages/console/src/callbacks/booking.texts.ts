/** Choosing a free time, and what a refusal proposes instead. */
export const en = {
  day: 'Day',
  loading: 'Loading free times',
  notShown: 'No free times can be shown',
  noneFree: 'No free time on {{day}}: the service is closed or fully booked. Choose another day.',
  yours: 'Times are yours ({{zone}}).',
  freeTimes: 'Free times',
  freeOf: '{{time}}, {{free}} of {{total}} free',
  nearby: 'Free times nearby',
  free: '{{number}} free',
};

export const fr: typeof en = {
  day: 'Jour',
  loading: 'Chargement des heures libres',
  notShown: 'Les heures libres ne peuvent pas être affichées',
  noneFree: 'Aucune heure libre le {{day}} : le service est fermé ou complet. Choisissez un autre jour.',
  yours: 'Les heures sont les vôtres ({{zone}}).',
  freeTimes: 'Heures libres',
  freeOf: '{{time}}, {{free}} places libres sur {{total}}',
  nearby: 'Heures libres proches',
  free: '{{number}} libres',
};

export const ja: typeof en = {
  day: '日',
  loading: '空いている時間を読み込んでいます',
  notShown: '空いている時間を表示できません',
  noneFree: '{{day}} に空いている時間はありません。サービスが営業時間外か、満員です。別の日を選んでください。',
  yours: '時間はお使いの場所のものです ({{zone}})。',
  freeTimes: '空いている時間',
  freeOf: '{{time}}、{{total}} 件中 {{free}} 件の空き',
  nearby: '近くの空いている時間',
  free: '空き {{number}}',
};
