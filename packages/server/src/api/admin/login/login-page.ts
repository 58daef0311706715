/** The login page, in the words of the original's. */
const TEXTS = {
  en: {
    language: 'English',
    title: 'Ringback - Login',
    welcome: 'Welcome',
    user: 'User name',
    password: 'Password',
    login: 'Log In',
    wrong: 'Incorrect username and/or password.',
    missing: 'Please fill in all mandatory fields.',
  },
  fr: {
    language: 'Français',
    title: 'Ringback - Connexion',
    welcome: 'Bienvenue',
    user: "Nom d'utilisateur",
    password: 'Mot de passe',
    login: 'Se connecter',
    wrong: "Nom d'utilisateur et/ou mot de passe incorrect(s).",
    missing: 'Veuillez remplir tous les champs obligatoires',
  },
  ja: {
    language: '日本語',
    title: 'Ringback - ログイン',
    welcome: 'ようこそ',
    user: 'ユーザー名',
    password: 'パスワード',
    login: 'ログイン',
    wrong: 'ユーザー名またはパスワードが正しくありません。',
    missing: '必須フィールドはすべて入力してください',
  },
} as const;

export type PageLanguage = keyof typeof TEXTS;

export interface LoginPage {
  language: PageLanguage;
  /** What went wrong: a text of the catalogue, or a sentence. */
  complaint?: 'wrong' | 'missing' | { sentence: string } | undefined;
  user?: string | undefined;
  /** Where to go afterwards. */
  next: string;
  /** What the button for the identity provider says, where there is one. */
  provider?: string | undefined;
}

/** The language that was chosen, or that the browser prefers. */
export function pageLanguage(chosen: string | undefined, acceptLanguage: string | undefined): PageLanguage {
  for (const tag of [chosen ?? '', ...(acceptLanguage ?? '').split(',')]) {
    const [language = ''] = tag.trim().toLowerCase().split(/[-;]/);
    if (isLanguage(language)) return language;
  }
  return 'en';
}

export function isLanguage(tag: string): tag is PageLanguage {
  return Object.hasOwn(TEXTS, tag);
}

/** HTML that needs no script. */
export function loginPage({ language, complaint, user = '', next, provider }: LoginPage): string {
  const texts = TEXTS[language];
  const sentence = typeof complaint === 'object' ? complaint.sentence : complaint && texts[complaint];
  const languages = Object.entries(TEXTS).map(([tag, { language: name }]) => {
    const query = new URLSearchParams({ language: tag, next });
    const current = tag === language ? ' aria-current="true"' : '';
    return `<a href="/login?${escaped(query.toString())}" lang="${tag}"${current}>${name}</a>`;
  });
  const single = provider
    ? `<p><a class="single" href="/login/oidc?${escaped(new URLSearchParams({ next }).toString())}">${escaped(provider)}</a></p>`
    : '';
  return `<!doctype html>
<html lang="${language === 'fr' ? 'fr-CA' : language}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${texts.title}</title><link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${texts.welcome}</h1>
${sentence ? `<p role="alert">${escaped(sentence)}</p>` : ''}
<form method="post" action="/login">
<input type="hidden" name="next" value="${escaped(next)}"><input type="hidden" name="language" value="${language}">
<label>${texts.user}<input name="user" value="${escaped(user)}" autocomplete="username" autocapitalize="none" autofocus></label>
<label>${texts.password}<input name="password" type="password" autocomplete="current-password"></label>
<button>${texts.login}</button>
</form>
${single}
<nav>${languages.join(' ')}</nav>
</main>
</body>
</html>
`;
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{display:grid;place-items:center;min-height:100vh;margin:0;background:light-dark(#f4f6f8,#16181c)}
main{width:20rem;padding:2rem;border-radius:.5rem;background:light-dark(#fff,#22252b);box-shadow:0 1px 4px #0003}
h1{margin:0 0 1rem;font-size:1.4rem}
label{display:block;margin:0 0 1rem}
input{display:block;box-sizing:border-box;width:100%;padding:.5rem;font:inherit;border:1px solid light-dark(#868e96,#868e96);border-radius:.25rem}
button,.single{display:block;box-sizing:border-box;width:100%;padding:.6rem;font:inherit;text-align:center;text-decoration:none;border:1px solid #3b5bdb;border-radius:.25rem;cursor:pointer}
button{color:#fff;background:#3b5bdb}
.single{color:inherit}
:focus-visible{outline:3px solid #748ffc;outline-offset:2px}
[role=alert]{padding:.5rem;border-left:4px solid #c92a2a;background:light-dark(#fff5f5,#3b2020)}
nav{display:flex;gap:1rem;justify-content:center;margin-top:1.5rem;font-size:.9rem}
nav a{color:inherit}
nav [aria-current]{font-weight:600}`;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
