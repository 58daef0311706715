/** What the console says about answers of the server that do not speak for themselves. */
export const en = {
  closed_day_of_week: 'The service is closed on that day of the week.',
  closed_no_match: 'The service is closed at that time of day.',
  closed_holiday: 'The service is closed on that day: it is a holiday.',
  closed: 'The service is {{status}} ({{reason}}).',
  notAvailable: 'not available',
  answered: 'The server answered {{status}}',
  wrong: 'is wrong',
  unreachable: 'The server cannot be reached. Check that it runs and that this computer is connected.',
  notJson: 'The answer to {{path}} is not JSON.',
  noReport: 'The report was not made: the server answered {{status}}.',
  noId: 'The server accepted the callback without telling its id.',
  noRecord: 'The server did not answer with a record.',
};

export const fr: typeof en = {
  closed_day_of_week: 'Le service est fermé ce jour de la semaine.',
  closed_no_match: 'Le service est fermé à cette heure.',
  closed_holiday: "Le service est fermé ce jour-là : c'est un jour férié.",
  closed: 'Le service est {{status}} ({{reason}}).',
  notAvailable: 'non disponible',
  answered: 'Le serveur a répondu {{status}}',
  wrong: 'est incorrect',
  unreachable: "Impossible de joindre le serveur. Vérifiez qu'il fonctionne et que cet ordinateur est connecté.",
  notJson: "La réponse à {{path}} n'est pas du JSON.",
  noReport: "Le rapport n'a pas été créé : le serveur a répondu {{status}}.",
  noId: "Le serveur a accepté le rappel sans en donner l'ID.",
  noRecord: "Le serveur n'a pas répondu par un enregistrement.",
};

export const ja: typeof en = {
  closed_day_of_week: 'その曜日はサービスの営業日ではありません。',
  closed_no_match: 'その時刻はサービスの営業時間外です。',
  closed_holiday: 'その日は休日のため、サービスは休業です。',
  closed: 'サービスの状態: {{status}} ({{reason}})。',
  notAvailable: '利用不可',
  answered: 'サーバーの応答: {{status}}',
  wrong: '正しくありません',
  unreachable: 'サーバーに接続できません。サーバーが動作し、このコンピューターが接続されていることを確認してください。',
  notJson: '{{path}} への応答は JSON ではありません。',
  noReport: 'レポートは作成されませんでした。サーバーの応答: {{status}}。',
  noId: 'サーバーはコールバックを受け付けましたが、ID を返しませんでした。',
  noRecord: 'サーバーはレコードを返しませんでした。',
};
