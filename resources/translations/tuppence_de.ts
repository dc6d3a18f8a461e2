<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AccountChip</name>
    <message>
        <source>Fold the sidebar</source>
        <translation>Seitenleiste einklappen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Account: {0}</source>
        <translation>Konto: {0}</translation>
    </message>
</context>
<context>
    <name>AdminKeyForm</name>
    <message>
        <source>Admin key</source>
        <translation>Admin-Schlüssel</translation>
    </message>
    <message>
        <source>Check and keep</source>
        <translation>Prüfen und behalten</translation>
    </message>
    <message>
        <source>It is kept apart from the keys that send messages, and used for nothing else.</source>
        <translation>Er wird getrennt von den Schlüsseln für Nachrichten aufbewahrt und für nichts anderes benutzt.</translation>
    </message>
    <message>
        <source>Paste the key</source>
        <translation>Schlüssel einfügen</translation>
    </message>
    <message>
        <source>Where to make one</source>
        <translation>Wo man ihn anlegt</translation>
    </message>
    <message>
        <source>{0} shows what it charged to another kind of key: {1}.</source>
        <translation>{0} zeigt seine Abrechnung nur einem Schlüssel anderer Art: {1}.</translation>
    </message>
</context>
<context>
    <name>AppearancePage</name>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Colors</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter starts a line</source>
        <translation>Eingabe sendet, Umschalt+Eingabe beginnt eine Zeile</translation>
    </message>
    <message>
        <source>Enter starts a line, Ctrl+Enter sends</source>
        <translation>Eingabe beginnt eine Zeile, Strg+Eingabe sendet</translation>
    </message>
    <message>
        <source>In the composer</source>
        <translation>Im Eingabefeld</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Size of text and controls</source>
        <translation>Größe von Schrift und Bedienelementen</translation>
    </message>
    <message>
        <source>Takes effect at the next start.</source>
        <translation>Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
</context>
<context>
    <name>BarChart</name>
    <message>
        <source>Cost by day</source>
        <translation>Kosten nach Tagen</translation>
    </message>
    <message>
        <source>Cost by month</source>
        <translation>Kosten nach Monaten</translation>
    </message>
    <message>
        <source>Cost by week</source>
        <translation>Kosten nach Wochen</translation>
    </message>
    <message>
        <source>Cost by year</source>
        <translation>Kosten nach Jahren</translation>
    </message>
    <message>
        <source>Tokens by day</source>
        <translation>Token nach Tag</translation>
    </message>
    <message>
        <source>Tokens by month</source>
        <translation>Token nach Monat</translation>
    </message>
    <message>
        <source>Tokens by week</source>
        <translation>Token nach Woche</translation>
    </message>
    <message>
        <source>Tokens by year</source>
        <translation>Token nach Jahr</translation>
    </message>
</context>
<context>
    <name>BillingPanel</name>
    <message>
        <source>As of {0}</source>
        <translation>Stand {0}</translation>
    </message>
    <message>
        <source>By key, this month</source>
        <translation>Nach Schlüssel, diesen Monat</translation>
    </message>
    <message>
        <source>By model, this month</source>
        <translation>Nach Modell, diesen Monat</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>Days and months are counted in UTC, as the providers do.</source>
        <translation>Tage und Monate zählen in UTC, wie bei den Anbietern.</translation>
    </message>
    <message>
        <source>Fold the billing panel</source>
        <translation>Kostenleiste einklappen</translation>
    </message>
    <message>
        <source>Last 14 days</source>
        <translation>Letzte 14 Tage</translation>
    </message>
    <message>
        <source>Nothing spent yet</source>
        <translation>Noch nichts ausgegeben</translation>
    </message>
    <message>
        <source>See usage</source>
        <translation>Verbrauch ansehen</translation>
    </message>
    <message>
        <source>This month: {0}</source>
        <translation>Dieser Monat: {0}</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Today: {0}</source>
        <translation>Heute: {0}</translation>
    </message>
    <message>
        <source>What your messages cost is added up here: by day, by key and by model. The provider bills you; Tuppence only counts.</source>
        <translation>Was deine Nachrichten kosten, steht hier: nach Tag, Schlüssel und Modell. Die Rechnung schickt der Anbieter; Tuppence zählt nur mit.</translation>
    </message>
    <message>
        <source>Your own keys</source>
        <translation>Deine eigenen Schlüssel</translation>
    </message>
    <message>
        <source>in {0} · {1} message</source>
        <translation>im {0} · {1} Nachricht</translation>
    </message>
    <message>
        <source>in {0} · {1} messages</source>
        <translation>im {0} · {1} Nachrichten</translation>
    </message>
    <message>
        <source>{0} message has no known price and is not in these sums.</source>
        <translation>{0} Nachricht hat keinen bekannten Preis und fehlt in diesen Summen.</translation>
    </message>
    <message>
        <source>{0} messages have no known price and are not in these sums.</source>
        <translation>{0} Nachrichten haben keinen bekannten Preis und fehlen in diesen Summen.</translation>
    </message>
    <message>
        <source>Compare with the provider's figure</source>
        <translation>Mit dem Anbieter vergleichen</translation>
    </message>
    <message>
        <source>Buy tokens</source>
        <translation>Token kaufen</translation>
    </message>
    <message>
        <source>Nothing spent on keys of your own in the last 14 days.</source>
        <translation>Über eigene Schlüssel wurde in den letzten 14 Tagen nichts ausgegeben.</translation>
    </message>
</context>
<context>
    <name>BubbleView</name>
    <message>
        <source>Show all</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>Show less</source>
        <translation>Weniger zeigen</translation>
    </message>
    <message>
        <source>Your message</source>
        <translation>Deine Nachricht</translation>
    </message>
</context>
<context>
    <name>CallList</name>
    <message>
        <source>Single calls that differ</source>
        <translation>Einzelne Aufrufe, die abweichen</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>… and {0} more calls</source>
        <translation>… und {0} weitere Aufrufe</translation>
    </message>
</context>
<context>
    <name>CallTable</name>
    <message>
        <source>Amount</source>
        <translation>Betrag</translation>
    </message>
    <message>
        <source>Copy the provider's request id</source>
        <translation>Anfrage-ID des Anbieters kopieren</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Preis</translation>
    </message>
    <message>
        <source>Request id</source>
        <translation>Anfrage-ID</translation>
    </message>
    <message>
        <source>Request id: {0}</source>
        <translation>Anfrage-ID: {0}</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>Verbraucht</translation>
    </message>
</context>
<context>
    <name>ChatDelegate</name>
    <message>
        <source>New name of the chat</source>
        <translation>Neuer Name des Chats</translation>
    </message>
</context>
<context>
    <name>ChatList</name>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Budget for this chat…</source>
        <translation>Budget für diesen Chat…</translation>
    </message>
</context>
<context>
    <name>CheaperList</name>
    <message>
        <source>For less, the same message</source>
        <translation>Dieselbe Nachricht für weniger</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Remove {0}</source>
        <translation>{0} entfernen</translation>
    </message>
    <message>
        <source>Show in the message</source>
        <translation>In der Nachricht zeigen</translation>
    </message>
</context>
<context>
    <name>Chips</name>
    <message>
        <source>is being read…</source>
        <translation>wird gelesen …</translation>
    </message>
    <message>
        <source>Remove all that cannot be sent</source>
        <translation>Alle entfernen, die nicht mitkönnen</translation>
    </message>
</context>
<context>
    <name>CodeView</name>
    <message>
        <source>Code, %1</source>
        <translation>Code, %1</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy this code</source>
        <translation>Diesen Code kopieren</translation>
    </message>
    <message numerus="yes">
        <source>Show all %n lines</source>
        <translation>
            <numerusform>Die eine Zeile zeigen</numerusform>
            <numerusform>Alle %n Zeilen zeigen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Too long to show whole; Copy takes all %n lines</source>
        <translation>
            <numerusform>Zu lang, um alles zu zeigen; Kopieren nimmt die eine Zeile</numerusform>
            <numerusform>Zu lang, um alles zu zeigen; Kopieren nimmt alle %n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>Lange Zeilen umbrechen</translation>
    </message>
    <message>
        <source>formula</source>
        <translation>Formel</translation>
    </message>
    <message>
        <source>text</source>
        <translation>Text</translation>
    </message>
</context>
<context>
    <name>ColumnHeads</name>
    <message>
        <source>Context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>Good at</source>
        <translation>Kann</translation>
    </message>
    <message>
        <source>In / out, per million</source>
        <translation>Ein / aus, je Million</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>Zahlt</translation>
    </message>
    <message>
        <source>This message</source>
        <translation>Diese Nachricht</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>Comparison of the answers</source>
        <translation>Vergleich der Antworten</translation>
    </message>
</context>
<context>
    <name>ComparisonTable</name>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>Alle Modelle</translation>
    </message>
    <message>
        <source>By day</source>
        <translation>Nach Tagen</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Abweichung</translation>
    </message>
    <message>
        <source>Key and model</source>
        <translation>Schlüssel und Modell</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>Deine</translation>
    </message>
    <message>
        <source>no key told</source>
        <translation>kein Schlüssel genannt</translation>
    </message>
    <message>
        <source>{0}, {1}: yours {2}, theirs {3}, difference {4}</source>
        <translation>{0}, {1}: deine {2}, beim Anbieter {3}, Abweichung {4}</translation>
    </message>
    <message>
        <source>… and {0} more lines</source>
        <translation>… und {0} weitere Zeilen</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Pasted picture.png</source>
        <translation>Eingefügtes Bild.png</translation>
    </message>
    <message>
        <source>Pasted text.txt</source>
        <translation>Eingefügter Text.txt</translation>
    </message>
    <message>
        <source>Send it again.</source>
        <translation>Noch einmal senden.</translation>
    </message>
    <message>
        <source>The answer before has only just ended.</source>
        <translation>Die Antwort davor ist gerade erst fertig geworden.</translation>
    </message>
</context>
<context>
    <name>ComposerBox</name>
    <message>
        <source>Attach files</source>
        <translation>Dateien anhängen</translation>
    </message>
    <message>
        <source>Scripted answers; no network, no cost.</source>
        <translation>Vorgefertigte Antworten; kein Netz, keine Kosten.</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>Antwort anhalten</translation>
    </message>
    <message>
        <source>offline demo</source>
        <translation>Offline-Demo</translation>
    </message>
    <message>
        <source>Send will refuse: {0}</source>
        <translation>Wird nicht gesendet: {0}</translation>
    </message>
    <message>
        <source>Tools and assistant</source>
        <translation>Werkzeuge und Assistent</translation>
    </message>
    <message>
        <source>Scripted answers; tokens and payments are simulated.</source>
        <translation>Vorbereitete Antworten; Token und Zahlungen sind simuliert.</translation>
    </message>
</context>
<context>
    <name>CostLineView</name>
    <message>
        <source> (%1 from cache)</source>
        <translation> (%1 aus dem Zwischenspeicher)</translation>
    </message>
    <message>
        <source>%1 in</source>
        <translation>%1 Eingabe</translation>
    </message>
    <message>
        <source>%1 out</source>
        <translation>%1 Ausgabe</translation>
    </message>
    <message>
        <source>%1 thinking</source>
        <translation>%1 Nachdenken</translation>
    </message>
    <message>
        <source>Cost: %1. Opens the receipt.</source>
        <translation>Kosten: %1. Öffnet den Beleg.</translation>
    </message>
    <message>
        <source>Open the receipt</source>
        <translation>Beleg öffnen</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>etwa %1</translation>
    </message>
    <message>
        <source>cost not known yet</source>
        <translation>Kosten noch nicht bekannt</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
</context>
<context>
    <name>CountingChoice</name>
    <message>
        <source>Ask the provider to count while I type</source>
        <translation>Den Anbieter zählen lassen, während ich schreibe</translation>
    </message>
    <message>
        <source>Asking sends the draft to the provider you chose, before you press Send. It is free, and exact with OpenAI, Anthropic and Google. Offline nobody is asked.</source>
        <translation>Dafür geht der Entwurf an den gewählten Anbieter, bevor du auf Senden drückst. Das ist kostenlos und bei OpenAI, Anthropic und Google genau. Offline wird niemand gefragt.</translation>
    </message>
    <message>
        <source>Estimate them on this computer</source>
        <translation>Auf diesem Computer schätzen</translation>
    </message>
    <message>
        <source>Tokens of a message that is not sent yet</source>
        <translation>Token einer Nachricht, die noch nicht gesendet ist</translation>
    </message>
</context>
<context>
    <name>DataPage</name>
    <message>
        <source>Cache</source>
        <translation>Zwischenspeicher</translation>
    </message>
    <message>
        <source>Chats and files</source>
        <translation>Chats und Dateien</translation>
    </message>
    <message>
        <source>Chats, files and receipts stay on this computer. A message goes to the provider of the model that you chose, to nobody else.</source>
        <translation>Chats, Dateien und Belege bleiben auf diesem Computer. Eine Nachricht geht an den Anbieter des gewählten Modells, an niemanden sonst.</translation>
    </message>
    <message>
        <source>Export the open chat …</source>
        <translation>Offenen Chat exportieren …</translation>
    </message>
    <message>
        <source>Keys are in none of these folders in plain text: see “Your keys”.</source>
        <translation>Schlüssel liegen in keinem dieser Ordner im Klartext: siehe „Deine Schlüssel“.</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open the folder: {0}</source>
        <translation>Ordner öffnen: {0}</translation>
    </message>
    <message>
        <source>Settings file</source>
        <translation>Einstellungsdatei</translation>
    </message>
    <message>
        <source>can be deleted; it is made again</source>
        <translation>kann gelöscht werden; er entsteht neu</translation>
    </message>
    <message>
        <source>config.toml, where you made one</source>
        <translation>config.toml, wenn du eine angelegt hast</translation>
    </message>
    <message>
        <source>the database, attachments, backups</source>
        <translation>Datenbank, Anhänge, Sicherungen</translation>
    </message>
    <message>
        <source>what the program did, without texts and keys</source>
        <translation>was das Programm tat, ohne Texte und Schlüssel</translation>
    </message>
</context>
<context>
    <name>DayChart</name>
    <message>
        <source>Cost of the last {0} days</source>
        <translation>Kosten der letzten {0} Tage</translation>
    </message>
    <message>
        <source>{0} (UTC): nothing</source>
        <translation>{0} (UTC): nichts</translation>
    </message>
    <message>
        <source>{0} (UTC): {1}, {2} message</source>
        <translation>{0} (UTC): {1}, {2} Nachricht</translation>
    </message>
    <message>
        <source>{0} (UTC): {1}, {2} messages</source>
        <translation>{0} (UTC): {1}, {2} Nachrichten</translation>
    </message>
    <message>
        <source>Tokens of the last {0} days</source>
        <translation>Token der letzten {0} Tage</translation>
    </message>
    <message>
        <source>{0} (UTC): {1}, {2} answer</source>
        <translation>{0} (UTC): {1}, {2} Antwort</translation>
    </message>
    <message>
        <source>{0} (UTC): {1}, {2} answers</source>
        <translation>{0} (UTC): {1}, {2} Antworten</translation>
    </message>
</context>
<context>
    <name>Dialog</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>The demo opens in a window of its own.</source>
        <translation>Die Demo öffnet sich in einem eigenen Fenster.</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Nachricht schreiben</translation>
    </message>
</context>
<context>
    <name>EditorView</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Change your message</source>
        <translation>Deine Nachricht ändern</translation>
    </message>
    <message>
        <source>Save &amp;&amp; send</source>
        <translation>Speichern &amp;&amp; senden</translation>
    </message>
    <message>
        <source>Sends a new version; the old one stays beside it.</source>
        <translation>Sendet eine neue Fassung; die alte bleibt daneben.</translation>
    </message>
</context>
<context>
    <name>EventSink</name>
    <message>
        <source>Offline demo</source>
        <translation>Offline-Demo</translation>
    </message>
    <message>
        <source>The chat was written to {0}.</source>
        <translation>Der Chat wurde nach {0} geschrieben.</translation>
    </message>
    <message>
        <source>Your own keys</source>
        <translation>Eigene Schlüssel</translation>
    </message>
    <message>
        <source>free this month</source>
        <translation>kostenlos im Monat</translation>
    </message>
    <message>
        <source>no key yet</source>
        <translation>noch kein Schlüssel</translation>
    </message>
    <message>
        <source>{0} this month</source>
        <translation>{0} im Monat</translation>
    </message>
</context>
<context>
    <name>ExportLine</name>
    <message>
        <source>CSV, a line for each call (*.csv)</source>
        <translation>CSV, eine Zeile je Aufruf (*.csv)</translation>
    </message>
    <message>
        <source>CSV, a line for each part of a call (*.csv)</source>
        <translation>CSV, eine Zeile je Teil eines Aufrufs (*.csv)</translation>
    </message>
    <message>
        <source>Export usage</source>
        <translation>Verbrauch exportieren</translation>
    </message>
    <message>
        <source>How much is written</source>
        <translation>Wie viel geschrieben ist</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stopped. Nothing was written.</source>
        <translation>Angehalten. Nichts wurde geschrieben.</translation>
    </message>
    <message>
        <source>Writing {0} of {1} calls…</source>
        <translation>{0} von {1} Aufrufen geschrieben …</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Wird geschrieben …</translation>
    </message>
    <message>
        <source>Written to {0}.</source>
        <translation>Nach {0} geschrieben.</translation>
    </message>
</context>
<context>
    <name>FailedPage</name>
    <message>
        <source>Open the folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
</context>
<context>
    <name>FailoverChoice</name>
    <message>
        <source>Ask another of my keys that has the same model</source>
        <translation>Einen anderen meiner Schlüssel mit demselben Modell fragen</translation>
    </message>
    <message>
        <source>Only before the answer begins. The other price is said, and the receipt names both.</source>
        <translation>Nur bevor die Antwort beginnt. Der andere Preis wird genannt, und der Beleg nennt beide.</translation>
    </message>
    <message>
        <source>Say so</source>
        <translation>Es sagen</translation>
    </message>
    <message>
        <source>When a provider cannot answer</source>
        <translation>Wenn ein Anbieter nicht antworten kann</translation>
    </message>
</context>
<context>
    <name>FaultBox</name>
    <message>
        <source>Open keys</source>
        <translation>Schlüssel öffnen</translation>
    </message>
    <message>
        <source>Other model</source>
        <translation>Anderes Modell</translation>
    </message>
    <message>
        <source>The provider asks to wait %1 s.</source>
        <translation>Der Anbieter bittet, %1 s zu warten.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
</context>
<context>
    <name>FaultCard</name>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Your keys</source>
        <translation>Deine Schlüssel</translation>
    </message>
    <message>
        <source>Your message is kept in the box.</source>
        <translation>Deine Nachricht bleibt im Feld stehen.</translation>
    </message>
    <message>
        <source>Raise the budget</source>
        <translation>Budget erhöhen</translation>
    </message>
    <message>
        <source>Use {0}, about {1}</source>
        <translation>{0} nehmen, etwa {1}</translation>
    </message>
    <message>
        <source>Use {0}, free</source>
        <translation>{0} nehmen, kostenlos</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>Antwort anhalten</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>Nächster Treffer</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Voriger Treffer</translation>
    </message>
    <message>
        <source>nothing found</source>
        <translation>nichts gefunden</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>1 model</source>
        <translation>1 Modell</translation>
    </message>
    <message>
        <source>Add a key</source>
        <translation>Schlüssel hinzufügen</translation>
    </message>
    <message>
        <source>Found: {0}</source>
        <translation>Gefunden: {0}</translation>
    </message>
    <message>
        <source>How would you like to chat?</source>
        <translation>Wie möchtest du chatten?</translation>
    </message>
    <message>
        <source>Just looking?</source>
        <translation>Nur mal schauen?</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Noch einmal suchen</translation>
    </message>
    <message>
        <source>Looking for models on this computer…</source>
        <translation>Suche Modelle auf diesem Computer …</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Suche …</translation>
    </message>
    <message>
        <source>Nothing found. Start Ollama, LM Studio or llama.cpp, then look again.</source>
        <translation>Nichts gefunden. Starte Ollama, LM Studio oder llama.cpp und suche noch einmal.</translation>
    </message>
    <message>
        <source>OpenAI, Anthropic, Google, OpenRouter, Mistral, DeepSeek, Groq and more. Kept in this computer's keyring where it has one; sent to nobody but its provider.</source>
        <translation>OpenAI, Anthropic, Google, OpenRouter, Mistral, DeepSeek, Groq und mehr. Liegt im Schlüsselbund dieses Computers, wo es einen gibt; geht an niemanden als den Anbieter.</translation>
    </message>
    <message>
        <source>Try the offline demo</source>
        <translation>Offline-Demo ausprobieren</translation>
    </message>
    <message>
        <source>Use a model on this computer</source>
        <translation>Ein Modell auf diesem Computer nutzen</translation>
    </message>
    <message>
        <source>Use your own key</source>
        <translation>Eigenen Schlüssel nutzen</translation>
    </message>
    <message>
        <source>Use {0}</source>
        <translation>{0} nutzen</translation>
    </message>
    <message>
        <source>You can use all of them later, side by side.</source>
        <translation>Später kannst du alle nebeneinander nutzen.</translation>
    </message>
    <message>
        <source>{0} models</source>
        <translation>{0} Modelle</translation>
    </message>
    <message>
        <source>{0} runs here, but has no model yet. Load one, then look again.</source>
        <translation>{0} läuft hier, hat aber noch kein Modell. Lade eines und suche noch einmal.</translation>
    </message>
    <message>
        <source>Take one of these ways first. Your message is kept below.</source>
        <translation>Wähle zuerst einen dieser Wege. Deine Nachricht bleibt unten stehen.</translation>
    </message>
</context>
<context>
    <name>FoldedView</name>
    <message>
        <source>Fold</source>
        <translation>Einklappen</translation>
    </message>
    <message>
        <source>Unfold</source>
        <translation>Ausklappen</translation>
    </message>
</context>
<context>
    <name>FooterView</name>
    <message>
        <source>Continue</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Continue: let the model write on</source>
        <translation>Fortsetzen: das Modell weiterschreiben lassen</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>Als Markdown kopieren</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Nächste Fassung</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>Vorige Fassung</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>Neu beantworten</translation>
    </message>
    <message>
        <source>Regenerate: another answer beside this one</source>
        <translation>Neu erzeugen: eine weitere Antwort neben dieser</translation>
    </message>
    <message>
        <source>Version %1 of %2</source>
        <translation>Fassung %1 von %2</translation>
    </message>
</context>
<context>
    <name>Greeting</name>
    <message>
        <source>Explain how a database lock works, with a small example.</source>
        <translation>Erkläre Datenbanksperren mit einem kleinen Beispiel.</translation>
    </message>
    <message>
        <source>Help me write a short and friendly letter.</source>
        <translation>Hilf mir, einen kurzen, freundlichen Brief zu schreiben.</translation>
    </message>
    <message>
        <source>Plan a dinner for six with what is in season.</source>
        <translation>Plane ein Abendessen für sechs mit Zutaten der Saison.</translation>
    </message>
    <message>
        <source>What would you like to know?</source>
        <translation>Was möchtest du wissen?</translation>
    </message>
</context>
<context>
    <name>HalfAnswerBox</name>
    <message>
        <source>Ask for a new answer; this one stays beside it</source>
        <translation>Eine neue Antwort holen; diese bleibt daneben</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Let the model write on from here</source>
        <translation>Das Modell von hier weiterschreiben lassen</translation>
    </message>
    <message>
        <source>No answer arrived.</source>
        <translation>Es kam keine Antwort an.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Neu versuchen</translation>
    </message>
    <message>
        <source>Take the answer as it is</source>
        <translation>Die Antwort nehmen, wie sie ist</translation>
    </message>
    <message>
        <source>This answer broke off. What arrived is kept.</source>
        <translation>Diese Antwort brach ab. Was ankam, bleibt.</translation>
    </message>
    <message>
        <source>You stopped this answer.</source>
        <translation>Du hast diese Antwort gestoppt.</translation>
    </message>
</context>
<context>
    <name>HitList</name>
    <message>
        <source>Nothing found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>Suchergebnisse</translation>
    </message>
</context>
<context>
    <name>KeyForm</name>
    <message>
        <source>Address (OpenAI-compatible)</source>
        <translation>Adresse (OpenAI-kompatibel)</translation>
    </message>
    <message>
        <source>Another provider, or an address of your own</source>
        <translation>Anderer Anbieter oder eigene Adresse</translation>
    </message>
    <message>
        <source>Asking {0} about this key …</source>
        <translation>{0} wird nach diesem Schlüssel gefragt …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Check and keep</source>
        <translation>Prüfen und behalten</translation>
    </message>
    <message>
        <source>Checking the key</source>
        <translation>Der Schlüssel wird geprüft</translation>
    </message>
    <message>
        <source>Get a key</source>
        <translation>Schlüssel besorgen</translation>
    </message>
    <message>
        <source>Keep it unchecked</source>
        <translation>Ungeprüft behalten</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Bezeichnung</translation>
    </message>
    <message>
        <source>Label, if you like</source>
        <translation>Bezeichnung, wenn du magst</translation>
    </message>
    <message>
        <source>Not asked any more. The key was not kept.</source>
        <translation>Nicht weiter gefragt. Der Schlüssel wurde nicht behalten.</translation>
    </message>
    <message>
        <source>Not recognized from its beginning: please choose the provider.</source>
        <translation>Am Anfang nicht erkannt: bitte wähle den Anbieter.</translation>
    </message>
    <message>
        <source>Paste a key: the provider is recognized from it</source>
        <translation>Schlüssel einfügen: der Anbieter wird daran erkannt</translation>
    </message>
    <message>
        <source>Recognize it from the key</source>
        <translation>Am Schlüssel erkennen</translation>
    </message>
    <message>
        <source>This looks like a key of {0}.</source>
        <translation>Das sieht nach einem Schlüssel von {0} aus.</translation>
    </message>
    <message>
        <source>Whose key it is</source>
        <translation>Wessen Schlüssel es ist</translation>
    </message>
    <message>
        <source>the provider</source>
        <translation>der Anbieter</translation>
    </message>
    <message>
        <source>Choose above where keys are kept; then it can be checked.</source>
        <translation>Wähle oben, wo Schlüssel aufbewahrt werden; dann lässt er sich prüfen.</translation>
    </message>
</context>
<context>
    <name>KeyLine</name>
    <message>
        <source>${0} in, ${1} out per million tokens</source>
        <translation>{0} $ ein, {1} $ aus je Million Token</translation>
    </message>
    <message>
        <source>Check {0} again</source>
        <translation>{0} erneut prüfen</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Price of {0}</source>
        <translation>Preis von {0}</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove this key from this computer? It stays valid at the provider; chats and receipts stay.</source>
        <translation>Diesen Schlüssel von diesem Computer entfernen? Beim Anbieter bleibt er gültig; Chats und Belege bleiben.</translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation>{0} entfernen</translation>
    </message>
    <message>
        <source>cost unknown</source>
        <translation>Kosten unbekannt</translation>
    </message>
    <message>
        <source>ends in …{0}</source>
        <translation>endet auf …{0}</translation>
    </message>
    <message>
        <source>in the vault</source>
        <translation>im Tresor</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>this session only</source>
        <translation>nur diese Sitzung</translation>
    </message>
    <message>
        <source>{0} this month</source>
        <translation>{0} diesen Monat</translation>
    </message>
    <message>
        <source>Budget of {0}…</source>
        <translation>Budget von {0}…</translation>
    </message>
</context>
<context>
    <name>KeysPage</name>
    <message>
        <source>No key yet. A key lets Tuppence ask a provider in your name; the provider bills you, nobody else earns from it.</source>
        <translation>Noch kein Schlüssel. Mit einem Schlüssel fragt Tuppence einen Anbieter in deinem Namen; er schickt dir die Rechnung, sonst verdient niemand daran.</translation>
    </message>
</context>
<context>
    <name>LineList</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
</context>
<context>
    <name>LinkBar</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>Adresse kopieren</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open %1 in your browser?</source>
        <translation>%1 im Browser öffnen?</translation>
    </message>
    <message>
        <source>Write to %1?</source>
        <translation>An %1 schreiben?</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open link</source>
        <translation>Link öffnen</translation>
    </message>
    <message>
        <source>Server: {0}</source>
        <translation>Server: {0}</translation>
    </message>
    <message>
        <source>This link is not opened:</source>
        <translation>Dieser Link wird nicht geöffnet:</translation>
    </message>
    <message>
        <source>This link leads to</source>
        <translation>Dieser Link führt zu</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Saving… – Tuppence</source>
        <translation>Speichern … – Tuppence</translation>
    </message>
</context>
<context>
    <name>NetworkPage</name>
    <message>
        <source>A proxy of your own</source>
        <translation>Eigener Proxy</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Asking a provider through this connection …</source>
        <translation>Ein Anbieter wird über diese Verbindung gefragt …</translation>
    </message>
    <message>
        <source>Directly, without a proxy</source>
        <translation>Direkt, ohne Proxy</translation>
    </message>
    <message>
        <source>Forget the password</source>
        <translation>Passwort vergessen</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Kind of proxy</source>
        <translation>Art des Proxys</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Passwort</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Port</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Gespeichert.</translation>
    </message>
    <message>
        <source>Saving …</source>
        <translation>Wird gespeichert …</translation>
    </message>
    <message>
        <source>Test the connection</source>
        <translation>Verbindung testen</translation>
    </message>
    <message>
        <source>The host is missing.</source>
        <translation>Der Rechner fehlt.</translation>
    </message>
    <message>
        <source>The port is a number from 1 to 65,535, like 8080.</source>
        <translation>Der Port ist eine Zahl von 1 bis 65.535, etwa 8080.</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>User and password only where the proxy asks. The password is kept where your keys are.</source>
        <translation>Benutzer und Passwort nur, wenn der Proxy danach fragt. Das Passwort liegt bei deinen Schlüsseln.</translation>
    </message>
    <message>
        <source>Write the host alone: no spaces, no path, no password.</source>
        <translation>Nur den Rechner: keine Leerzeichen, kein Pfad, kein Passwort.</translation>
    </message>
    <message>
        <source>kept; type to replace it</source>
        <translation>behalten; tippe, um es zu ersetzen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keins</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Close the notice</source>
        <translation>Hinweis schließen</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
</context>
<context>
    <name>Orders</name>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>The chats are still being opened; try again in a moment.</source>
        <translation>Die Chats werden noch geöffnet; versuche es gleich noch einmal.</translation>
    </message>
    <message>
        <source>No chat was deleted since Tuppence was started.</source>
        <translation>Seit dem Start von Tuppence wurde kein Chat gelöscht.</translation>
    </message>
    <message>
        <source>There is room for four panes. Close one to open another.</source>
        <translation>Es ist Platz für vier Bereiche. Schließ einen, um einen anderen zu öffnen.</translation>
    </message>
</context>
<context>
    <name>OutOfTokensCard</name>
    <message>
        <source>Your cap on the shared tokens does not cover this message.</source>
        <translation>Deine Obergrenze für die gemeinsamen Token reicht für diese Nachricht nicht.</translation>
    </message>
    <message>
        <source>Buy {0}, {1}</source>
        <translation>{0} kaufen, {1}</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Opening the payment page in your browser …</source>
        <translation>Die Bezahlseite wird im Browser geöffnet …</translation>
    </message>
    <message>
        <source>Opens in the browser.</source>
        <translation>Wird im Browser geöffnet.</translation>
    </message>
    <message>
        <source>Send your message again.</source>
        <translation>Sende deine Nachricht noch einmal.</translation>
    </message>
    <message>
        <source>The last payment for the subscription did not go through.</source>
        <translation>Die letzte Zahlung für das Abo ist nicht durchgegangen.</translation>
    </message>
    <message>
        <source>This account has a payment outstanding.</source>
        <translation>Bei diesem Konto ist noch eine Zahlung offen.</translation>
    </message>
    <message>
        <source>Use {0} with {1}</source>
        <translation>{0} nehmen, über {1}</translation>
    </message>
    <message>
        <source>Use {0}, free</source>
        <translation>{0} nehmen, kostenlos</translation>
    </message>
    <message>
        <source>What is left does not cover this message.</source>
        <translation>Was übrig ist, reicht für diese Nachricht nicht.</translation>
    </message>
    <message>
        <source>Your message is in the chat; another model can answer it now.</source>
        <translation>Deine Nachricht steht im Chat; ein anderes Modell kann sie jetzt beantworten.</translation>
    </message>
    <message>
        <source>Your message is kept in the box.</source>
        <translation>Deine Nachricht bleibt im Feld.</translation>
    </message>
    <message>
        <source>{0} is credited.</source>
        <translation>{0} ist gutgeschrieben.</translation>
    </message>
    <message>
        <source>{0}: {1} short</source>
        <translation>{0}: es fehlen {1}</translation>
    </message>
    <message>
        <source>More packs</source>
        <translation>Weitere Pakete</translation>
    </message>
    <message>
        <source>No page came up? Copy its address</source>
        <translation>Keine Seite erschienen? Adresse kopieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Your message is in the chat and can be answered now.</source>
        <translation>Deine Nachricht steht im Chat und kann jetzt beantwortet werden.</translation>
    </message>
    <message>
        <source>Answer it now</source>
        <translation>Jetzt beantworten</translation>
    </message>
    <message>
        <source>Plans for organizations</source>
        <translation>Tarife für Organisationen</translation>
    </message>
</context>
<context>
    <name>Overlay</name>
    <message>
        <source>Jump to newest</source>
        <translation>Zum Neuesten</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Matches</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <source>Search and commands</source>
        <translation>Suche und Befehle</translation>
    </message>
    <message>
        <source>Search chats, models and commands</source>
        <translation>Chats, Modelle und Befehle suchen</translation>
    </message>
</context>
<context>
    <name>PaneFigures</name>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>Bezahlt von</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>at most</source>
        <translation>höchstens</translation>
    </message>
    <message>
        <source>likely from a cache</source>
        <translation>wohl aus dem Cache</translation>
    </message>
</context>
<context>
    <name>PaneHeader</name>
    <message>
        <source>Add a pane beside it</source>
        <translation>Bereich daneben öffnen</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Close this pane</source>
        <translation>Diesen Bereich schließen</translation>
    </message>
    <message>
        <source>Copy the chat as Markdown</source>
        <translation>Chat als Markdown kopieren</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>Go on with this one</source>
        <translation>Mit diesem weitermachen</translation>
    </message>
    <message>
        <source>Model: {0}</source>
        <translation>Modell: {0}</translation>
    </message>
    <message>
        <source>More for this pane</source>
        <translation>Mehr zu diesem Bereich</translation>
    </message>
    <message>
        <source>Open the billing panel</source>
        <translation>Kostenleiste öffnen</translation>
    </message>
    <message>
        <source>Open the sidebar</source>
        <translation>Seitenleiste ausklappen</translation>
    </message>
    <message>
        <source>Runs on this computer; nothing leaves it.</source>
        <translation>Läuft auf diesem Computer; nichts verlässt ihn.</translation>
    </message>
    <message>
        <source>Scripted answers; no network, no cost.</source>
        <translation>Vorgefertigte Antworten; kein Netz, keine Kosten.</translation>
    </message>
    <message>
        <source>demo</source>
        <translation>Demo</translation>
    </message>
    <message>
        <source>local</source>
        <translation>lokal</translation>
    </message>
    <message>
        <source>not available</source>
        <translation>nicht verfügbar</translation>
    </message>
    <message>
        <source>sees images</source>
        <translation>sieht Bilder</translation>
    </message>
    <message>
        <source>thinks</source>
        <translation>denkt nach</translation>
    </message>
    <message>
        <source>uses tools</source>
        <translation>nutzt Werkzeuge</translation>
    </message>
    <message>
        <source>your key</source>
        <translation>dein Schlüssel</translation>
    </message>
    <message>
        <source>Answers as this assistant</source>
        <translation>Antwortet als dieser Assistent</translation>
    </message>
    <message>
        <source>Assistant: {0}</source>
        <translation>Assistent: {0}</translation>
    </message>
</context>
<context>
    <name>Panes</name>
    <message>
        <source>Pane {0} of {1}</source>
        <translation>Bereich {0} von {1}</translation>
    </message>
    <message>
        <source>Current pane</source>
        <translation>Aktueller Bereich</translation>
    </message>
</context>
<context>
    <name>passphrase</name>
    <message>
        <source>Too simple: at least {0} characters, not all alike.</source>
        <translation>Zu einfach: mindestens {0} Zeichen, nicht alle gleich.</translation>
    </message>
    <message>
        <source>Weak: a few words more would help.</source>
        <translation>Schwach: ein paar Wörter mehr würden helfen.</translation>
    </message>
    <message>
        <source>Fair.</source>
        <translation>Brauchbar.</translation>
    </message>
    <message>
        <source>Strong.</source>
        <translation>Stark.</translation>
    </message>
</context>
<context>
    <name>PassphraseForm</name>
    <message>
        <source>The passphrase until now</source>
        <translation>Die bisherige Passphrase</translation>
    </message>
    <message>
        <source>New passphrase</source>
        <translation>Neue Passphrase</translation>
    </message>
    <message>
        <source>The new one again</source>
        <translation>Die neue noch einmal</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Change it</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>Die beiden sind nicht gleich.</translation>
    </message>
    <message>
        <source>Sealing …</source>
        <translation>Wird versiegelt …</translation>
    </message>
</context>
<context>
    <name>PickerPopup</name>
    <message>
        <source>Add a key</source>
        <translation>Schlüssel hinzufügen</translation>
    </message>
    <message>
        <source>Arrow keys move through the models, Enter chooses, Control D marks a favorite</source>
        <translation>Pfeiltasten gehen durch die Modelle, Eingabe wählt, Strg D merkt einen Favoriten</translation>
    </message>
    <message>
        <source>Ask the providers for their models again</source>
        <translation>Die Anbieter erneut nach ihren Modellen fragen</translation>
    </message>
    <message>
        <source>Asking the providers …</source>
        <translation>Die Anbieter werden gefragt …</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Find a model</source>
        <translation>Modell suchen</translation>
    </message>
    <message>
        <source>Models that run on this computer are found by themselves.</source>
        <translation>Modelle auf diesem Computer werden von selbst gefunden.</translation>
    </message>
    <message>
        <source>No model yet: add a key</source>
        <translation>Noch kein Modell: füge einen Schlüssel hinzu</translation>
    </message>
    <message>
        <source>Nothing found for “{0}”</source>
        <translation>Nichts gefunden für „{0}“</translation>
    </message>
    <message>
        <source>Reading the list of models …</source>
        <translation>Die Liste der Modelle wird gelesen …</translation>
    </message>
    <message>
        <source>Try fewer letters, or the provider's name.</source>
        <translation>Versuche weniger Buchstaben oder den Namen des Anbieters.</translation>
    </message>
    <message>
        <source>Your keys</source>
        <translation>Deine Schlüssel</translation>
    </message>
    <message>
        <source>{0} model</source>
        <translation>{0} Modell</translation>
    </message>
    <message>
        <source>{0} models</source>
        <translation>{0} Modelle</translation>
    </message>
    <message>
        <source>{0} of {1} models</source>
        <translation>{0} von {1} Modellen</translation>
    </message>
</context>
<context>
    <name>PictureBox</name>
    <message>
        <source>Image from the model</source>
        <translation>Bild vom Modell</translation>
    </message>
    <message>
        <source>Save this image</source>
        <translation>Dieses Bild speichern</translation>
    </message>
    <message>
        <source>This image cannot be shown; it can still be saved.</source>
        <translation>Dieses Bild lässt sich nicht zeigen; speichern lässt es sich.</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Image at %1</source>
        <translation>Bild bei %1</translation>
    </message>
    <message>
        <source>Image that is not on the web</source>
        <translation>Bild, das nicht im Web liegt</translation>
    </message>
    <message>
        <source>Show in the browser</source>
        <translation>Im Browser zeigen</translation>
    </message>
</context>
<context>
    <name>PlaceCard</name>
    <message>
        <source>A vault with a passphrase</source>
        <translation>Ein Tresor mit Passphrase</translation>
    </message>
    <message>
        <source>Asking the keyring of this computer …</source>
        <translation>Der Schlüsselbund dieses Computers wird gefragt …</translation>
    </message>
    <message>
        <source>Kept for this session only; gone when Tuppence closes.</source>
        <translation>Nur für diese Sitzung behalten; weg, wenn Tuppence schließt.</translation>
    </message>
    <message>
        <source>Kept in the vault, sealed with your passphrase.</source>
        <translation>Liegt im Tresor, versiegelt mit deiner Passphrase.</translation>
    </message>
    <message>
        <source>Kept in this computer's keyring ({0}); sent to the provider, to nobody else.</source>
        <translation>Liegt im Schlüsselbund dieses Computers ({0}); geht an den Anbieter, an niemanden sonst.</translation>
    </message>
    <message>
        <source>There is no keyring to keep keys in.</source>
        <translation>Es gibt keinen Schlüsselbund für Schlüssel.</translation>
    </message>
    <message>
        <source>This session only</source>
        <translation>Nur diese Sitzung</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>You choose: a vault is a file on this computer, sealed with a passphrase that you type at each start. This session only: the key is gone when Tuppence closes. Keys are never written in plain text.</source>
        <translation>Du wählst: Ein Tresor ist eine Datei auf diesem Computer, versiegelt mit einer Passphrase, die du bei jedem Start eingibst. Nur diese Sitzung: Der Schlüssel ist weg, wenn Tuppence schließt. Schlüssel werden nie im Klartext geschrieben.</translation>
    </message>
    <message>
        <source>Change the passphrase</source>
        <translation>Passphrase ändern</translation>
    </message>
    <message>
        <source>Choose another place</source>
        <translation>Anderen Ort wählen</translation>
    </message>
</context>
<context>
    <name>PriceEditor</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>It holds from the next message on; receipts keep theirs.</source>
        <translation>Er gilt ab der nächsten Nachricht; Quittungen behalten ihren.</translation>
    </message>
    <message>
        <source>Keep this price</source>
        <translation>Preis behalten</translation>
    </message>
</context>
<context>
    <name>PriceFields</name>
    <message>
        <source>Cached input, if it differs</source>
        <translation>Eingabe aus dem Cache, wenn anders</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Price in dollars per million tokens. Leave it empty if you do not know it.</source>
        <translation>Preis in Dollar je Million Token. Leer lassen, wenn er nicht bekannt ist.</translation>
    </message>
    <message>
        <source>{0}: dollars per million tokens</source>
        <translation>{0}: Dollar je Million Token</translation>
    </message>
</context>
<context>
    <name>QuoteDialog</name>
    <message>
        <source>All panes together: about {0}</source>
        <translation>Alle Bereiche zusammen: etwa {0}</translation>
    </message>
    <message>
        <source>Not every price is known.</source>
        <translation>Nicht jeder Preis ist bekannt.</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>kein Modell</translation>
    </message>
</context>
<context>
    <name>QuoteLine</name>
    <message>
        <source>Cost of this message</source>
        <translation>Kosten dieser Nachricht</translation>
    </message>
    <message>
        <source>counting …</source>
        <translation>wird gezählt …</translation>
    </message>
</context>
<context>
    <name>ReceiptDialog</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Als Text kopieren</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
</context>
<context>
    <name>ReconciliationDialog</name>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Ask call by call</source>
        <translation>Einzeln fragen</translation>
    </message>
    <message>
        <source>Ask {0}</source>
        <translation>{0} fragen</translation>
    </message>
    <message>
        <source>Asking {0}…</source>
        <translation>{0} wird gefragt …</translation>
    </message>
    <message>
        <source>Asks about each of your calls by its id, with the keys that made them</source>
        <translation>Fragt nach jedem deiner Aufrufe einzeln, mit den Schlüsseln, die sie gemacht haben</translation>
    </message>
    <message>
        <source>CSV files (*.csv *.tsv *.txt)</source>
        <translation>CSV-Dateien (*.csv *.tsv *.txt)</translation>
    </message>
    <message>
        <source>Choose a CSV file…</source>
        <translation>CSV-Datei wählen …</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Vergleich läuft</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Monat</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>Reading {0}…</source>
        <translation>{0} wird gelesen …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Usage or cost files of the provider</source>
        <translation>Nutzungs- oder Kostendateien des Anbieters</translation>
    </message>
    <message>
        <source>{0} calls agree one by one.</source>
        <translation>{0} Aufrufe stimmen einzeln überein.</translation>
    </message>
    <message>
        <source>{0}, days in UTC. From: {1}</source>
        <translation>{0}, Tage in UTC. Quelle: {1}</translation>
    </message>
    <message>
        <source>Remove this key</source>
        <translation>Schlüssel entfernen</translation>
    </message>
    <message>
        <source>Tuppence counts what your own keys use; the provider sends the bill. Ask the provider with an admin key, or choose the usage or cost file that its website lets you download. Both then stand side by side, and each difference has its name.</source>
        <translation>Tuppence zählt, was deine eigenen Schlüssel verbrauchen; die Rechnung schickt der Anbieter. Frag ihn mit einem Admin-Schlüssel, oder wähle die Nutzungs- oder Kostendatei von seiner Website. Dann steht beides nebeneinander, und jede Abweichung hat einen Namen.</translation>
    </message>
    <message>
        <source>What Tuppence counted, and what was charged</source>
        <translation>Was Tuppence gezählt hat und was berechnet wurde</translation>
    </message>
    <message>
        <source>Where the provider has its file</source>
        <translation>Wo der Anbieter seine Datei hat</translation>
    </message>
</context>
<context>
    <name>ScopeBar</name>
    <message>
        <source>Days shown</source>
        <translation>Gezeigte Tage</translation>
    </message>
    <message>
        <source>First day</source>
        <translation>Erster Tag</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>Letzter Tag</translation>
    </message>
    <message>
        <source>Show all again, not only {0}</source>
        <translation>Wieder alles zeigen, nicht nur {0}</translation>
    </message>
</context>
<context>
    <name>SecretField</name>
    <message>
        <source>Hide</source>
        <translation>Verbergen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Your keys</source>
        <translation>Deine Schlüssel</translation>
    </message>
    <message>
        <source>Budgets</source>
        <translation>Budgets</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Konto</translation>
    </message>
    <message>
        <source>License</source>
        <translation>Lizenz</translation>
    </message>
</context>
<context>
    <name>ShortcutLine</name>
    <message>
        <source>Back to {0}</source>
        <translation>Zurück zu {0}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Change the keys of {0}</source>
        <translation>Tasten von {0} ändern</translation>
    </message>
    <message>
        <source>New keys for {0}</source>
        <translation>Neue Tasten für {0}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
</context>
<context>
    <name>ShortcutsPage</name>
    <message>
        <source>All back to the usual keys</source>
        <translation>Alle auf die üblichen Tasten zurück</translation>
    </message>
    <message>
        <source>Press Change, then the new keys.</source>
        <translation>Klicke auf Ändern und drücke dann die neuen Tasten.</translation>
    </message>
    <message>
        <source>{0} is needed for typing.</source>
        <translation>{0} wird zum Tippen gebraucht.</translation>
    </message>
    <message>
        <source>{0} is taken by “{1}”. Change that one first.</source>
        <translation>{0} ist von „{1}“ belegt. Ändere das zuerst.</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Chats durchsuchen</translation>
    </message>
    <message>
        <source>Search here: {0}</source>
        <translation>Hier suchen: {0}</translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation>Seitenleiste</translation>
    </message>
    <message>
        <source>Your chats will be listed here.</source>
        <translation>Hier stehen bald deine Chats.</translation>
    </message>
</context>
<context>
    <name>SourcesView</name>
    <message>
        <source>Sources</source>
        <translation>Quellen</translation>
    </message>
</context>
<context>
    <name>StartFree</name>
    <message>
        <source>Start free</source>
        <translation>Kostenlos beginnen</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>Einen Moment …</translation>
    </message>
    <message>
        <source>Tokens and free models from {0}. No card, no e-mail, no key.</source>
        <translation>Token und kostenlose Modelle von {0}. Ohne Karte, ohne E-Mail, ohne Schlüssel.</translation>
    </message>
    <message>
        <source>A credit server on this computer, for trying out: models are scripted, payment is simulated.</source>
        <translation>Ein Guthaben-Server auf diesem Computer zum Ausprobieren: Die Modelle sind vorbereitet, die Zahlung ist simuliert.</translation>
    </message>
</context>
<context>
    <name>TableView</name>
    <message numerus="yes">
        <source>Show all %n rows</source>
        <translation>
            <numerusform>Die eine Zeile zeigen</numerusform>
            <numerusform>Alle %n Zeilen zeigen</numerusform>
        </translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
</context>
<context>
    <name>TargetButton</name>
    <message>
        <source>Only to pane {0}, {1}</source>
        <translation>Nur an Bereich {0}, {1}</translation>
    </message>
    <message>
        <source>To all panes</source>
        <translation>An alle Bereiche</translation>
    </message>
    <message>
        <source>Which panes the message goes to</source>
        <translation>An welche Bereiche die Nachricht geht</translation>
    </message>
    <message>
        <source>{0} only</source>
        <translation>nur {0}</translation>
    </message>
    <message>
        <source>{0} panes</source>
        <translation>{0} Bereiche</translation>
    </message>
</context>
<context>
    <name>ThinkingView</name>
    <message>
        <source>%1 tokens</source>
        <translation>%1 Token</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>Denkt nach …</translation>
    </message>
    <message>
        <source>Thought</source>
        <translation>Nachgedacht</translation>
    </message>
    <message>
        <source>Thought for %1 min</source>
        <translation>%1 min nachgedacht</translation>
    </message>
    <message>
        <source>Thought for %1 s</source>
        <translation>%1 s nachgedacht</translation>
    </message>
</context>
<context>
    <name>ToolCallPartView</name>
    <message>
        <source>%1 failed</source>
        <translation>%1 schlug fehl</translation>
    </message>
    <message>
        <source>Asked</source>
        <translation>Gefragt</translation>
    </message>
    <message>
        <source>Called %1</source>
        <translation>%1 aufgerufen</translation>
    </message>
    <message>
        <source>Calling %1…</source>
        <translation>%1 wird aufgerufen …</translation>
    </message>
    <message>
        <source>Came back</source>
        <translation>Zurückgekommen</translation>
    </message>
    <message>
        <source>a web page</source>
        <translation>Webseite</translation>
    </message>
    <message>
        <source>the calculator</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>the clock</source>
        <translation>Uhr und Kalender</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Unterhaltung</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
</context>
<context>
    <name>UsageDialog</name>
    <message>
        <source>A ring marks calls without a known price.</source>
        <translation>Ein Ring zeigt Aufrufe ohne bekannten Preis.</translation>
    </message>
    <message>
        <source>Adding up…</source>
        <translation>Wird zusammengezählt …</translation>
    </message>
    <message>
        <source>Export CSV</source>
        <translation>Als CSV exportieren</translation>
    </message>
    <message>
        <source>Hollow bars hold estimates.</source>
        <translation>Hohle Balken enthalten Schätzungen.</translation>
    </message>
    <message>
        <source>Nothing spent yet</source>
        <translation>Noch nichts ausgegeben</translation>
    </message>
    <message>
        <source>{0} (UTC)</source>
        <translation>{0} (UTC)</translation>
    </message>
    <message>
        <source>Show bars in tokens</source>
        <translation>Balken in Token zeigen</translation>
    </message>
    <message>
        <source>Show bars in money</source>
        <translation>Balken in Geld zeigen</translation>
    </message>
    <message>
        <source>What your messages cost is added up here, by day, model, chat, key and payer, with a receipt for each. On your own keys the provider bills you; Tuppence only counts.</source>
        <translation>Hier wird zusammengezählt, was deine Nachrichten kosten: nach Tag, Modell, Chat, Schlüssel und Zahler, mit einem Beleg für jede. Bei eigenen Schlüsseln stellt der Anbieter die Rechnung; Tuppence zählt nur.</translation>
    </message>
</context>
<context>
    <name>UsageLists</name>
    <message>
        <source>Calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Payer</source>
        <translation>Zahler</translation>
    </message>
    <message>
        <source>Payers</source>
        <translation>Zahler</translation>
    </message>
    <message>
        <source>What is listed</source>
        <translation>Was aufgelistet ist</translation>
    </message>
    <message>
        <source>Year</source>
        <translation>Jahr</translation>
    </message>
    <message>
        <source>Members, 30 days</source>
        <translation>Mitglieder, 30 Tage</translation>
    </message>
    <message>
        <source>Member</source>
        <translation>Mitglied</translation>
    </message>
    <message>
        <source>What the server says of the group whose tokens you spend, of the last 30 days</source>
        <translation>Was der Server von der Gruppe sagt, deren Token du ausgibst, über die letzten 30 Tage</translation>
    </message>
    <message>
        <source>Assistants</source>
        <translation>Assistenten</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Assistent</translation>
    </message>
</context>
<context>
    <name>VaultForm</name>
    <message>
        <source>Make a vault</source>
        <translation>Einen Tresor anlegen</translation>
    </message>
    <message>
        <source>Make the vault</source>
        <translation>Tresor anlegen</translation>
    </message>
    <message>
        <source>Nobody can recover a forgotten passphrase; the keys must be added anew.</source>
        <translation>Eine vergessene Passphrase kann niemand wiederherstellen; die Schlüssel müssen neu hinzugefügt werden.</translation>
    </message>
    <message>
        <source>Open the vault</source>
        <translation>Tresor öffnen</translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation>Wird geöffnet …</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Sealing …</source>
        <translation>Wird versiegelt …</translation>
    </message>
    <message>
        <source>The same passphrase again</source>
        <translation>Dieselbe Passphrase noch einmal</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>Die beiden sind nicht gleich.</translation>
    </message>
    <message>
        <source>The vault could not be opened.</source>
        <translation>Der Tresor ließ sich nicht öffnen.</translation>
    </message>
    <message>
        <source>The vault is locked</source>
        <translation>Der Tresor ist verschlossen</translation>
    </message>
    <message>
        <source>Set it aside, begin anew</source>
        <translation>Beiseitelegen, neu beginnen</translation>
    </message>
    <message>
        <source>The damaged file is kept under another name; its keys must be added anew.</source>
        <translation>Die beschädigte Datei bleibt unter anderem Namen erhalten; ihre Schlüssel müssen neu eingetragen werden.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
</context>
<context>
    <name>WalletSection</name>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>tokens left</source>
        <translation>Token übrig</translation>
    </message>
    <message>
        <source>Last 14 days</source>
        <translation>Letzte 14 Tage</translation>
    </message>
    <message>
        <source>left</source>
        <translation>übrig</translation>
    </message>
    <message>
        <source>Held for answers that are being written or settled; the rest comes back.</source>
        <translation>Zurückgelegt für Antworten, die geschrieben oder abgerechnet werden; der Rest kommt zurück.</translation>
    </message>
</context>
<context>
    <name>WindowUsage</name>
    <message>
        <source>Usage was written to {0}.</source>
        <translation>Der Verbrauch wurde nach {0} geschrieben.</translation>
    </message>
</context>
<context>
    <name>YearMap</name>
    <message>
        <source>Cost of every day of the last year</source>
        <translation>Kosten jedes Tages im letzten Jahr</translation>
    </message>
    <message>
        <source>The last 53 weeks, by day (UTC)</source>
        <translation>Die letzten 53 Wochen, nach Tagen (UTC)</translation>
    </message>
    <message>
        <source>estimated</source>
        <translation>geschätzt</translation>
    </message>
    <message>
        <source>less</source>
        <translation>weniger</translation>
    </message>
    <message>
        <source>more</source>
        <translation>mehr</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
</context>
<context>
    <name>_ModelButton</name>
    <message>
        <source>Use {0}, {1}</source>
        <translation>{0} verwenden, {1}</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>free</source>
        <translation>kostenlos</translation>
    </message>
</context>
<context>
    <name>about</name>
    <message>
        <source>All files that come from others</source>
        <translation>Alle Dateien, die von anderen stammen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Prices and models</source>
        <translation>Preise und Modelle</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Read: {0}</source>
        <translation>Lesen: {0}</translation>
    </message>
    <message>
        <source>Tells what every message costs: before you send it, and exactly after.</source>
        <translation>Sagt, was jede Nachricht kostet: bevor du sie sendest, und danach genau.</translation>
    </message>
    <message>
        <source>Token vocabularies</source>
        <translation>Token-Wörterbücher</translation>
    </message>
    <message>
        <source>sources and licenses</source>
        <translation>Quellen und Lizenzen</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>Organizations and workspaces</source>
        <translation>Organisationen und Arbeitsbereiche</translation>
    </message>
    <message>
        <source>Add a pane</source>
        <translation>Bereich hinzufügen</translation>
    </message>
    <message>
        <source>Attach files</source>
        <translation>Dateien anhängen</translation>
    </message>
    <message>
        <source>Choose the model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Close this pane</source>
        <translation>Diesen Bereich schließen</translation>
    </message>
    <message>
        <source>Copy the chat as Markdown</source>
        <translation>Chat als Markdown kopieren</translation>
    </message>
    <message>
        <source>Copy the last answer</source>
        <translation>Letzte Antwort kopieren</translation>
    </message>
    <message>
        <source>Export the chat</source>
        <translation>Chat exportieren</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>Fold or open the billing panel</source>
        <translation>Kostenleiste ein- oder ausklappen</translation>
    </message>
    <message>
        <source>Fold or open the sidebar</source>
        <translation>Seitenleiste ein- oder ausklappen</translation>
    </message>
    <message>
        <source>Go to pane 1</source>
        <translation>Zu Bereich 1</translation>
    </message>
    <message>
        <source>Go to pane 2</source>
        <translation>Zu Bereich 2</translation>
    </message>
    <message>
        <source>Go to pane 3</source>
        <translation>Zu Bereich 3</translation>
    </message>
    <message>
        <source>Go to pane 4</source>
        <translation>Zu Bereich 4</translation>
    </message>
    <message>
        <source>Go to the composer</source>
        <translation>Zum Eingabefeld</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Größere Schrift</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Chats durchsuchen</translation>
    </message>
    <message>
        <source>Search and commands</source>
        <translation>Suche und Befehle</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinere Schrift</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>Antwort anhalten</translation>
    </message>
    <message>
        <source>Switch light and dark</source>
        <translation>Hell und dunkel wechseln</translation>
    </message>
    <message>
        <source>Usage and receipts</source>
        <translation>Verbrauch und Belege</translation>
    </message>
    <message>
        <source>Usual text size</source>
        <translation>Übliche Schriftgröße</translation>
    </message>
    <message>
        <source>Your keys</source>
        <translation>Deine Schlüssel</translation>
    </message>
    <message>
        <source>Compare with the provider's figure</source>
        <translation>Mit der Abrechnung des Anbieters vergleichen</translation>
    </message>
    <message>
        <source>Budgets</source>
        <translation>Budgets</translation>
    </message>
    <message>
        <source>Buy tokens</source>
        <translation>Token kaufen</translation>
    </message>
    <message>
        <source>Purchases and receipts</source>
        <translation>Käufe und Belege</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Konto</translation>
    </message>
    <message>
        <source>License</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Create an organization or workspace</source>
        <translation>Organisation oder Arbeitsbereich anlegen</translation>
    </message>
    <message>
        <source>Bring back the last deleted chat</source>
        <translation>Den zuletzt gelöschten Chat zurückholen</translation>
    </message>
</context>
<context>
    <name>billing</name>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>{0} messages, {1} tokens</source>
        <translation>{0} Nachrichten, {1} Token</translation>
    </message>
    <message>
        <source>{0} more models</source>
        <translation>{0} weitere Modelle</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} Token</translation>
    </message>
    <message>
        <source>{0} token</source>
        <translation>{0} Token</translation>
    </message>
</context>
<context>
    <name>hosted</name>
    <message>
        <source>asking what is left …</source>
        <translation>fragt, was übrig ist …</translation>
    </message>
    <message>
        <source>does not expire</source>
        <translation>verfällt nicht</translation>
    </message>
    <message>
        <source>each day</source>
        <translation>jeden Tag</translation>
    </message>
    <message>
        <source>each day of the subscription</source>
        <translation>jeden Tag des Abos</translation>
    </message>
    <message>
        <source>each month</source>
        <translation>jeden Monat</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>offline</translation>
    </message>
    <message>
        <source>offline, as of {0}</source>
        <translation>offline, Stand {0}</translation>
    </message>
    <message>
        <source>payment outstanding</source>
        <translation>Zahlung offen</translation>
    </message>
    <message>
        <source>resets in {0}</source>
        <translation>beginnt in {0} neu</translation>
    </message>
    <message>
        <source>resets now</source>
        <translation>beginnt jetzt neu</translation>
    </message>
    <message>
        <source>signed out</source>
        <translation>abgemeldet</translation>
    </message>
    <message>
        <source>this computer was removed</source>
        <translation>dieser Computer wurde entfernt</translation>
    </message>
    <message>
        <source>{0} d {1} h</source>
        <translation>{0} T. {1} Std.</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} Std. {1} Min.</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>{0} übrig</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} Min.</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>{0} of {1} requests</source>
        <translation>{0} von {1} Anfragen</translation>
    </message>
    <message>
        <source>{0} plan</source>
        <translation>Tarif {0}</translation>
    </message>
    <message>
        <source>{0} request</source>
        <translation>{0} Anfrage</translation>
    </message>
    <message>
        <source>{0} requests</source>
        <translation>{0} Anfragen</translation>
    </message>
    <message>
        <source>{0} token</source>
        <translation>{0} Token</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} Token</translation>
    </message>
    <message>
        <source>more than is left</source>
        <translation>mehr, als übrig ist</translation>
    </message>
    <message>
        <source>{0} left after</source>
        <translation>danach {0} übrig</translation>
    </message>
    <message>
        <source>{0}× tokens</source>
        <translation>{0}× Token</translation>
    </message>
    <message>
        <source>Free models</source>
        <translation>Kostenlose Modelle</translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation>{0} weitere</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>Somebody who left</source>
        <translation>Jemand, der nicht mehr dabei ist</translation>
    </message>
    <message>
        <source>Members, last 30 days</source>
        <translation>Mitglieder, letzte 30 Tage</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>Weniger zeigen</translation>
    </message>
    <message>
        <source>Drawn on in this order</source>
        <translation>In dieser Reihenfolge verbraucht</translation>
    </message>
    <message>
        <source>{0} (you)</source>
        <translation>{0} (du)</translation>
    </message>
    <message>
        <source>{0} from {1}</source>
        <translation>{0} aus {1}</translation>
    </message>
    <message>
        <source>At this pace until {0}</source>
        <translation>So reichen sie bis zum {0}</translation>
    </message>
    <message>
        <source>Unlimited</source>
        <translation>Unbegrenzt</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>License needs a look</source>
        <translation>Lizenz: bitte ansehen</translation>
    </message>
    <message>
        <source>renews {0}</source>
        <translation>erneuert sich am {0}</translation>
    </message>
    <message>
        <source>{0} today</source>
        <translation>{0} heute</translation>
    </message>
    <message>
        <source>License is over</source>
        <translation>Lizenz abgelaufen</translation>
    </message>
    <message>
        <source>License valid</source>
        <translation>Lizenz gültig</translation>
    </message>
    <message>
        <source>Too few days yet to say how long they last</source>
        <translation>Noch zu wenige Tage, um zu sagen, wie lange sie reichen</translation>
    </message>
    <message>
        <source>At this pace for more than three months</source>
        <translation>So reichen sie mehr als drei Monate</translation>
    </message>
    <message>
        <source>License of another computer</source>
        <translation>Lizenz eines anderen Computers</translation>
    </message>
    <message>
        <source>At this pace they end today</source>
        <translation>So gehen sie heute aus</translation>
    </message>
    <message>
        <source>About {0} a day, over the last two weeks.</source>
        <translation>Etwa {0} am Tag, über die letzten zwei Wochen.</translation>
    </message>
    <message>
        <source>renewal due</source>
        <translation>Erneuerung fällig</translation>
    </message>
    <message>
        <source>Tokens of {0}</source>
        <translation>Token von {0}</translation>
    </message>
    <message>
        <source>The pool: {0}</source>
        <translation>Gemeinsam: {0}</translation>
    </message>
    <message>
        <source>your cap</source>
        <translation>deine Obergrenze</translation>
    </message>
    <message>
        <source>at least</source>
        <translation>mindestens</translation>
    </message>
    <message>
        <source>{0} of free models</source>
        <translation>{0} freier Modelle</translation>
    </message>
    <message>
        <source>enough is left for {0} of {1} panes</source>
        <translation>was übrig ist, reicht für {0} von {1} Bereichen</translation>
    </message>
    <message>
        <source>{0}: {1} of {2} left.</source>
        <translation>{0}: {1} von {2} übrig.</translation>
    </message>
    <message>
        <source>{0} held</source>
        <translation>{0} zurückgelegt</translation>
    </message>
    <message>
        <source>as of {0}</source>
        <translation>Stand {0}</translation>
    </message>
    <message>
        <source>{0} d</source>
        <translation>{0} T.</translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation>{0} Std.</translation>
    </message>
    <message>
        <source>more than your cap leaves</source>
        <translation>mehr, als deine Obergrenze übrig lässt</translation>
    </message>
</context>
<context>
    <name>picker</name>
    <message>
        <source>Favorites</source>
        <translation>Favoriten</translation>
    </message>
    <message>
        <source>Reads up to {0} tokens</source>
        <translation>Liest bis zu {0} Token</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt benutzt</translation>
    </message>
    <message>
        <source>context {0} tokens</source>
        <translation>Kontext {0} Token</translation>
    </message>
    <message>
        <source>favorite</source>
        <translation>Favorit</translation>
    </message>
    <message>
        <source>free</source>
        <translation>kostenlos</translation>
    </message>
    <message>
        <source>good at {0}</source>
        <translation>kann {0}</translation>
    </message>
    <message>
        <source>images</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>it reads no images</source>
        <translation>es liest keine Bilder</translation>
    </message>
    <message>
        <source>no images</source>
        <translation>keine Bilder</translation>
    </message>
    <message>
        <source>not available now</source>
        <translation>zurzeit nicht verfügbar</translation>
    </message>
    <message>
        <source>not available: {0}</source>
        <translation>nicht verfügbar: {0}</translation>
    </message>
    <message>
        <source>paid by {0}</source>
        <translation>bezahlt von {0}</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>thinks</source>
        <translation>denkt nach</translation>
    </message>
    <message>
        <source>this conversation is too long for it</source>
        <translation>dieses Gespräch ist zu lang dafür</translation>
    </message>
    <message>
        <source>this message: {0}</source>
        <translation>diese Nachricht: {0}</translation>
    </message>
    <message>
        <source>too long</source>
        <translation>zu lang</translation>
    </message>
    <message>
        <source>tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>{0} in and {1} out per million tokens</source>
        <translation>{0} Eingabe und {1} Ausgabe je Million Token</translation>
    </message>
    <message>
        <source>for beginners</source>
        <translation>für Einsteiger</translation>
    </message>
    <message>
        <source>for developers</source>
        <translation>für Entwickler</translation>
    </message>
    <message>
        <source>for power users</source>
        <translation>für Vielnutzer</translation>
    </message>
</context>
<context>
    <name>quote</name>
    <message>
        <source>Cost of this message</source>
        <translation>Kosten dieser Nachricht</translation>
    </message>
    <message>
        <source>Counted on this computer.</source>
        <translation>Auf diesem Computer gezählt.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>Anweisungen</translation>
    </message>
    <message>
        <source>Likely answer: a guess, until five of this model are known.</source>
        <translation>Wahrscheinliche Antwort: angenommen, bis fünf dieses Modells bekannt sind.</translation>
    </message>
    <message>
        <source>Likely answer: the median of this model's last {0}.</source>
        <translation>Wahrscheinliche Antwort: der Median der letzten {0} dieses Modells.</translation>
    </message>
    <message>
        <source>The conversation so far</source>
        <translation>Das bisherige Gespräch</translation>
    </message>
    <message>
        <source>The provider counted this message.</source>
        <translation>Der Anbieter hat diese Nachricht gezählt.</translation>
    </message>
    <message>
        <source>The whole conversation is sent again: nearly all of the {0} tokens.</source>
        <translation>Das ganze Gespräch wird wieder gesendet: fast alle der {0} Token.</translation>
    </message>
    <message>
        <source>The whole conversation is sent again: {0} of {1} tokens.</source>
        <translation>Das ganze Gespräch wird wieder gesendet: {0} von {1} Token.</translation>
    </message>
    <message>
        <source>This message</source>
        <translation>Diese Nachricht</translation>
    </message>
    <message>
        <source>What is left of {1} pays for {0} tokens.</source>
        <translation>Was von {1} übrig ist, reicht für {0} Token.</translation>
    </message>
    <message>
        <source>What {1} can read leaves {0} tokens for the answer.</source>
        <translation>Was {1} lesen kann, lässt {0} Token für die Antwort.</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>at most {0}</source>
        <translation>höchstens {0}</translation>
    </message>
    <message>
        <source>free</source>
        <translation>kostenlos</translation>
    </message>
    <message>
        <source>likely nothing</source>
        <translation>wohl nichts</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>{0} requests</source>
        <translation>{0} Anfragen</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} Token</translation>
    </message>
    <message>
        <source>{0} ± {1} %</source>
        <translation>{0} ± {1} %</translation>
    </message>
    <message>
        <source>{1} writes at most {0} tokens.</source>
        <translation>{1} schreibt höchstens {0} Token.</translation>
    </message>
</context>
<context>
    <name>receipt</name>
    <message>
        <source>Call {0} of {1}: {2}</source>
        <translation>Aufruf {0} von {1}: {2}</translation>
    </message>
    <message>
        <source>Certainty</source>
        <translation>Gewissheit</translation>
    </message>
    <message>
        <source>Charged after</source>
        <translation>Danach berechnet</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>Zahlt</translation>
    </message>
    <message>
        <source>Paid by {0}</source>
        <translation>Bezahlt von {0}</translation>
    </message>
    <message>
        <source>Prices from</source>
        <translation>Preise aus</translation>
    </message>
    <message>
        <source>Quoted before</source>
        <translation>Vorher genannt</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>Request id: {0}</source>
        <translation>Anfrage-ID: {0}</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>Regel</translation>
    </message>
    <message>
        <source>Together</source>
        <translation>Zusammen</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>about {0}, at most {1}</source>
        <translation>etwa {0}, höchstens {1}</translation>
    </message>
    <message>
        <source>as the provider counted</source>
        <translation>wie der Anbieter gezählt hat</translation>
    </message>
    <message>
        <source>asked first, gave no answer</source>
        <translation>zuerst gefragt, ohne Antwort</translation>
    </message>
    <message>
        <source>at most {0}</source>
        <translation>höchstens {0}</translation>
    </message>
    <message>
        <source>counted on this computer</source>
        <translation>auf diesem Rechner gezählt</translation>
    </message>
    <message>
        <source>estimated: counted here</source>
        <translation>geschätzt: hier gezählt</translation>
    </message>
    <message>
        <source>exact: the provider said so</source>
        <translation>genau: vom Anbieter genannt</translation>
    </message>
    <message>
        <source>looked up at the provider</source>
        <translation>beim Anbieter nachgefragt</translation>
    </message>
    <message>
        <source>not settled yet</source>
        <translation>noch nicht abgerechnet</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>rates from {0}</source>
        <translation>Preise aus {0}</translation>
    </message>
    <message>
        <source>the input alone</source>
        <translation>nur die Eingabe</translation>
    </message>
    <message>
        <source>{0} (asked for {1})</source>
        <translation>{0} (gefragt war {1})</translation>
    </message>
    <message>
        <source>{0} ({1} %)</source>
        <translation>{0} ({1} %)</translation>
    </message>
    <message>
        <source>Server's request id</source>
        <translation>Anfragenummer des Servers</translation>
    </message>
    <message>
        <source>counted by the server</source>
        <translation>vom Server gezählt</translation>
    </message>
    <message>
        <source>estimated: the server's count</source>
        <translation>geschätzt: vom Server gezählt</translation>
    </message>
    <message>
        <source>each token counts as {0}</source>
        <translation>jedes Token zählt {0}-fach</translation>
    </message>
</context>
<context>
    <name>reconciliation</name>
    <message>
        <source>1 call</source>
        <translation>1 Aufruf</translation>
    </message>
    <message>
        <source>Both sides agree.</source>
        <translation>Beide Seiten stimmen überein.</translation>
    </message>
    <message>
        <source>Calls around midnight that they have on the next day</source>
        <translation>Aufrufe um Mitternacht, die dort am nächsten Tag stehen</translation>
    </message>
    <message>
        <source>Calls of yours that are not settled yet</source>
        <translation>Deine Aufrufe, die noch nicht abgerechnet sind</translation>
    </message>
    <message>
        <source>Calls that Tuppence had to count itself</source>
        <translation>Aufrufe, die Tuppence selbst zählen musste</translation>
    </message>
    <message>
        <source>Calls that were not made through Tuppence</source>
        <translation>Aufrufe, die nicht über Tuppence liefen</translation>
    </message>
    <message>
        <source>Charged for something else than tokens: {0}</source>
        <translation>Für etwas anderes als Token berechnet: {0}</translation>
    </message>
    <message>
        <source>Compare with the provider's figure</source>
        <translation>Mit der Abrechnung des Anbieters vergleichen</translation>
    </message>
    <message>
        <source>Every difference has its name.</source>
        <translation>Jede Abweichung hat einen Namen.</translation>
    </message>
    <message>
        <source>Made with a key that this account does not list</source>
        <translation>Mit einem Schlüssel, den dieses Konto nicht aufführt</translation>
    </message>
    <message>
        <source>Made with the key “{0}”, which Tuppence does not have</source>
        <translation>Mit dem Schlüssel „{0}“, den Tuppence nicht hat</translation>
    </message>
    <message>
        <source>May not be in their figures yet</source>
        <translation>Steht dort vielleicht noch nicht</translation>
    </message>
    <message>
        <source>Neither side has calls in this month.</source>
        <translation>In diesem Monat hat keine Seite Aufrufe.</translation>
    </message>
    <message>
        <source>Not charged: free credits or a free tier</source>
        <translation>Nicht berechnet: Guthaben oder Gratiskontingent</translation>
    </message>
    <message>
        <source>Not explained</source>
        <translation>Nicht erklärt</translation>
    </message>
    <message>
        <source>Requests that were refused or failed: counted there, not charged</source>
        <translation>Abgelehnte oder gescheiterte Anfragen: dort gezählt, nicht berechnet</translation>
    </message>
    <message>
        <source>Something is left without an explanation.</source>
        <translation>Etwas bleibt ohne Erklärung.</translation>
    </message>
    <message>
        <source>The same tokens at another price</source>
        <translation>Dieselben Token zu einem anderen Preis</translation>
    </message>
    <message>
        <source>Their amounts are rounded</source>
        <translation>Dort sind die Beträge gerundet</translation>
    </message>
    <message>
        <source>Their report does not hold these days</source>
        <translation>Diese Tage fehlen in dem Bericht</translation>
    </message>
    <message>
        <source>They call the model {0}</source>
        <translation>Dort heißt das Modell {0}</translation>
    </message>
    <message>
        <source>They do not list these calls</source>
        <translation>Diese Aufrufe stehen dort nicht</translation>
    </message>
    <message>
        <source>They read another part of the same input from the cache</source>
        <translation>Dort kam ein anderer Teil derselben Eingabe aus dem Cache</translation>
    </message>
    <message>
        <source>Tuppence knows no price for these calls</source>
        <translation>Tuppence kennt für diese Aufrufe keinen Preis</translation>
    </message>
    <message>
        <source>admin key</source>
        <translation>Admin-Schlüssel</translation>
    </message>
    <message>
        <source>management key</source>
        <translation>Verwaltungsschlüssel</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>{0} calls</source>
        <translation>{0} Aufrufe</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} Token</translation>
    </message>
</context>
<context>
    <name>usage</name>
    <message>
        <source>All time</source>
        <translation>Gesamte Zeit</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Chat: {0}</source>
        <translation>Chat: {0}</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>Enter goes to it, Space to its receipt.</source>
        <translation>Eingabe führt dorthin, Leertaste zum Beleg.</translation>
    </message>
    <message>
        <source>From – to</source>
        <translation>Von – bis</translation>
    </message>
    <message>
        <source>In</source>
        <translation>Hinein</translation>
    </message>
    <message>
        <source>Its chat was deleted.</source>
        <translation>Der Chat dazu wurde gelöscht.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Key: {0}</source>
        <translation>Schlüssel: {0}</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Last 90 days</source>
        <translation>Letzte 90 Tage</translation>
    </message>
    <message>
        <source>Last month</source>
        <translation>Letzter Monat</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model: {0}</source>
        <translation>Modell: {0}</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>Heraus</translation>
    </message>
    <message>
        <source>Payer: {0}</source>
        <translation>Zahler: {0}</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Sort by this</source>
        <translation>Danach ordnen</translation>
    </message>
    <message>
        <source>This month</source>
        <translation>Dieser Monat</translation>
    </message>
    <message>
        <source>This year</source>
        <translation>Dieses Jahr</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Usage</source>
        <translation>Verbrauch</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>{0} call has no known price and is not in the sum.</source>
        <translation>{0} Aufruf hat keinen bekannten Preis und ist nicht in der Summe.</translation>
    </message>
    <message>
        <source>{0} calls have no known price and are not in the sum.</source>
        <translation>{0} Aufrufe haben keinen bekannten Preis und sind nicht in der Summe.</translation>
    </message>
    <message>
        <source>{0} message · {1} tokens in · {2} out</source>
        <translation>{0} Nachricht · {1} Token hinein · {2} heraus</translation>
    </message>
    <message>
        <source>{0} messages · {1} tokens in · {2} out</source>
        <translation>{0} Nachrichten · {1} Token hinein · {2} heraus</translation>
    </message>
    <message>
        <source>{0} of it is estimated.</source>
        <translation>{0} davon sind geschätzt.</translation>
    </message>
    <message>
        <source>{0}, {1} without a known price</source>
        <translation>{0}, {1} ohne bekannten Preis</translation>
    </message>
    <message>
        <source>{0}: nothing</source>
        <translation>{0}: nichts</translation>
    </message>
    <message>
        <source>{0}: {1}, {2} message</source>
        <translation>{0}: {1}, {2} Nachricht</translation>
    </message>
    <message>
        <source>{0}: {1}, {2} messages</source>
        <translation>{0}: {1}, {2} Nachrichten</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>An answer here was not finished.</source>
        <translation>Eine Antwort hier wurde nicht fertig.</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the link</source>
        <translation>Link kopieren</translation>
    </message>
    <message>
        <source>Part of this sum is estimated: {0}</source>
        <translation>Ein Teil dieser Summe ist geschätzt: {0}</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>The price of some answers here is not known.</source>
        <translation>Der Preis einiger Antworten hier ist nicht bekannt.</translation>
    </message>
    <message>
        <source>The price of {0} is not known</source>
        <translation>Der Preis von {0} ist nicht bekannt</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>about</source>
        <translation>etwa</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>about {0} tokens out, at most {1}</source>
        <translation>etwa {0} Token Ausgabe, höchstens {1}</translation>
    </message>
    <message>
        <source>at most {0}</source>
        <translation>höchstens {0}</translation>
    </message>
    <message>
        <source>cheapest</source>
        <translation>am günstigsten</translation>
    </message>
    <message>
        <source>fastest</source>
        <translation>am schnellsten</translation>
    </message>
    <message>
        <source>free</source>
        <translation>kostenlos</translation>
    </message>
    <message>
        <source>in</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>price unknown</source>
        <translation>Preis unbekannt</translation>
    </message>
    <message>
        <source>price unknown for {0} of {1}</source>
        <translation>Preis unbekannt bei {0} von {1}</translation>
    </message>
    <message>
        <source>{0} is free</source>
        <translation>{0} ist kostenlos</translation>
    </message>
    <message>
        <source>{0} of text</source>
        <translation>{0} Text</translation>
    </message>
    <message>
        <source>{0} min {1} s</source>
        <translation>{0} min {1} s</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} Token</translation>
    </message>
    <message>
        <source>{0}: {1} in, {2} out per million tokens</source>
        <translation>{0}: {1} Eingabe, {2} Ausgabe je Million Token</translation>
    </message>
    <message>
        <source>Send will refuse</source>
        <translation>wird nicht gesendet</translation>
    </message>
</context>
<context>
    <name>BudgetForm</name>
    <message>
        <source>10.00</source>
        <translation>10.00</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Dollars</source>
        <translation>Dollar</translation>
    </message>
    <message>
        <source>How long it lasts</source>
        <translation>Wie lange es gilt</translation>
    </message>
    <message>
        <source>Keep this budget</source>
        <translation>Budget behalten</translation>
    </message>
    <message>
        <source>Only warn</source>
        <translation>Nur warnen</translation>
    </message>
    <message>
        <source>Stop there</source>
        <translation>Dort anhalten</translation>
    </message>
    <message>
        <source>What the budget is for</source>
        <translation>Wofür das Budget gilt</translation>
    </message>
</context>
<context>
    <name>BudgetLine</name>
    <message>
        <source>Change: {0}</source>
        <translation>Ändern: {0}</translation>
    </message>
    <message>
        <source>Remove: {0}</source>
        <translation>Entfernen: {0}</translation>
    </message>
</context>
<context>
    <name>BudgetSection</name>
    <message>
        <source>Budgets</source>
        <translation>Budgets</translation>
    </message>
    <message>
        <source>Change budgets</source>
        <translation>Budgets ändern</translation>
    </message>
    <message>
        <source>Set a budget</source>
        <translation>Ein Budget festlegen</translation>
    </message>
</context>
<context>
    <name>BudgetsPage</name>
    <message>
        <source>Add a budget</source>
        <translation>Budget hinzufügen</translation>
    </message>
    <message>
        <source>Key: {0}</source>
        <translation>Schlüssel: {0}</translation>
    </message>
    <message>
        <source>No budget yet. A budget adds up what your own keys cost, retries and stopped answers included, and warns you or stops at a sum that you set.</source>
        <translation>Noch kein Budget. Ein Budget zählt zusammen, was deine Schlüssel kosten, auch Wiederholungen und angehaltene Antworten, und warnt oder hält bei einer Summe an, die du festlegst.</translation>
    </message>
    <message>
        <source>This chat: {0}</source>
        <translation>Dieser Chat: {0}</translation>
    </message>
    <message>
        <source>Assistant: {0}</source>
        <translation>Assistent: {0}</translation>
    </message>
</context>
<context>
    <name>GuardForm</name>
    <message>
        <source>Ask before a costly message</source>
        <translation>Vor einer teuren Nachricht fragen</translation>
    </message>
    <message>
        <source>Kept.</source>
        <translation>Gespeichert.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Before it sends a message that costs far more than yours usually do, Tuppence asks. The usual is the middle cost of your last 50 messages. Both limits must be passed; 0 times turns the question off.</source>
        <translation>Bevor Tuppence eine Nachricht sendet, die weit mehr kostet als sonst, fragt es nach. Üblich sind die mittleren Kosten deiner letzten 50 Nachrichten. Beide Grenzen müssen überschritten sein; 0 schaltet die Frage ab.</translation>
    </message>
    <message>
        <source>Ask above this many times the usual cost</source>
        <translation>Fragen ab diesem Vielfachen der üblichen Kosten</translation>
    </message>
    <message>
        <source>But only above, in dollars</source>
        <translation>Aber nur über, in Dollar</translation>
    </message>
    <message>
        <source>Write a whole number of times, such as 10.</source>
        <translation>Schreib eine ganze Zahl, etwa 10.</translation>
    </message>
    <message>
        <source>Stop a message that calls tools</source>
        <translation>Eine Nachricht mit Werkzeugen anhalten</translation>
    </message>
    <message>
        <source>A model that calls tools is asked again with what they said, all of the conversation each time. The message stops at these limits, and you can let it go on.</source>
        <translation>Ein Modell, das Werkzeuge aufruft, wird mit deren Antwort erneut gefragt, jedes Mal mit dem ganzen Gespräch. Die Nachricht hält an diesen Grenzen an, und du kannst sie fortsetzen.</translation>
    </message>
    <message>
        <source>Stop after this many calls</source>
        <translation>Anhalten nach so vielen Aufrufen</translation>
    </message>
    <message>
        <source>Or before it could cost more than, in dollars</source>
        <translation>Oder bevor sie mehr kosten könnte als, in Dollar</translation>
    </message>
    <message>
        <source>Write a whole number of calls, such as 25.</source>
        <translation>Schreib eine ganze Zahl von Aufrufen, etwa 25.</translation>
    </message>
</context>
<context>
    <name>budgets</name>
    <message>
        <source>At most {0}. Nothing has been sent; your message is kept in the box.</source>
        <translation>Höchstens {0}. Es wurde nichts gesendet; deine Nachricht bleibt im Feld stehen.</translation>
    </message>
    <message>
        <source>Chat “{0}”</source>
        <translation>Chat „{0}“</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Do not send</source>
        <translation>Nicht senden</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Everything, per day</source>
        <translation>Alles, pro Tag</translation>
    </message>
    <message>
        <source>Everything, per month</source>
        <translation>Alles, pro Monat</translation>
    </message>
    <message>
        <source>Send all the same</source>
        <translation>Trotzdem senden</translation>
    </message>
    <message>
        <source>Send it, about {0}</source>
        <translation>Senden, etwa {0}</translation>
    </message>
    <message>
        <source>Send this message?</source>
        <translation>Diese Nachricht senden?</translation>
    </message>
    <message>
        <source>The price of {0} is not known.</source>
        <translation>Der Preis von {0} ist nicht bekannt.</translation>
    </message>
    <message>
        <source>This message would cost about {0}, {1} times your usual {2}.</source>
        <translation>Diese Nachricht würde etwa {0} kosten, das {1}-Fache deiner üblichen {2}.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Your {0} cannot stop what it cannot price. Sent all the same, the message counts as tokens only.</source>
        <translation>Dein {0} kann nicht anhalten, wofür es keinen Preis kennt. Trotzdem gesendet, zählt die Nachricht nur mit ihren Token.</translation>
    </message>
    <message>
        <source>budget for this chat</source>
        <translation>Budget für diesen Chat</translation>
    </message>
    <message>
        <source>budget for this key</source>
        <translation>Budget für diesen Schlüssel</translation>
    </message>
    <message>
        <source>daily budget</source>
        <translation>Tagesbudget</translation>
    </message>
    <message>
        <source>daily budget for this chat</source>
        <translation>Tagesbudget für diesen Chat</translation>
    </message>
    <message>
        <source>daily budget for this key</source>
        <translation>Tagesbudget für diesen Schlüssel</translation>
    </message>
    <message>
        <source>for good</source>
        <translation>auf Dauer</translation>
    </message>
    <message>
        <source>monthly budget</source>
        <translation>Monatsbudget</translation>
    </message>
    <message>
        <source>monthly budget for this chat</source>
        <translation>Monatsbudget für diesen Chat</translation>
    </message>
    <message>
        <source>monthly budget for this key</source>
        <translation>Monatsbudget für diesen Schlüssel</translation>
    </message>
    <message>
        <source>only warns</source>
        <translation>warnt nur</translation>
    </message>
    <message>
        <source>per day</source>
        <translation>pro Tag</translation>
    </message>
    <message>
        <source>per month</source>
        <translation>pro Monat</translation>
    </message>
    <message>
        <source>resets at midnight UTC</source>
        <translation>beginnt um Mitternacht UTC neu</translation>
    </message>
    <message>
        <source>resets {0}</source>
        <translation>beginnt am {0} neu</translation>
    </message>
    <message>
        <source>stops</source>
        <translation>hält an</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>{0} set aside</source>
        <translation>{0} zurückgelegt</translation>
    </message>
    <message>
        <source>This message would cost about {0}, more than your usual {1}.</source>
        <translation>Diese Nachricht würde etwa {0} kosten, mehr als die üblichen {1}.</translation>
    </message>
    <message>
        <source>At most {0}. Nothing has been sent.</source>
        <translation>Höchstens {0}. Es wurde nichts gesendet.</translation>
    </message>
    <message>
        <source>over by {0}</source>
        <translation>um {0} überschritten</translation>
    </message>
    <message>
        <source>used up</source>
        <translation>aufgebraucht</translation>
    </message>
    <message>
        <source>Assistant “{0}”</source>
        <translation>Assistent „{0}“</translation>
    </message>
    <message>
        <source>budget for this assistant</source>
        <translation>Budget für diesen Assistenten</translation>
    </message>
    <message>
        <source>daily budget for this assistant</source>
        <translation>Tagesbudget für diesen Assistenten</translation>
    </message>
    <message>
        <source>monthly budget for this assistant</source>
        <translation>Monatsbudget für diesen Assistenten</translation>
    </message>
</context>
<context>
    <name>SlipLine</name>
    <message>
        <source>Something in this window did not work. Nothing you wrote was lost.</source>
        <translation>In diesem Fenster hat etwas nicht funktioniert. Was du geschrieben hast, ist nicht verloren.</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>MathView</name>
    <message>
        <source>Copy the formula as TeX</source>
        <translation>Formel als TeX kopieren</translation>
    </message>
    <message>
        <source>Formula: {0}</source>
        <translation>Formel: {0}</translation>
    </message>
</context>
<context>
    <name>shop</name>
    <message>
        <source>Waiting for the payment</source>
        <translation>Warten auf die Zahlung</translation>
    </message>
    <message>
        <source>Still waiting for the payment</source>
        <translation>Noch immer Warten auf die Zahlung</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>Bezahlt</translation>
    </message>
    <message>
        <source>Credited</source>
        <translation>Gutgeschrieben</translation>
    </message>
    <message>
        <source>Canceled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Not waited for</source>
        <translation>Nicht mehr abgewartet</translation>
    </message>
    <message>
        <source>{0} a month</source>
        <translation>{0} im Monat</translation>
    </message>
    <message>
        <source>{0} a million</source>
        <translation>{0} je Million</translation>
    </message>
    <message>
        <source>A token of a model draws: {0}</source>
        <translation>Ein Token eines Modells verbraucht: {0}</translation>
    </message>
    <message>
        <source>{0} seats</source>
        <translation>{0} Plätze</translation>
    </message>
    <message>
        <source>Offline, prices as of {0}. Buying needs the network.</source>
        <translation>Offline, Preise vom Stand {0}. Zum Kaufen braucht es das Netz.</translation>
    </message>
    <message>
        <source>The last payment did not go through. Look at the card with “Invoices and cards”.</source>
        <translation>Die letzte Zahlung kam nicht durch. Sieh unter „Rechnungen und Karten“ nach der Karte.</translation>
    </message>
    <message>
        <source>Ends {0}; it is not renewed.</source>
        <translation>Endet am {0} und wird nicht verlängert.</translation>
    </message>
    <message>
        <source>Paid until {0}, then renewed.</source>
        <translation>Bezahlt bis {0}, dann verlängert.</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>bis {0}</translation>
    </message>
    <message>
        <source>{0} refunded</source>
        <translation>{0} erstattet</translation>
    </message>
    <message>
        <source>Packs</source>
        <translation>Pakete</translation>
    </message>
    <message>
        <source>Your plan</source>
        <translation>Dein Tarif</translation>
    </message>
    <message>
        <source>Not sold here</source>
        <translation>Hier nicht im Verkauf</translation>
    </message>
    <message>
        <source>Change to this</source>
        <translation>Hierher wechseln</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>Wählen</translation>
    </message>
    <message>
        <source>Opens in the browser.</source>
        <translation>Öffnet sich im Browser.</translation>
    </message>
    <message>
        <source>Open the page again</source>
        <translation>Seite wieder öffnen</translation>
    </message>
    <message>
        <source>Stop waiting</source>
        <translation>Nicht mehr warten</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Kündigen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Invoices and cards</source>
        <translation>Rechnungen und Karten</translation>
    </message>
    <message>
        <source>The plan stays until {0} and is not renewed. Packs keep their tokens.</source>
        <translation>Der Tarif bleibt bis {0} und wird nicht verlängert. Pakete behalten ihre Token.</translation>
    </message>
    <message>
        <source>Cancel the subscription</source>
        <translation>Abonnement kündigen</translation>
    </message>
    <message>
        <source>I have a passphrase</source>
        <translation>Ich habe eine Passphrase</translation>
    </message>
    <message>
        <source>Passphrase for lifetime access</source>
        <translation>Passphrase für dauerhaften Zugang</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Asking …</source>
        <translation>Wird gefragt …</translation>
    </message>
    <message>
        <source>Done. Your plan is {0} now.</source>
        <translation>Erledigt. Dein Tarif ist jetzt {0}.</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>Erledigt.</translation>
    </message>
    <message>
        <source>Nothing was bought yet.</source>
        <translation>Noch nichts gekauft.</translation>
    </message>
    <message>
        <source>All receipts and statements</source>
        <translation>Alle Belege und Abrechnungen</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>Receipt for {0}, {1}</source>
        <translation>Beleg für {0}, {1}</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>Tarife</translation>
    </message>
    <message>
        <source>Change to {0} for {1}? The difference is billed now.</source>
        <translation>Zu {0} für {1} wechseln? Der Unterschied wird jetzt berechnet.</translation>
    </message>
    <message>
        <source>Change the plan</source>
        <translation>Tarif wechseln</translation>
    </message>
    <message>
        <source>Buy tokens</source>
        <translation>Token kaufen</translation>
    </message>
    <message>
        <source>Pages of the shop</source>
        <translation>Seiten des Kaufens</translation>
    </message>
    <message>
        <source>Buy</source>
        <translation>Kaufen</translation>
    </message>
    <message>
        <source>Purchases</source>
        <translation>Käufe</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Tokens are bought with an account, which is free and needs no card.</source>
        <translation>Token kauft man mit einem Konto; es kostet nichts und braucht keine Karte.</translation>
    </message>
    <message>
        <source>See the ways to begin</source>
        <translation>Wege zum Anfang zeigen</translation>
    </message>
    <message>
        <source>You are signed out at {0}.</source>
        <translation>Du bist bei {0} abgemeldet.</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Asking {0} what is for sale …</source>
        <translation>{0} wird gefragt, was im Verkauf ist …</translation>
    </message>
    <message>
        <source>Nothing is for sale at {0} now.</source>
        <translation>Bei {0} ist jetzt nichts im Verkauf.</translation>
    </message>
    <message>
        <source>Choose a pack</source>
        <translation>Wähle ein Paket</translation>
    </message>
    <message>
        <source>Pay {0} in the browser</source>
        <translation>{0} im Browser bezahlen</translation>
    </message>
    <message>
        <source>Opening the payment page in your browser …</source>
        <translation>Die Zahlungsseite wird im Browser geöffnet …</translation>
    </message>
    <message>
        <source>{0} now.</source>
        <translation>Jetzt {0}.</translation>
    </message>
    <message>
        <source>{0} is credited: {1}</source>
        <translation>{0} ist gutgeschrieben: {1}</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>about {0} messages</source>
        <translation>etwa {0} Nachrichten</translation>
    </message>
    <message>
        <source>They never expire.</source>
        <translation>Sie verfallen nie.</translation>
    </message>
    <message>
        <source>Messages as yours were in the last 30 days: {0} each.</source>
        <translation>Nachrichten wie deine in den letzten 30 Tagen: je {0}.</translation>
    </message>
    <message>
        <source>For an organization</source>
        <translation>Für eine Organisation</translation>
    </message>
    <message>
        <source>For one person</source>
        <translation>Für eine Person</translation>
    </message>
    <message>
        <source>At your pace of the last two weeks, {0} lasts about {1} days.</source>
        <translation>So wie in den letzten zwei Wochen reicht {0} etwa {1} Tage.</translation>
    </message>
    <message>
        <source>Create an organization</source>
        <translation>Organisation anlegen</translation>
    </message>
    <message>
        <source>Expired</source>
        <translation>Abgelaufen</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>Adresse kopieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>If no page came up: open its address in any browser yourself.</source>
        <translation>Falls keine Seite erschienen ist: Öffne die Adresse selbst in einem Browser.</translation>
    </message>
    <message>
        <source>Tokens of {0} are bought by who sees to its payments. Ask an admin there.</source>
        <translation>Token von {0} kauft, wer sich um die Zahlungen kümmert. Frage dort jemanden mit Adminrechten.</translation>
    </message>
    <message>
        <source>Pay for {0} first, or stop waiting for it.</source>
        <translation>Bezahle zuerst {0}, oder warte nicht mehr darauf.</translation>
    </message>
    <message>
        <source>Cancel this payment</source>
        <translation>Diese Zahlung abbrechen</translation>
    </message>
    <message>
        <source>Closes its page, so that nobody can pay it any more.</source>
        <translation>Schließt ihre Seite, sodass sie niemand mehr bezahlen kann.</translation>
    </message>
</context>
<context>
    <name>AccountCard</name>
    <message>
        <source>Sign in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>Abmelden</translation>
    </message>
    <message>
        <source>Signed out. The key stays on this computer; one click is enough.</source>
        <translation>Abgemeldet. Der Schlüssel bleibt auf diesem Computer; ein Klick genügt.</translation>
    </message>
    <message>
        <source>Signing in …</source>
        <translation>Meldet an …</translation>
    </message>
    <message>
        <source>Signing out …</source>
        <translation>Meldet ab …</translation>
    </message>
    <message>
        <source>There is no account for this computer here yet.</source>
        <translation>Für diesen Computer gibt es hier noch kein Konto.</translation>
    </message>
    <message>
        <source>This computer was removed from your account. Your chats stay, and your own keys work. Find the account again by its e-mail address, or begin a new one.</source>
        <translation>Dieser Computer wurde aus deinem Konto entfernt. Deine Chats bleiben, und eigene Schlüssel funktionieren. Finde das Konto über seine E-Mail-Adresse wieder, oder beginne ein neues.</translation>
    </message>
    <message>
        <source>at {0}</source>
        <translation>bei {0}</translation>
    </message>
    <message>
        <source>Buy tokens</source>
        <translation>Token kaufen</translation>
    </message>
    <message>
        <source>Share tokens with others</source>
        <translation>Token mit anderen teilen</translation>
    </message>
</context>
<context>
    <name>CodeForm</name>
    <message>
        <source>Asking …</source>
        <translation>Fragt …</translation>
    </message>
    <message>
        <source>Code from the mail, six digits</source>
        <translation>Code aus der Mail, sechs Ziffern</translation>
    </message>
    <message>
        <source>E-mail address</source>
        <translation>E-Mail-Adresse</translation>
    </message>
    <message>
        <source>Send another code</source>
        <translation>Neuen Code senden</translation>
    </message>
    <message>
        <source>Send code</source>
        <translation>Code senden</translation>
    </message>
    <message>
        <source>Type the six digits from the mail.</source>
        <translation>Gib die sechs Ziffern aus der Mail ein.</translation>
    </message>
    <message>
        <source>Type your e-mail address.</source>
        <translation>Gib deine E-Mail-Adresse ein.</translation>
    </message>
    <message>
        <source>Use another address</source>
        <translation>Andere Adresse nehmen</translation>
    </message>
</context>
<context>
    <name>DeviceLine</name>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Take it off</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Take {0} off the account</source>
        <translation>{0} aus dem Konto entfernen</translation>
    </message>
    <message>
        <source>Take “{0}” off your account? It spends no more tokens from now on. Chats that are stored on it stay there.</source>
        <translation>„{0}“ aus deinem Konto entfernen? Er verbraucht von jetzt an keine Token mehr. Chats, die dort gespeichert sind, bleiben dort.</translation>
    </message>
    <message>
        <source>Taking it off …</source>
        <translation>Entfernt …</translation>
    </message>
    <message>
        <source>key {0}</source>
        <translation>Schlüssel {0}</translation>
    </message>
    <message>
        <source>last seen {0}</source>
        <translation>zuletzt {0}</translation>
    </message>
    <message>
        <source>this computer</source>
        <translation>dieser Computer</translation>
    </message>
</context>
<context>
    <name>DeviceList</name>
    <message>
        <source>Asking the server …</source>
        <translation>Fragt den Server …</translation>
    </message>
    <message>
        <source>Computers</source>
        <translation>Computer</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
</context>
<context>
    <name>AccountEmail</name>
    <message>
        <source>A code of six digits is on its way to {0}. It holds for ten minutes; look into the spam folder too.</source>
        <translation>Ein Code aus sechs Ziffern ist unterwegs an {0}. Er gilt zehn Minuten; sieh auch im Spam-Ordner nach.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>Bestätigen</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>E-Mail</translation>
    </message>
    <message>
        <source>There is none yet. This computer alone opens your account: should it be lost, so are the tokens.</source>
        <translation>Noch keine. Nur dieser Computer öffnet dein Konto: Geht er verloren, sind auch die Token weg.</translation>
    </message>
    <message>
        <source>This is your account's address now.</source>
        <translation>Das ist jetzt die Adresse deines Kontos.</translation>
    </message>
    <message>
        <source>With it you find your account and its tokens again on any computer.</source>
        <translation>Mit ihr findest du dein Konto und seine Token auf jedem Computer wieder.</translation>
    </message>
</context>
<context>
    <name>FindAccount</name>
    <message>
        <source>A code goes to the e-mail address of your account; with it this computer is added to the account.</source>
        <translation>Ein Code geht an die E-Mail-Adresse deines Kontos; mit ihm kommt dieser Computer zum Konto hinzu.</translation>
    </message>
    <message>
        <source>A mail is on its way to {0}: with a code of six digits for ten minutes, or saying that no account has this address. Look into the spam folder too.</source>
        <translation>Eine Mail ist unterwegs an {0}: mit einem Code aus sechs Ziffern für zehn Minuten, oder mit der Auskunft, dass kein Konto diese Adresse hat. Sieh auch im Spam-Ordner nach.</translation>
    </message>
    <message>
        <source>Address of the server that has your account</source>
        <translation>Adresse des Servers, der dein Konto hat</translation>
    </message>
    <message>
        <source>At {0}. </source>
        <translation>Bei {0}. </translation>
    </message>
    <message>
        <source>Find my account</source>
        <translation>Mein Konto finden</translation>
    </message>
    <message>
        <source>Find your account by its e-mail address</source>
        <translation>Dein Konto über seine E-Mail-Adresse finden</translation>
    </message>
    <message>
        <source>I have an account already</source>
        <translation>Ich habe schon ein Konto</translation>
    </message>
    <message>
        <source>I have another account</source>
        <translation>Ich habe ein anderes Konto</translation>
    </message>
    <message>
        <source>This computer leaves the account that it has now. Without an e-mail address or another computer nobody finds that one and its tokens again.</source>
        <translation>Dieser Computer verlässt das Konto, das er jetzt hat. Ohne E-Mail-Adresse oder einen anderen Computer findet niemand jenes Konto und seine Token wieder.</translation>
    </message>
</context>
<context>
    <name>AccountPage</name>
    <message>
        <source>Tokens come from a credit server: a free allowance, and more where you buy some. With keys of your own you need none of this.</source>
        <translation>Token kommen von einem Guthaben-Server: ein freies Kontingent, und mehr, wenn du welche kaufst. Mit eigenen Schlüsseln brauchst du nichts davon.</translation>
    </message>
</context>
<context>
    <name>AddServer</name>
    <message>
        <source>Add a server that your team, or you yourself, run.</source>
        <translation>Füge einen Server hinzu, den dein Team betreibt, oder du selbst.</translation>
    </message>
    <message>
        <source>Address of a credit server</source>
        <translation>Adresse eines Guthaben-Servers</translation>
    </message>
    <message>
        <source>Asking …</source>
        <translation>Fragt …</translation>
    </message>
    <message>
        <source>Check and add</source>
        <translation>Prüfen und hinzufügen</translation>
    </message>
    <message>
        <source>Type the server's address.</source>
        <translation>Gib die Adresse des Servers ein.</translation>
    </message>
    <message>
        <source>“{0}” at {1} is a credit server. It is in the list now.</source>
        <translation>„{0}“ unter {1} ist ein Guthaben-Server. Er steht jetzt in der Liste.</translation>
    </message>
</context>
<context>
    <name>ServerLine</name>
    <message>
        <source>Begin here</source>
        <translation>Hier beginnen</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Forget it without asking the server</source>
        <translation>Vergessen, ohne den Server zu fragen</translation>
    </message>
    <message>
        <source>Forget this server, and this computer's key for your account there? Without an e-mail address or another computer nobody finds the account and its tokens again. Chats stay.</source>
        <translation>Diesen Server vergessen, und den Schlüssel dieses Computers für dein Konto dort? Ohne E-Mail-Adresse oder einen anderen Computer findet niemand das Konto und seine Token wieder. Chats bleiben.</translation>
    </message>
    <message>
        <source>Forget {0}</source>
        <translation>{0} vergessen</translation>
    </message>
    <message>
        <source>Forgetting …</source>
        <translation>Vergisst …</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Take this computer off your account there, and the server off the list? By your e-mail address you find the account again. Chats stay.</source>
        <translation>Diesen Computer aus deinem Konto dort nehmen, und den Server von der Liste? Über deine E-Mail-Adresse findest du das Konto wieder. Chats bleiben.</translation>
    </message>
    <message>
        <source>Take this server off the list? You can add it again.</source>
        <translation>Diesen Server von der Liste nehmen? Du kannst ihn wieder hinzufügen.</translation>
    </message>
    <message>
        <source>Use this one</source>
        <translation>Diesen verwenden</translation>
    </message>
    <message>
        <source>demo</source>
        <translation>Demo</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>in Gebrauch</translation>
    </message>
    <message>
        <source>no account yet</source>
        <translation>noch kein Konto</translation>
    </message>
    <message>
        <source>signed in</source>
        <translation>angemeldet</translation>
    </message>
    <message>
        <source>signed out</source>
        <translation>abgemeldet</translation>
    </message>
    <message>
        <source>this computer was removed</source>
        <translation>dieser Computer wurde entfernt</translation>
    </message>
</context>
<context>
    <name>ServerList</name>
    <message>
        <source>Servers</source>
        <translation>Server</translation>
    </message>
</context>
<context>
    <name>AccountTrouble</name>
    <message>
        <source>The key of this account cannot be read</source>
        <translation>Der Schlüssel dieses Kontos ist nicht lesbar</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
</context>
<context>
    <name>LicenseBox</name>
    <message>
        <source>A license that you were sent</source>
        <translation>Eine Lizenz, die du bekommen hast</translation>
    </message>
    <message>
        <source>Checking …</source>
        <translation>Prüft …</translation>
    </message>
    <message>
        <source>I was sent a license</source>
        <translation>Ich habe eine Lizenz bekommen</translation>
    </message>
    <message>
        <source>Keep this license</source>
        <translation>Diese Lizenz behalten</translation>
    </message>
    <message>
        <source>Open a file …</source>
        <translation>Datei öffnen …</translation>
    </message>
    <message>
        <source>Open a license</source>
        <translation>Lizenz öffnen</translation>
    </message>
    <message>
        <source>Paste it with or without the mail around it, or open the file. It is checked on this computer; nothing is sent.</source>
        <translation>Füg sie ein, mit oder ohne die Mail darum, oder öffne die Datei. Geprüft wird auf diesem Computer; nichts wird gesendet.</translation>
    </message>
    <message>
        <source>Paste the license first, or open its file.</source>
        <translation>Füg zuerst die Lizenz ein, oder öffne ihre Datei.</translation>
    </message>
    <message>
        <source>The license was checked and is kept.</source>
        <translation>Die Lizenz ist geprüft und gilt.</translation>
    </message>
    <message>
        <source>This is far too long for a license. Paste only the part from BEGIN to END.</source>
        <translation>Das ist für eine Lizenz viel zu lang. Füg nur den Teil von BEGIN bis END ein.</translation>
    </message>
</context>
<context>
    <name>LicenseField</name>
    <message>
        <source>The license as it was sent</source>
        <translation>Die Lizenz, wie sie kam</translation>
    </message>
</context>
<context>
    <name>LicensePage</name>
    <message>
        <source>A license comes with an account, and there is none on this computer. None is needed either: the rules of a free account hold, with keys of your own as you like.</source>
        <translation>Eine Lizenz gehört zu einem Konto, und auf diesem Computer gibt es keines. Nötig ist auch keine: Es gelten die Regeln eines kostenlosen Kontos, mit eigenen Schlüsseln, wie du magst.</translation>
    </message>
    <message>
        <source>Copy the device key</source>
        <translation>Geräteschlüssel kopieren</translation>
    </message>
    <message>
        <source>Device key of this computer, for whoever sends you a license:</source>
        <translation>Geräteschlüssel dieses Computers, für den, der dir eine Lizenz schickt:</translation>
    </message>
    <message>
        <source>Go to “Account”</source>
        <translation>Zu „Konto“</translation>
    </message>
    <message>
        <source>Looking at the license …</source>
        <translation>Sieht nach der Lizenz …</translation>
    </message>
    <message>
        <source>Reading, searching, exporting and deleting your chats, files and keys needs no license, whatever it says here.</source>
        <translation>Deine Chats, Dateien und Schlüssel zu lesen, zu durchsuchen, zu exportieren und zu löschen braucht keine Lizenz, was auch immer hier steht.</translation>
    </message>
    <message>
        <source>Renew now</source>
        <translation>Jetzt erneuern</translation>
    </message>
    <message>
        <source>Renewing …</source>
        <translation>Erneuert …</translation>
    </message>
    <message>
        <source>The license cannot be looked at now</source>
        <translation>Nach der Lizenz lässt sich jetzt nicht sehen</translation>
    </message>
    <message>
        <source>What it allows</source>
        <translation>Was sie erlaubt</translation>
    </message>
    <message>
        <source>What the rules of a free account allow</source>
        <translation>Was die Regeln eines kostenlosen Kontos erlauben</translation>
    </message>
</context>
<context>
    <name>license</name>
    <message>
        <source>A license for another computer</source>
        <translation>Eine Lizenz für einen anderen Computer</translation>
    </message>
    <message>
        <source>A renewal is due since {0}.</source>
        <translation>Eine Erneuerung steht seit {0} aus.</translation>
    </message>
    <message>
        <source>Any number of people.</source>
        <translation>Beliebig viele Personen.</translation>
    </message>
    <message>
        <source>Chatting, and these features: {0}.</source>
        <translation>Chatten, und diese Funktionen: {0}.</translation>
    </message>
    <message>
        <source>Chatting, without the features of larger plans.</source>
        <translation>Chatten, ohne die Funktionen größerer Tarife.</translation>
    </message>
    <message>
        <source>Every feature of Tuppence.</source>
        <translation>Alle Funktionen von Tuppence.</translation>
    </message>
    <message>
        <source>Keys of your own, once the plan's allowance is used up.</source>
        <translation>Eigene Schlüssel, sobald das Kontingent des Tarifs verbraucht ist.</translation>
    </message>
    <message>
        <source>Keys of your own, whenever you like.</source>
        <translation>Eigene Schlüssel, wann immer du magst.</translation>
    </message>
    <message>
        <source>Next renewal, by itself: {0}.</source>
        <translation>Nächste Erneuerung, von selbst: {0}.</translation>
    </message>
    <message>
        <source>No keys of your own: messages are paid with tokens.</source>
        <translation>Keine eigenen Schlüssel: Nachrichten werden mit Token bezahlt.</translation>
    </message>
    <message>
        <source>No license</source>
        <translation>Keine Lizenz</translation>
    </message>
    <message>
        <source>One person, on this computer.</source>
        <translation>Eine Person, auf diesem Computer.</translation>
    </message>
    <message>
        <source>The license is over</source>
        <translation>Die Lizenz ist zu Ende</translation>
    </message>
    <message>
        <source>The license is valid</source>
        <translation>Die Lizenz gilt</translation>
    </message>
    <message>
        <source>The license needs a look</source>
        <translation>Sieh nach der Lizenz</translation>
    </message>
    <message>
        <source>Up to {0} people.</source>
        <translation>Bis zu {0} Personen.</translation>
    </message>
    <message>
        <source>file upload</source>
        <translation>Dateien hochladen</translation>
    </message>
    <message>
        <source>image generation</source>
        <translation>Bilder erzeugen</translation>
    </message>
    <message>
        <source>voice chat</source>
        <translation>Sprachchat</translation>
    </message>
    <message>
        <source>code interpreter</source>
        <translation>Code ausführen</translation>
    </message>
    <message>
        <source>web search</source>
        <translation>Websuche</translation>
    </message>
    <message>
        <source>agents</source>
        <translation>Agenten</translation>
    </message>
    <message>
        <source>prompts</source>
        <translation>Prompts</translation>
    </message>
    <message>
        <source>MCP servers</source>
        <translation>MCP-Server</translation>
    </message>
    <message>
        <source>knowledge bases</source>
        <translation>Wissenssammlungen</translation>
    </message>
    <message>
        <source>spending on the plan and on your own keys, apart</source>
        <translation>Ausgaben für den Tarif und für eigene Schlüssel, getrennt</translation>
    </message>
</context>
<context>
    <name>account</name>
    <message>
        <source>This computer was removed from your account at {0}.</source>
        <translation>Dieser Computer wurde aus deinem Konto bei {0} entfernt.</translation>
    </message>
    <message>
        <source>Your chats stay. Under “Account” you can find it again, or begin a new one.</source>
        <translation>Deine Chats bleiben. Unter „Konto“ kannst du es wiederfinden oder ein neues beginnen.</translation>
    </message>
</context>
<context>
    <name>ChartBlock</name>
    <message>
        <source>Hollow bars hold estimates.</source>
        <translation>Hohle Balken enthalten Schätzungen.</translation>
    </message>
    <message>
        <source>Days and months are counted in UTC, as the providers do.</source>
        <translation>Tage und Monate sind nach UTC gezählt, wie bei den Anbietern.</translation>
    </message>
</context>
<context>
    <name>assistants</name>
    <message>
        <source>Assistants</source>
        <translation>Assistenten</translation>
    </message>
    <message>
        <source>New assistant</source>
        <translation>Neuer Assistent</translation>
    </message>
    <message>
        <source>No assistant yet. An assistant is a name with instructions, a model, tools and a budget of its own.</source>
        <translation>Noch kein Assistent. Ein Assistent ist ein Name mit Anweisungen, einem Modell, Werkzeugen und einem eigenen Budget.</translation>
    </message>
    <message>
        <source>Color</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Color {0}</source>
        <translation>Farbe {0}</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>Anweisungen</translation>
    </message>
    <message>
        <source>Keep changes</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Make this assistant</source>
        <translation>Assistenten anlegen</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Set a budget</source>
        <translation>Budget …</translation>
    </message>
    <message>
        <source>The chat's own model</source>
        <translation>Das Modell des Chats</translation>
    </message>
    <message>
        <source>They go along with every message and count as input.</source>
        <translation>Sie gehen mit jeder Nachricht mit und zählen als Eingabe.</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Use in this chat</source>
        <translation>Hier verwenden</translation>
    </message>
    <message>
        <source>What it is, how it answers, what it must not do</source>
        <translation>Was er ist, wie er antwortet, was er nicht darf</translation>
    </message>
    <message>
        <source>{0} this month, on your own keys</source>
        <translation>{0} in diesem Monat, über deine eigenen Schlüssel</translation>
    </message>
    <message>
        <source>Allow for this chat</source>
        <translation>Für diesen Chat erlauben</translation>
    </message>
    <message>
        <source>Allow once</source>
        <translation>Einmal erlauben</translation>
    </message>
    <message>
        <source>Do not allow</source>
        <translation>Nicht erlauben</translation>
    </message>
    <message>
        <source>May this tool run?</source>
        <translation>Darf dieses Werkzeug laufen?</translation>
    </message>
    <message>
        <source>The model wants to read a page of {0}.</source>
        <translation>Das Modell möchte eine Seite von {0} lesen.</translation>
    </message>
    <message>
        <source>What the page says goes to the model, and counts as input with each further call. The page's owner sees that somebody at your address read it.</source>
        <translation>Was auf der Seite steht, geht an das Modell und zählt bei jedem weiteren Aufruf als Eingabe. Wer die Seite betreibt, sieht, dass sie von deiner Adresse aus gelesen wurde.</translation>
    </message>
    <message>
        <source>Answers as</source>
        <translation>Antwortet als</translation>
    </message>
    <message>
        <source>Asks before it runs.</source>
        <translation>Fragt, bevor es läuft.</translation>
    </message>
    <message>
        <source>Assistants…</source>
        <translation>Assistenten …</translation>
    </message>
    <message>
        <source>Calculator</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Date and time</source>
        <translation>Datum und Uhrzeit</translation>
    </message>
    <message>
        <source>Exact arithmetic</source>
        <translation>Rechnet exakt</translation>
    </message>
    <message>
        <source>No assistant</source>
        <translation>Kein Assistent</translation>
    </message>
    <message>
        <source>Read web pages</source>
        <translation>Webseiten lesen</translation>
    </message>
    <message>
        <source>Reads the text of a page on the web</source>
        <translation>Liest den Text einer Seite im Web</translation>
    </message>
    <message>
        <source>This model calls no tools</source>
        <translation>Dieses Modell ruft keine Werkzeuge auf</translation>
    </message>
    <message>
        <source>What day and time it is, and days between dates</source>
        <translation>Welcher Tag und wie spät es ist, und Tage zwischen zwei Daten</translation>
    </message>
    <message>
        <source>Allowed in this chat</source>
        <translation>In diesem Chat erlaubt</translation>
    </message>
    <message>
        <source>Take back: {0} is asked about again</source>
        <translation>Zurücknehmen: bei {0} wird wieder gefragt</translation>
    </message>
</context>
<context>
    <name>WindowAssistants</name>
    <message>
        <source>Tools and assistant</source>
        <translation>Werkzeuge und Assistent</translation>
    </message>
    <message>
        <source>Tools: {0}</source>
        <translation>Werkzeuge: {0}</translation>
    </message>
</context>
<context>
    <name>groups</name>
    <message>
        <source>To the account</source>
        <translation>Zum Konto</translation>
    </message>
    <message>
        <source>An organization has seats and one pool of tokens for a team. A workspace has its own plan, keys, budget and chats. Create one, or accept an invitation: you always see whose tokens a message spends.</source>
        <translation>Eine Organisation hat Plätze und gemeinsame Token für ein Team. Ein Arbeitsbereich hat einen eigenen Tarif, eigene Schlüssel, ein eigenes Budget und eigene Chats. Leg etwas davon an oder nimm eine Einladung an: Du siehst immer, wessen Token eine Nachricht ausgibt.</translation>
    </message>
    <message>
        <source>Share tokens with others</source>
        <translation>Token mit anderen teilen</translation>
    </message>
    <message>
        <source>Accept an invitation</source>
        <translation>Einladung annehmen</translation>
    </message>
    <message>
        <source>Organizations and workspaces belong to an account at a credit server. Begin one for free, or sign in again.</source>
        <translation>Organisationen und Arbeitsbereiche gehören zu einem Konto bei einem Guthaben-Server. Leg kostenlos eines an oder melde dich wieder an.</translation>
    </message>
    <message>
        <source>New …</source>
        <translation>Neu …</translation>
    </message>
    <message>
        <source>Create one</source>
        <translation>Anlegen</translation>
    </message>
    <message>
        <source>Nobody is signed in</source>
        <translation>Niemand ist angemeldet</translation>
    </message>
    <message>
        <source>Organizations and workspaces</source>
        <translation>Organisationen und Arbeitsbereiche</translation>
    </message>
    <message>
        <source>Joining …</source>
        <translation>Tritt bei …</translation>
    </message>
    <message>
        <source>Seats for a team, and one pool of tokens that all share.</source>
        <translation>Plätze für ein Team und Token, die sich alle teilen.</translation>
    </message>
    <message>
        <source>Paste the link that you were given. Whose tokens are spent changes only when you say so.</source>
        <translation>Füg den Link ein, den du bekommen hast. Wessen Token ausgegeben werden, ändert sich erst, wenn du es sagst.</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Anlegen</translation>
    </message>
    <message>
        <source>Paste the link first.</source>
        <translation>Füg zuerst den Link ein.</translation>
    </message>
    <message>
        <source>Creating …</source>
        <translation>Legt an …</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>Beitreten</translation>
    </message>
    <message>
        <source>Write a name first.</source>
        <translation>Schreib zuerst einen Namen.</translation>
    </message>
    <message>
        <source>The whole link of the invitation</source>
        <translation>Der ganze Link der Einladung</translation>
    </message>
    <message>
        <source>New organization or workspace</source>
        <translation>Neue Organisation oder neuer Arbeitsbereich</translation>
    </message>
    <message>
        <source>A place with its own plan, keys for providers, budget and chats.</source>
        <translation>Ein Ort mit eigenem Tarif, Schlüsseln für Anbieter, Budget und Chats.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>The key is kept. Nobody is shown it again.</source>
        <translation>Der Schlüssel ist aufbewahrt. Er wird niemandem mehr gezeigt.</translation>
    </message>
    <message>
        <source>Checking …</source>
        <translation>Wird geprüft …</translation>
    </message>
    <message>
        <source>With this plan each member uses their own keys, on their own computer.</source>
        <translation>Mit diesem Tarif nutzt jedes Mitglied eigene Schlüssel auf dem eigenen Rechner.</translation>
    </message>
    <message>
        <source>added by {0}, {1}</source>
        <translation>hinzugefügt von {0}, {1}</translation>
    </message>
    <message>
        <source>not checked: its provider was out of reach</source>
        <translation>nicht geprüft: der Anbieter war nicht zu erreichen</translation>
    </message>
    <message>
        <source>ends in …{0}</source>
        <translation>endet auf …{0}</translation>
    </message>
    <message>
        <source>Remove the key for {0}</source>
        <translation>Schlüssel für {0} entfernen</translation>
    </message>
    <message>
        <source>works</source>
        <translation>funktioniert</translation>
    </message>
    <message>
        <source>The plan here has no use for own keys.</source>
        <translation>Der Tarif hier sieht keine eigenen Schlüssel vor.</translation>
    </message>
    <message>
        <source>Remove the key</source>
        <translation>Schlüssel entfernen</translation>
    </message>
    <message>
        <source>It is checked with the provider, sealed at the server, and used for members' messages before the shared tokens. The provider bills you.</source>
        <translation>Er wird beim Anbieter geprüft, auf dem Server versiegelt und vor den gemeinsamen Token für Nachrichten der Mitglieder genutzt. Der Anbieter rechnet mit dir ab.</translation>
    </message>
    <message>
        <source>No key yet: members' messages are paid from the shared tokens.</source>
        <translation>Noch kein Schlüssel: Nachrichten der Mitglieder werden aus den gemeinsamen Token bezahlt.</translation>
    </message>
    <message>
        <source>Name, if you like</source>
        <translation>Name, wenn du magst</translation>
    </message>
    <message>
        <source>It replaces the one that ends in …{0}.</source>
        <translation>Er ersetzt den, der auf …{0} endet.</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>Remove the key for {0}? The server forgets it for good. Members' messages are paid from the shared tokens again, where there are some.</source>
        <translation>Schlüssel für {0} entfernen? Der Server vergisst ihn endgültig. Nachrichten der Mitglieder werden wieder aus den gemeinsamen Token bezahlt, soweit es welche gibt.</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Add a key</source>
        <translation>Schlüssel hinzufügen</translation>
    </message>
    <message>
        <source>Paste the key first.</source>
        <translation>Füg zuerst den Schlüssel ein.</translation>
    </message>
    <message>
        <source>Paste the key</source>
        <translation>Schlüssel einfügen</translation>
    </message>
    <message>
        <source>Save the key</source>
        <translation>Schlüssel speichern</translation>
    </message>
    <message>
        <source>Name of the key</source>
        <translation>Name des Schlüssels</translation>
    </message>
    <message>
        <source>Replace the key</source>
        <translation>Schlüssel ersetzen</translation>
    </message>
    <message>
        <source>You spend its tokens no more. Its chats stay on this computer, to be read.</source>
        <translation>Du gibst keine Token von dort mehr aus. Die Chats bleiben auf diesem Rechner lesbar.</translation>
    </message>
    <message>
        <source>Leave {0}? To come back you need a new invitation.</source>
        <translation>{0} verlassen? Um zurückzukommen, brauchst du eine neue Einladung.</translation>
    </message>
    <message>
        <source>Delete for everybody</source>
        <translation>Für alle löschen</translation>
    </message>
    <message>
        <source>Write its name to confirm</source>
        <translation>Zur Bestätigung den Namen schreiben</translation>
    </message>
    <message>
        <source>It ends for all members, and what is left of its tokens is lost.</source>
        <translation>Für alle Mitglieder ist damit Schluss, und übrige Token sind verloren.</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Verlassen</translation>
    </message>
    <message>
        <source>Write its name as it is: {0}</source>
        <translation>Schreib den Namen genau so: {0}</translation>
    </message>
    <message>
        <source>Renamed for everybody.</source>
        <translation>Für alle umbenannt.</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Spend its tokens</source>
        <translation>Diese Token ausgeben</translation>
    </message>
    <message>
        <source>As {0} you spend none of its tokens.</source>
        <translation>Mit der Rolle {0} gibst du keine Token von hier aus.</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>Mitglieder</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>spent now</source>
        <translation>wird ausgegeben</translation>
    </message>
    <message>
        <source>Plan and statement</source>
        <translation>Tarif und Abrechnung</translation>
    </message>
    <message>
        <source>Viewer</source>
        <translation>Leser</translation>
    </message>
    <message>
        <source>Spend my own tokens</source>
        <translation>Eigene Token ausgeben</translation>
    </message>
    <message>
        <source>Asking the server …</source>
        <translation>Fragt den Server …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Buy tokens or seats</source>
        <translation>Token oder Plätze kaufen</translation>
    </message>
    <message>
        <source>Nobody used anything yet.</source>
        <translation>Noch niemand hat etwas verbraucht.</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>Member</source>
        <translation>Mitglied</translation>
    </message>
    <message>
        <source>Own keys</source>
        <translation>Eigene Schlüssel</translation>
    </message>
    <message>
        <source>You see your own part; admins see everybody's.</source>
        <translation>Du siehst deinen eigenen Teil; Admins sehen den aller.</translation>
    </message>
    <message>
        <source>Drawn</source>
        <translation>Entnommen</translation>
    </message>
    <message>
        <source>Model tokens</source>
        <translation>Modell-Token</translation>
    </message>
    <message>
        <source>Used in the last {0} days</source>
        <translation>Verbrauch der letzten {0} Tage</translation>
    </message>
    <message>
        <source>There are no shared tokens yet: its plan gives none, and none were bought.</source>
        <translation>Es gibt noch keine gemeinsamen Token: Der Tarif gibt keine, und gekauft wurden keine.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>By model</source>
        <translation>Nach Modell</translation>
    </message>
    <message>
        <source>The month is over.</source>
        <translation>Der Monat ist vorbei.</translation>
    </message>
    <message>
        <source>{0} on the workspace's own keys, billed by their providers</source>
        <translation>{0} über eigene Schlüssel des Arbeitsbereichs, von deren Anbietern abgerechnet</translation>
    </message>
    <message>
        <source>then calls stop</source>
        <translation>danach ist Schluss</translation>
    </message>
    <message>
        <source>By member</source>
        <translation>Nach Mitglied</translation>
    </message>
    <message>
        <source>managed credit, of {0} each month</source>
        <translation>verwaltetes Guthaben, von {0} im Monat</translation>
    </message>
    <message>
        <source>then calls go on, more slowly</source>
        <translation>danach geht es langsamer weiter</translation>
    </message>
    <message>
        <source>managed credit; no monthly limit is set for it</source>
        <translation>verwaltetes Guthaben; eine monatliche Grenze ist nicht gesetzt</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Monat</translation>
    </message>
    <message>
        <source>Charged</source>
        <translation>Berechnet</translation>
    </message>
    <message>
        <source>{0} beyond the limit</source>
        <translation>{0} über der Grenze</translation>
    </message>
    <message>
        <source>So far; it is not over.</source>
        <translation>Bisher; er ist noch nicht vorbei.</translation>
    </message>
    <message>
        <source>Managed credit of the month</source>
        <translation>Verwaltetes Guthaben des Monats</translation>
    </message>
    <message>
        <source>“{0}” belongs to {1}: new messages in it are paid from those tokens.</source>
        <translation>„{0}“ gehört {1}: Neue Nachrichten darin werden aus diesen Token bezahlt.</translation>
    </message>
    <message>
        <source>you alone</source>
        <translation>dir allein</translation>
    </message>
    <message>
        <source>Organizations and workspaces …</source>
        <translation>Organisationen und Arbeitsbereiche …</translation>
    </message>
    <message>
        <source>Account …</source>
        <translation>Konto …</translation>
    </message>
    <message>
        <source>Chats of {0}</source>
        <translation>Chats von {0}</translation>
    </message>
    <message>
        <source>Spend the tokens of</source>
        <translation>Token ausgeben von</translation>
    </message>
    <message>
        <source>Spend your own tokens</source>
        <translation>Eigene Token ausgeben</translation>
    </message>
    <message>
        <source>Your own</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>Spend the tokens of {0}</source>
        <translation>Token von {0} ausgeben</translation>
    </message>
    <message>
        <source>each month</source>
        <translation>im Monat</translation>
    </message>
    <message>
        <source>{0}, left</source>
        <translation>{0}, nicht mehr dabei</translation>
    </message>
    <message>
        <source>{0} member</source>
        <translation>{0} Mitglied</translation>
    </message>
    <message>
        <source>Organization</source>
        <translation>Organisation</translation>
    </message>
    <message>
        <source>Reads along; spends nothing.</source>
        <translation>Liest mit; gibt nichts aus.</translation>
    </message>
    <message>
        <source>each day of the subscription</source>
        <translation>an jedem Tag des Abos</translation>
    </message>
    <message>
        <source>Member …{0}</source>
        <translation>Mitglied …{0}</translation>
    </message>
    <message>
        <source>{0} open invitation</source>
        <translation>{0} offene Einladung</translation>
    </message>
    <message>
        <source>Chats with the shared tokens, sees to members, seats and payments.</source>
        <translation>Chattet mit den gemeinsamen Token, kümmert sich um Mitglieder, Plätze und Zahlungen.</translation>
    </message>
    <message>
        <source>suspended by the operator</source>
        <translation>vom Betreiber gesperrt</translation>
    </message>
    <message>
        <source>each day</source>
        <translation>am Tag</translation>
    </message>
    <message>
        <source>{0}, {1} free</source>
        <translation>{0}, {1} frei</translation>
    </message>
    <message>
        <source>being looked at by the operator</source>
        <translation>wird vom Betreiber geprüft</translation>
    </message>
    <message>
        <source>none free</source>
        <translation>keiner frei</translation>
    </message>
    <message>
        <source>{0} members</source>
        <translation>{0} Mitglieder</translation>
    </message>
    <message>
        <source>{0} of {1} seats taken</source>
        <translation>{0} von {1} Plätzen belegt</translation>
    </message>
    <message>
        <source>you are {0}</source>
        <translation>du bist {0}</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>Arbeitsbereich</translation>
    </message>
    <message>
        <source>{0} open invitations</source>
        <translation>{0} offene Einladungen</translation>
    </message>
    <message>
        <source>Chats with the shared tokens; sees their own part of the usage.</source>
        <translation>Chattet mit den gemeinsamen Token; sieht den eigenen Verbrauch.</translation>
    </message>
    <message>
        <source>in all</source>
        <translation>insgesamt</translation>
    </message>
    <message>
        <source>Builder</source>
        <translation>Mitarbeiter</translation>
    </message>
    <message>
        <source>payment outstanding</source>
        <translation>Zahlung offen</translation>
    </message>
    <message>
        <source>at most {0} {1}</source>
        <translation>höchstens {0} {1}</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>{0} (you)</source>
        <translation>{0} (du)</translation>
    </message>
    <message>
        <source>Admin</source>
        <translation>Admin</translation>
    </message>
    <message>
        <source>at most {0}</source>
        <translation>höchstens {0}</translation>
    </message>
    <message>
        <source>The link of the invitation</source>
        <translation>Der Link der Einladung</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Take this invitation back? Its link leads nowhere from then on.</source>
        <translation>Diese Einladung zurücknehmen? Ihr Link führt dann nirgends mehr hin.</translation>
    </message>
    <message>
        <source>It works once, until {0}, and is shown only now.</source>
        <translation>Er gilt einmal, bis {0}, und wird nur jetzt gezeigt.</translation>
    </message>
    <message>
        <source>E-mail address, or leave it empty for a link</source>
        <translation>E-Mail-Adresse, oder leer lassen für einen Link</translation>
    </message>
    <message>
        <source>I have it: forget the link</source>
        <translation>Ich habe ihn: Link vergessen</translation>
    </message>
    <message>
        <source>Invite</source>
        <translation>Einladen</translation>
    </message>
    <message>
        <source>By a link</source>
        <translation>Über einen Link</translation>
    </message>
    <message>
        <source>Inviting …</source>
        <translation>Lädt ein …</translation>
    </message>
    <message>
        <source>Take back: {0}</source>
        <translation>Zurücknehmen: {0}</translation>
    </message>
    <message>
        <source>until {0}</source>
        <translation>bis {0}</translation>
    </message>
    <message>
        <source>Open invitations</source>
        <translation>Offene Einladungen</translation>
    </message>
    <message>
        <source>The invitation is on its way to {0}.</source>
        <translation>Die Einladung an {0} ist unterwegs.</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Give this link to one person.</source>
        <translation>Gib diesen Link einer Person.</translation>
    </message>
    <message>
        <source>Invite somebody</source>
        <translation>Jemanden einladen</translation>
    </message>
    <message>
        <source>Copy the link</source>
        <translation>Link kopieren</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>dollars</source>
        <translation>Dollar</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Save the cap</source>
        <translation>Obergrenze speichern</translation>
    </message>
    <message>
        <source>Cap in {0}</source>
        <translation>Obergrenze in {0}</translation>
    </message>
    <message>
        <source>Remove {0}? They spend none of the shared tokens from now on, and their API keys here end. Chats that are stored on their computer stay there.</source>
        <translation>{0} entfernen? Von jetzt an gibt dieses Mitglied keine gemeinsamen Token mehr aus, und seine API-Schlüssel hier enden. Chats auf dem Rechner dort bleiben.</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Role of {0}</source>
        <translation>Rolle von {0}</translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation>{0} entfernen</translation>
    </message>
    <message>
        <source>{0} of {1}, {2}</source>
        <translation>{0} von {1}, {2}</translation>
    </message>
    <message>
        <source>no cap</source>
        <translation>ohne Grenze</translation>
    </message>
    <message>
        <source>Cap for {0}</source>
        <translation>Obergrenze für {0}</translation>
    </message>
    <message>
        <source>Nobody else belongs to it yet. An invitation is a link.</source>
        <translation>Noch gehört niemand sonst dazu. Eine Einladung ist ein Link.</translation>
    </message>
    <message>
        <source>Admins invite, change roles and set caps.</source>
        <translation>Admins laden ein, ändern Rollen und setzen Obergrenzen.</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>Plätze</translation>
    </message>
    <message>
        <source>Get more seats</source>
        <translation>Mehr Plätze holen</translation>
    </message>
</context>
<context>
    <name>WindowFiles</name>
    <message>
        <source>Export the chat</source>
        <translation>Chat exportieren</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>The picture could not be written: {0}</source>
        <translation>Das Bild konnte nicht geschrieben werden: {0}</translation>
    </message>
</context>
</TS>
