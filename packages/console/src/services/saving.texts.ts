export const en = {
  changed_one: '{{count}} change is not saved',
  changed_other: '{{count}} changes are not saved',
  save: 'Save',
  revert: 'Undo changes',
  saved: 'Service {{name}} is saved.',
  notSaved: 'The service was not saved',
  marked: 'Look at the options that are marked.',
};

export const fr: typeof en = {
  changed_one: "{{count}} modification n'est pas enregistrée",
  changed_other: '{{count}} modifications ne sont pas enregistrées',
  save: 'Enregistrer',
  revert: 'Annuler les modifications',
  saved: 'Le service {{name}} est enregistré.',
  notSaved: "Le service n'a pas été enregistré",
  marked: 'Vérifiez les options signalées.',
};

export const ja: typeof en = {
  changed_one: '保存されていない変更: {{count}}件',
  changed_other: '保存されていない変更: {{count}}件',
  save: '保存',
  revert: '変更を元に戻す',
  saved: 'サービス{{name}}を保存しました。',
  notSaved: 'サービスは保存されませんでした',
  marked: '印の付いたオプションを確認してください。',
};
