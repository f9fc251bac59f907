/** What the reader of Romance languages knows of each: imperatives, forms of "I", and words of questions. */
export interface RomanceWords {
  /** Infinitives of imperatives that no rule makes. */
  imperatives: Readonly<Record<string, string>>;
  /** Infinitives whose imperatives follow the rule. */
  regular: readonly string[];
  toImperatives(infinitive: string): readonly string[];
  /** Words of "I" and "my" as they address the user. */
  addressed: Readonly<Record<string, string>>;
  /** Forms that still speak of "I" afterwards: then it is quoted. */
  first: RegExp;
  asked: RegExp;
  /** How a question without a question word begins. */
  yesNo: RegExp;
  /** A wish that has the words of a question: only its mark tells. */
  need: RegExp;
  whether: string;
  /** What stands before a question that is told: "tell me". */
  asksToTell: RegExp;
  polite: RegExp;
  wish: RegExp;
  /** The order of a question behind "want to know"; null if that cannot be told. */
  order?(text: string): string | null;
}

const list = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split(/\s*,\s*/u)
      .map((pair) => pair.split('=') as [string, string]),
  );

export const italian: RomanceWords = {
  imperatives:
    list(`metti=mettere, leggi=leggere, scrivi=scrivere, apri=aprire, chiudi=chiudere, prendi=prendere, riproduci=riprodurre,
    aggiungi=aggiungere, dimmi=sapere, darmi=avere, dirmi=sapere, mostrarmi=vedere, farmi vedere=vedere, leggermi=sentire, mandarmi=ricevere, inviarmi=ricevere, mostrami=vedere, fammi vedere=vedere, ricordami=farti ricordare, ricordarmi=farti ricordare, trovami=trovare, dammi=avere, dai=dare, fai=fare, leggimi=sentire, mandami=ricevere,
    cercami=cercare, spegni=spegnere, accendi=accendere, togli=togliere, scegli=scegliere, traduci=tradurre, rispondi=rispondere,
    invia=inviare, vendi=vendere, riassumi=riassumere, correggi=correggere, descrivi=descrivere, svegliami=farti svegliare, svegliarmi=farti svegliare, inviami=ricevere, prenotami=prenotare,
    suonami=sentire, inserisci=inserire, definisci=definire, finisci=finire, pulisci=pulire, posponi=posporre, postponi=posporre, rimuovi=rimuovere, includi=includere, distribuisci=distribuire, attribuisci=attribuire, rirpoduci=riprodurre, sposta=spostare, avvisami=ricevere un avviso, confronta=confrontare, spiegami=capire`),
  regular:
    `impostare cambiare cancellare trovare prenotare visualizzare eliminare cercare mostrare usare votare suonare
    ascoltare chiamare mandare controllare comprare ordinare calcolare creare preparare organizzare elencare
    generare consigliare confrontare analizzare modificare spostare salvare caricare scaricare avviare fermare
    annullare disattivare attivare alzare abbassare portare guardare indicare valutare dimenticare pagare
    posticipare programmare fissare segnare contattare invitare aiutare iniziare terminare completare compilare
    sistemare riparare cucinare imparare studiare visitare assegnare contare notare commentare raccomandare`.split(
      /\s+/u,
    ),
  toImperatives: (verb) => [verb.slice(0, -2)],
  addressed: list(
    'mio=tuo, mia=tua, miei=tuoi, mie=tue, ho=hai, devo=devi, posso=puoi, avrò=avrai, dovrei=dovresti, potrei=potresti, sto=stai, vado=vai, mi=ti, me=te, nostro=vostro, voglio=vuoi, avevo=avevi, dovrò=dovrai, potrò=potrai, faccio=fai',
  ),
  first: /(?:^|\s)(?:io|noi|abbiamo|possiamo|dobbiamo|vorrei|sono io)(?=\s|$)/iu,
  asked:
    /^(?:(?:a|per|in|con|da|di|tra|fra|su) )?(?:che|chi|cosa|quale?|quali|come|dove|quando|quant[oaie]|perché|qual|dov'è|com'è|cos'è|quand'è|a che)(?=\s|$|')/iu,
  yesNo:
    /^(?:è|sono|ci sarà|ci saranno|c'è|ci sono|sarà|farà|fa|pioverà|piove|nevicherà|nevica|ho|devo|posso|avrò|dovrei|potrei|il \p{L}+ (?:è|sarà|si)|la \p{L}+ (?:è|sarà|si)|avevo|esiste|può|hai|\p{L}+rà|\p{L}+ranno)(?=\s)/iu,
  need: /^(?:ho bisogno|devo|voglio)/iu,
  whether: 'se',
  asksToTell:
    /^(?:dimmi|mi (?:dici|sai dire|puoi dire)|puoi dirmi|vorrei sapere) (?=(?:che|chi|cosa|qual|come|dove|quando|quant|perché|a che|se )\S*)/iu,
  polite: /^(?:(?:per favore|per piacere|ciao|ehi|e|allora|ok)[ ,]+)+/iu,
  wish: /^(?:vorrei|voglio|desidero|puoi|potresti|può|potrebbe|devo|mi piacerebbe|ho bisogno di|possiamo)(?: per favore)? (?=\p{L}+(?:are|ere|ire|rre|ar|er|ir)(?:mi|ti|si|lo|la|li|le)?(?:\s|$))/iu,
};

export const spanish: RomanceWords = {
  imperatives:
    list(`pon=poner, ponme=poner, haz=hacer, di=decir, dime=saber, darme=recibir, decirme=saber, mostrarme=ver, enseñarme=ver, enviarme=recibir, leerme=escuchar, recordarme=recibir un recordatorio, muéstrame=ver, enséñame=ver, dame=recibir, recuérdame=recibir un recordatorio, recuerdame=recibir un recordatorio, reproduce=reproducir,
    añade=añadir, abre=abrir, escribe=escribir, lee=leer, léeme=escuchar, enciende=encender, elige=elegir, traduce=traducir, describe=describir,
    resume=resumir, corrige=corregir, busca=buscar, encuentra=encontrar, encuéntrame=encontrar, resérvame=reservar, búscame=buscar,
    cuéntame=escuchar, despiértame=despertarte, despertarme=despertarte, envíame=recibir, muestra=mostrar, cierra=cerrar, empieza=empezar, prueba=probar, juega=jugar, calienta=calentar, suma=sumar, añádeme=añadir, pide=pedir, sube=subir, mueve=mover, vuelve=volver, define=definir, incluye=incluir, apaga=apagar, despierta=despertar, recuerda=recordar, avísame=recibir un aviso, explícame=entender, califica=calificar, establece=establecer, convierte=convertir, vende=vender, responde=responder, agenda=agendar, quita=quitar`),
  regular:
    `buscar cambiar cancelar eliminar borrar agregar programar crear reservar comprar ordenar calcular preparar
    organizar generar comparar analizar modificar guardar cargar descargar parar anular desactivar activar bajar
    llevar mirar indicar evaluar olvidar pagar llamar mandar enviar tocar escuchar ajustar configurar fijar listar
    redactar explicar revisar anotar marcar invitar ayudar iniciar terminar completar cocinar estudiar visitar
    valorar usar contar recomendar silenciar pausar planificar visualizar`.split(/\s+/u),
  toImperatives: (verb) => [
    verb.slice(0, -1),
    verb.replace(/car$/u, 'que').replace(/gar$/u, 'gue').replace(/zar$/u, 'ce').replace(/ar$/u, 'e'),
  ],
  addressed: list(
    'mi=tu, mis=tus, mí=ti, me=te, tengo=tienes, puedo=puedes, debo=debes, necesito=necesitas, necesitaré=necesitarás, he=has, estoy=estás, voy=vas, soy=eres, quiero=quieres, tendré=tendrás, podré=podrás, mío=tuyo, mía=tuya, nuestro=vuestro, conmigo=contigo',
  ),
  first:
    /(?:^|\s)(?:yo|nosotros|tenemos|podemos|debemos|quisiera|recordarme|hago|sé|debería|podría)(?=\s|$)/iu,
  asked:
    /^¿?(?:(?:a|para|en|con|de|por|desde|hasta) )?(?:qué|quién|quiénes|cuál|cuáles|cómo|dónde|cuándo|cuánt[oa]s?|por qué|que tan|qué tan)(?=\s|$)/iu,
  yesNo:
    /^¿?(?:es|son|está|están|hay|hará|hace|va a|van a|llueve|lloverá|nevará|nieva|tengo|puedo|debo|necesito|necesitaré|he|estoy|será|habrá|el \p{L}+ (?:está|es|va)|la \p{L}+ (?:está|es|va)|existe|puede|se puede|hubo|\p{L}+rá|\p{L}+rán)(?=\s)/iu,
  need: /^(?:necesito|debo|tengo)/iu,
  whether: 'si',
  asksToTell:
    /^(?:dime|¿?(?:me )?(?:puedes|podrías) (?:decirme|decir)|quiero saber) (?=(?:qué|quién|cuál|cómo|dónde|cuándo|cuánt|por qué)\S*)/iu,
  polite: /^(?:(?:por favor|hola|oye|y|vale|ok)[ ,]+)+/iu,
  wish: /^¿?(?:quiero|quisiera|me gustaría|puedes|podrías|puede|podría|necesito|deseo|tengo que|debo)(?: por favor)? (?=\p{L}+(?:ar|er|ir)(?:me|te|se|lo|la|los|las)?(?:\s|$))/iu,
};

export const french: RomanceWords = {
  imperatives:
    list(`mets=mettre, mettez=mettre, lis=lire, lisez=lire, écris=écrire, dis-moi=savoir, me donner=recevoir, me dire=savoir, me montrer=voir, me lire=entendre, m'envoyer=recevoir, me rappeler=recevoir un rappel, dites-moi=savoir, montre-moi=voir, montrez-moi=voir, affiche-moi=voir, rappelle-moi=recevoir un rappel,
    rappelez-moi=recevoir un rappel, donne-moi=recevoir, donnez-moi=recevoir, trouve-moi=trouver, réveille-moi=être réveillé, ouvre=ouvrir, ouvrez=ouvrir, fais=faire, faites=faire, prends=prendre, choisis=choisir,
    traduis=traduire, décris=décrire, réponds=répondre, envoie=envoyer, ajoute=ajouter, lance=lancer, éteins=éteindre, finis=finir, réduis=réduire, définis=définir, joue=jouer, joue-moi=entendre, lis-moi=entendre, cherche-moi=chercher, réserve-moi=réserver, préviens-moi=être prévenu, explique-moi=comprendre, inclus=inclure, convertis=convertir, rappelle=rappeler, supprime=supprimer, annule=annuler, arrête=arrêter, règle=régler, répète=répéter, complète=compléter`),
  regular:
    `ajouter supprimer jouer trouver réserver montrer afficher rappeler donner lancer expliquer chercher changer
    annuler créer commander calculer préparer organiser générer comparer analyser modifier enregistrer charger
    télécharger arrêter désactiver activer baisser monter porter regarder indiquer évaluer oublier payer répéter
    appeler envoyer écouter régler configurer programmer lister rédiger résumer corriger vérifier noter marquer
    inviter aider commencer terminer compléter cuisiner étudier visiter utiliser compter conseiller recommander
    couper reporter planifier acheter passer diffuser`.split(/\s+/u),
  toImperatives: (verb) => [
    verb.slice(0, -1),
    `${verb.slice(0, -1)}z`,
    verb.replace(/eler$/u, 'elle').replace(/eter$/u, 'ète').replace(/yer$/u, 'ie'),
  ],
  addressed: list(
    'mon=votre, ma=votre, mes=vos, moi=vous, me=vous, ton=mon, ta=ma, tes=mes, notre=votre, nos=vos',
  ),
  first: /(?:^|[\s-])(?:je|j'\p{L}*|nous|m'\p{L}*|tu|t'\p{L}*)(?=[\s-]|$)/iu,
  asked:
    /^(?:(?:à|de|pour|en|avec|dans|depuis|jusqu'à|vers) )?(?:que|qui|quoi|quel(?:le)?s?|comment|où|quand|combien|pourquoi)(?=\s|$)/iu,
  yesNo: /^(?:est-ce qu(?:e |'))/iu,
  need: /^(?:j'ai besoin|il me faut)/iu,
  whether: 'si',
  asksToTell: /^(?:dis-moi|dites-moi) (?=(?:quel|comment|où|quand|combien|pourquoi|qui)\S*)/iu,
  polite: /^(?:(?:s'il (?:te|vous) plaît|bonjour|salut|et|ok)[ ,]+)+/iu,
  wish: /^(?:je (?:voudrais|veux|souhaite|aimerais|dois)|peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|j'aimerais|tu peux|vous pouvez)(?: s'il (?:te|vous) plaît)? (?=(?:me |m'|l'|en )?\p{L}+(?:er|ir|re|oir)(?:\s|$))/iu,
  order: toFrenchOrder,
};

export const portuguese: RomanceWords = {
  imperatives:
    list(`põe=pôr, ponha=pôr, faça=fazer, faz=fazer, diga=dizer, me diga=saber, me dar=receber, me dizer=saber, me mostrar=ver, me enviar=receber, me lembrar=receber um lembrete, lembrar-me=receber um lembrete, diga-me=saber, me mostre=ver, mostre-me=ver, me lembre=receber um lembrete, lembre-me=receber um lembrete, me lembra=receber um lembrete, me acorde=acordar, dê=dar, me dê=receber, me avise=receber um aviso, me conte=ouvir,
    leia=ler, escreva=escrever, abra=abrir, exclua=excluir, reproduza=reproduzir, traduza=traduzir, descreva=descrever, corrija=corrigir, resuma=resumir,
    responda=responder, toque=tocar, coloque=colocar, busque=buscar, explique=explicar, marque=marcar, ligue=ligar, desligue=desligar, apague=apagar, adicione=adicionar, defina=definir, inclua=incluir, converta=converter, escolha=escolher, remova=remover, reserve=reservar, me encontre=encontrar, encontre=encontrar, verifique=verificar, classifique=classificar, envie=enviar, crie=criar, avalie=avaliar, inicie=iniciar, pesquise=pesquisar, sugira=sugerir, desative=desativar, ative=ativar`),
  regular:
    `adicionar mostrar cancelar apagar tocar colocar procurar buscar reservar criar comprar calcular preparar
    organizar gerar comparar analisar modificar salvar carregar baixar parar anular desativar ativar aumentar
    levar olhar indicar avaliar pagar chamar mandar enviar ajustar configurar listar explicar revisar anotar
    marcar convidar ajudar iniciar terminar completar cozinhar estudar visitar usar contar recomendar pausar
    planejar ligar desligar encontrar acordar lembrar mudar trocar agendar verificar silenciar`.split(/\s+/u),
  toImperatives: (verb) => [
    verb.slice(0, -1),
    verb.replace(/car$/u, 'que').replace(/gar$/u, 'gue').replace(/çar$/u, 'ce').replace(/ar$/u, 'e'),
  ],
  addressed: list(
    'meu=seu, minha=sua, meus=seus, minhas=suas, mim=você, tenho=tem, posso=pode, preciso=precisa, devo=deve, vou=vai, estou=está, quero=quer, precisarei=precisará, terei=terá, sou=é, comigo=com você, nosso=seu, nossa=sua',
  ),
  first: /(?:^|\s)(?:eu|nós|me|temos|podemos|gostaria|faço|sei)(?=\s|$)/iu,
  asked:
    /^(?:(?:a|para|em|com|de|por|desde|até) )?(?:o que|que|quem|qual|quais|como|onde|quando|quant[oa]s?|por que|a que)(?=\s|$)/iu,
  yesNo:
    /^(?:é|são|está|estão|há|haverá|vai|vão|tenho|posso|devo|preciso|precisarei|vou|estou|será|chove|choverá|nevará|o \p{L}+ (?:está|é|vai)|a \p{L}+ (?:está|é|vai)|tem|existe|faz|pode|\p{L}+rá|\p{L}+rão|eu (?:preciso|devo|tenho|posso|vou))(?=\s)/iu,
  need: /^(?:(?:eu )?preciso|devo|tenho)/iu,
  whether: 'se',
  asksToTell:
    /^(?:me diga|diga-me|me diz|quero saber) (?=(?:o que|quem|qual|quais|como|onde|quando|quant|por que)\S*)/iu,
  polite: /^(?:(?:por favor|olá|oi|ei|e|ok)[ ,]+)+/iu,
  wish: /^(?:eu )?(?:quero|queria|gostaria de|preciso|pode|poderia|você pode|você poderia|desejo|tenho que|devo)(?: por favor)? (?=\p{L}+(?:ar|er|ir|or)(?:-me)?(?:\s|$))/iu,
};

const frenchMine: Readonly<Record<string, string>> = {
  "j'ai": 'vous avez',
  'je dois': 'vous devez',
  'je peux': 'vous pouvez',
  'je vais': 'vous allez',
  'je suis': 'vous êtes',
  'ai-je': 'vous avez',
  'puis-je': 'vous pouvez',
  'dois-je': 'vous devez',
  "j'aurai": 'vous aurez',
  'je devrais': 'vous devriez',
  'vais-je': 'vous allez',
  'suis-je': 'vous êtes',
};

/** French: "quel temps fait-il" is "quel temps il fait", and "est-ce que" goes; null if the subject follows its verb. */
function toFrenchOrder(text: string): string | null {
  let clause = text.replace(/\best-ce qu(?:e\s|')/iu, '');
  for (const [mine, yours] of Object.entries(frenchMine))
    clause = clause.replace(new RegExp(`(?<=^|\\s)${mine}(?=\\s|$)`, 'iu'), yours);
  clause = clause
    .replace(/(?<=^|\s)(\p{L}+)(?:-t)?-(ils?|elles?|on)(?=\s|$)/iu, '$2 $1')
    .replace(/^qu'est-ce qui /iu, 'ce qui ')
    .replace(/^(?:qu'|que )/iu, 'ce que ');
  return /-(?:tu|vous|je|nous|moi|ce)(?=\s|$)/iu.test(clause) ? null : clause;
}
