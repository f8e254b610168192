// What the widget says, in four languages; pages may say it in any other. "one|other" is chosen by number.

const en = {
  title: "Ask the transcripts",
  lead: "Every sentence shows who said it, in which transcript and when, word for word.",
  label: "Your question",
  placeholder: "Ask a question",
  send: "Ask",
  stop: "Stop",
  close: "Close",
  fresh: "New chat",
  conversation: "Conversation",
  asked: "You asked:",
  suggestions: "Suggestions",
  searching: "Searching the transcripts",
  reading: "Reading {n} passage in {titles}|Reading {n} passages in {titles}",
  stopped: "Stopped before the answer was complete.",
  again: "Ask again",
  retry: "Try again",
  copy: "Copy with citations",
  copied: "Copied",
  uncopied: "The browser does not let this page copy.",
  up: "Good answer",
  down: "Poor answer",
  comment: "Anything to add? (optional)",
  sendComment: "Send",
  thanks: "Thank you.",
  unsent: "This could not be sent. Try again.",
  sources: "Sources",
  source: "Source {n}: {name}",
  dropped: "Left out: {n} sentence|Left out: {n} sentences",
  written: "Written by {model}; every sentence checked against the transcripts.",
  notFound: "The transcripts do not say.",
  nearest: "The nearest passages",
  searched: "Searched {turns} of {transcripts}.",
  turns: "{n} turn|{n} turns",
  transcripts: "{n} transcript|{n} transcripts",
  nothing: "Nothing was said that passes these filters.",
  unknown: "Unknown speaker",
  inferred: "name inferred",
  turn: "turn {n}",
  show: "Show in transcript",
  tab: "Open in new tab",
  recording: "Recording",
  back: "Back to the chat",
  transcript: "Transcript",
  collection: "Collection",
  speaker: "Speaker",
  remove: "Only {name}; remove",
  offline: "You are offline. Check the connection and try again.",
  unreachable: "The server cannot be reached at the moment.",
  busy: "Too many questions at once. Try again in {n} second.|Too many questions at once. Try again in {n} seconds.",
  server: "Something went wrong on the server.",
  cut: "The connection broke before the answer was complete.",
  refused: "Questions cannot be asked from this page.",
  signedOut: "You are signed out.",
  signIn: "Sign in",
  expired: "This page was open for long; its permission to ask has ended.",
  question: "This question cannot be answered as it is. Put it in other words.",
  reference: "Reference: {id}",
};

export type Words = typeof en;
export type Key = keyof Words;

const de: Words = {
  title: "Die Transkripte fragen",
  lead: "Jeder Satz zeigt, wer ihn in welchem Transkript wann gesagt hat, Wort für Wort.",
  label: "Ihre Frage",
  placeholder: "Eine Frage stellen",
  send: "Fragen",
  stop: "Anhalten",
  close: "Schließen",
  fresh: "Neues Gespräch",
  conversation: "Gespräch",
  asked: "Ihre Frage:",
  suggestions: "Vorschläge",
  searching: "Die Transkripte werden durchsucht",
  reading: "{n} Stelle wird gelesen: {titles}|{n} Stellen werden gelesen: {titles}",
  stopped: "Angehalten, bevor die Antwort vollständig war.",
  again: "Noch einmal fragen",
  retry: "Erneut versuchen",
  copy: "Mit Belegen kopieren",
  copied: "Kopiert",
  uncopied: "Der Browser lässt diese Seite nicht kopieren.",
  up: "Gute Antwort",
  down: "Schlechte Antwort",
  comment: "Möchten Sie etwas dazu sagen? (freiwillig)",
  sendComment: "Senden",
  thanks: "Vielen Dank.",
  unsent: "Das konnte nicht gesendet werden. Bitte erneut versuchen.",
  sources: "Quellen",
  source: "Quelle {n}: {name}",
  dropped: "Weggelassen: {n} Satz|Weggelassen: {n} Sätze",
  written: "Verfasst von {model}; jeder Satz an den Transkripten geprüft.",
  notFound: "Das steht nicht in den Transkripten.",
  nearest: "Die nächstliegenden Stellen",
  searched: "Durchsucht: {turns} aus {transcripts}.",
  turns: "{n} Redebeitrag|{n} Redebeiträge",
  transcripts: "{n} Transkript|{n} Transkripten",
  nothing: "Zu dieser Auswahl wurde nichts gesagt.",
  unknown: "Unbekannt",
  inferred: "Name erschlossen",
  turn: "Beitrag {n}",
  show: "Im Transkript zeigen",
  tab: "In neuem Tab öffnen",
  recording: "Aufnahme",
  back: "Zurück zum Gespräch",
  transcript: "Transkript",
  collection: "Sammlung",
  speaker: "Person",
  remove: "Nur {name}; entfernen",
  offline: "Sie sind offline. Bitte die Verbindung prüfen und erneut versuchen.",
  unreachable: "Der Server ist gerade nicht erreichbar.",
  busy: "Zu viele Fragen auf einmal. Bitte in {n} Sekunde erneut versuchen.|Zu viele Fragen auf einmal. Bitte in {n} Sekunden erneut versuchen.",
  server: "Auf dem Server ist etwas schiefgegangen.",
  cut: "Die Verbindung brach ab, bevor die Antwort vollständig war.",
  refused: "Von dieser Seite aus kann nicht gefragt werden.",
  signedOut: "Sie sind abgemeldet.",
  signIn: "Anmelden",
  expired: "Diese Seite war lange offen; ihre Erlaubnis zu fragen ist abgelaufen.",
  question: "Diese Frage lässt sich so nicht beantworten. Bitte anders formulieren.",
  reference: "Kennzeichen: {id}",
};

const es: Words = {
  title: "Pregunte a las transcripciones",
  lead: "Cada frase muestra quién la dijo, en qué transcripción y cuándo, palabra por palabra.",
  label: "Su pregunta",
  placeholder: "Haga una pregunta",
  send: "Preguntar",
  stop: "Detener",
  close: "Cerrar",
  fresh: "Nueva conversación",
  conversation: "Conversación",
  asked: "Su pregunta:",
  suggestions: "Sugerencias",
  searching: "Buscando en las transcripciones",
  reading: "Leyendo {n} pasaje de {titles}|Leyendo {n} pasajes de {titles}",
  stopped: "Detenido antes de completar la respuesta.",
  again: "Preguntar otra vez",
  retry: "Reintentar",
  copy: "Copiar con citas",
  copied: "Copiado",
  uncopied: "El navegador no permite copiar desde esta página.",
  up: "Buena respuesta",
  down: "Mala respuesta",
  comment: "¿Algo que añadir? (opcional)",
  sendComment: "Enviar",
  thanks: "Gracias.",
  unsent: "No se pudo enviar. Inténtelo de nuevo.",
  sources: "Fuentes",
  source: "Fuente {n}: {name}",
  dropped: "Omitida: {n} frase|Omitidas: {n} frases",
  written: "Escrito por {model}; cada frase comprobada con las transcripciones.",
  notFound: "Las transcripciones no lo dicen.",
  nearest: "Los pasajes más cercanos",
  searched: "Se buscó en {turns} de {transcripts}.",
  turns: "{n} intervención|{n} intervenciones",
  transcripts: "{n} transcripción|{n} transcripciones",
  nothing: "Nadie dijo nada con estos filtros.",
  unknown: "Persona desconocida",
  inferred: "nombre deducido",
  turn: "intervención {n}",
  show: "Ver en la transcripción",
  tab: "Abrir en otra pestaña",
  recording: "Grabación",
  back: "Volver a la conversación",
  transcript: "Transcripción",
  collection: "Colección",
  speaker: "Persona",
  remove: "Solo {name}; quitar",
  offline: "No hay conexión. Compruébela e inténtelo de nuevo.",
  unreachable: "No se puede contactar con el servidor en este momento.",
  busy: "Demasiadas preguntas a la vez. Reinténtelo en {n} segundo.|Demasiadas preguntas a la vez. Reinténtelo en {n} segundos.",
  server: "Algo falló en el servidor.",
  cut: "La conexión se cortó antes de completar la respuesta.",
  refused: "No se puede preguntar desde esta página.",
  signedOut: "Su sesión está cerrada.",
  signIn: "Iniciar sesión",
  expired: "Esta página estuvo abierta mucho tiempo; su permiso para preguntar ha terminado.",
  question: "Esta pregunta no se puede responder así. Formúlela de otra manera.",
  reference: "Referencia: {id}",
};

const fr: Words = {
  title: "Interroger les transcriptions",
  lead: "Chaque phrase montre qui l’a dite, dans quelle transcription et quand, mot pour mot.",
  label: "Votre question",
  placeholder: "Posez une question",
  send: "Demander",
  stop: "Arrêter",
  close: "Fermer",
  fresh: "Nouvelle conversation",
  conversation: "Conversation",
  asked: "Votre question :",
  suggestions: "Suggestions",
  searching: "Recherche dans les transcriptions",
  reading: "Lecture de {n} passage de {titles}|Lecture de {n} passages de {titles}",
  stopped: "Arrêté avant la fin de la réponse.",
  again: "Redemander",
  retry: "Réessayer",
  copy: "Copier avec les citations",
  copied: "Copié",
  uncopied: "Le navigateur n’autorise pas cette page à copier.",
  up: "Bonne réponse",
  down: "Mauvaise réponse",
  comment: "Quelque chose à ajouter ? (facultatif)",
  sendComment: "Envoyer",
  thanks: "Merci.",
  unsent: "L’envoi a échoué. Réessayez.",
  sources: "Sources",
  source: "Source {n} : {name}",
  dropped: "Écartée : {n} phrase|Écartées : {n} phrases",
  written: "Rédigé par {model} ; chaque phrase vérifiée dans les transcriptions.",
  notFound: "Les transcriptions ne le disent pas.",
  nearest: "Les passages les plus proches",
  searched: "Recherche dans {turns} de {transcripts}.",
  turns: "{n} prise de parole|{n} prises de parole",
  transcripts: "{n} transcription|{n} transcriptions",
  nothing: "Personne n’a rien dit avec ces filtres.",
  unknown: "Personne inconnue",
  inferred: "nom déduit",
  turn: "prise de parole {n}",
  show: "Voir dans la transcription",
  tab: "Ouvrir dans un onglet",
  recording: "Enregistrement",
  back: "Retour à la conversation",
  transcript: "Transcription",
  collection: "Collection",
  speaker: "Personne",
  remove: "Seulement {name} ; retirer",
  offline: "Vous êtes hors ligne. Vérifiez la connexion et réessayez.",
  unreachable: "Le serveur est injoignable pour le moment.",
  busy: "Trop de questions à la fois. Réessayez dans {n} seconde.|Trop de questions à la fois. Réessayez dans {n} secondes.",
  server: "Un problème est survenu sur le serveur.",
  cut: "La connexion a été coupée avant la fin de la réponse.",
  refused: "On ne peut pas poser de question depuis cette page.",
  signedOut: "Votre session est fermée.",
  signIn: "Se connecter",
  expired: "Cette page est restée longtemps ouverte ; son autorisation a expiré.",
  question: "Impossible de répondre à cette question. Formulez-la autrement.",
  reference: "Référence : {id}",
};

const LANGUAGES: Record<string, Words> = { en, de, es, fr };
const FROM_THE_RIGHT = /^(?:ar|arc|ckb|dv|fa|he|ks|ku|nqo|ps|sd|syr|ug|ur|yi)\b/i;

/** Words, numbers and days of one language. */
export class Speech {
  readonly lang: string;
  readonly dir: "ltr" | "rtl";
  readonly #words: Words;

  /** `own` are the page's words, as JSON, over those of the language. */
  constructor(wanted: string, dir: string | null, own: string | null) {
    this.lang = known(wanted);
    this.dir = dir === "rtl" || dir === "ltr" ? dir : FROM_THE_RIGHT.test(this.lang) ? "rtl" : "ltr";
    this.#words = { ...(LANGUAGES[this.lang.split("-")[0]!.toLowerCase()] ?? en), ...parsed(own) };
  }

  say(key: Key, values: Record<string, string | number> = {}): string {
    const forms = this.#words[key].split("|");
    const n = values["n"];
    const one = typeof n === "number" && new Intl.PluralRules(this.lang).select(n) === "one";
    const form = (one ? forms[0] : forms.at(-1)) ?? "";
    return form.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? new Intl.NumberFormat(this.lang).format(value) : (value ?? "");
    });
  }

  day(date: string): string {
    const day = new Date(`${date}T00:00:00Z`);
    return Number.isNaN(day.getTime()) ? date : new Intl.DateTimeFormat(this.lang, { dateStyle: "medium", timeZone: "UTC" }).format(day);
  }
}

function known(wanted: string): string {
  try {
    return Intl.getCanonicalLocales(wanted)[0] ?? "en";
  } catch {
    return "en";
  }
}

function parsed(own: string | null): Partial<Words> {
  if (!own) return {};
  try {
    const words = JSON.parse(own) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(words).filter(([key, value]) => key in en && typeof value === "string"));
  } catch {
    console.warn("transcite: the strings attribute is not JSON");
    return {};
  }
}

/** Seconds as 0:12:03, as everywhere in Transcite. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
