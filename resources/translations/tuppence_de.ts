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
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Remove {0}</source>
        <translation>{0} entfernen</translation>
    </message>
</context>
<context>
    <name>Chips</name>
    <message>
        <source>is being read…</source>
        <translation>wird gelesen …</translation>
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
    <name>Composer</name>
    <message>
        <source>Pasted picture.png</source>
        <translation>Eingefügtes Bild.png</translation>
    </message>
    <message>
        <source>Pasted text.txt</source>
        <translation>Eingefügter Text.txt</translation>
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
</context>
<context>
    <name>Dialogs</name>
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
        <source>OpenAI, Anthropic, Google, OpenRouter, Mistral, DeepSeek, Groq and more. Kept in this computer's keyring; sent to nobody but its provider.</source>
        <translation>OpenAI, Anthropic, Google, OpenRouter, Mistral, DeepSeek, Groq und andere. Liegt im Schlüsselbund dieses Computers und geht nur an seinen Anbieter.</translation>
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
    <name>LongTextOffer</name>
    <message>
        <source>Attach it as a file</source>
        <translation>Als Datei anhängen</translation>
    </message>
    <message>
        <source>Put it in the message</source>
        <translation>In die Nachricht einfügen</translation>
    </message>
    <message>
        <source>The pasted text is long ({0} characters).</source>
        <translation>Der eingefügte Text ist lang ({0} Zeichen).</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Nothing was lost; the log says more.</source>
        <translation>Es ging nichts verloren; mehr steht im Protokoll.</translation>
    </message>
    <message>
        <source>Saving… – Tuppence</source>
        <translation>Speichern … – Tuppence</translation>
    </message>
    <message>
        <source>Something in the window went wrong ({0}).</source>
        <translation>Im Fenster ist etwas schiefgegangen ({0}).</translation>
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
        <source>Fold or open the billing panel</source>
        <translation>Kostenleiste ein- oder ausklappen</translation>
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
        <source>hears</source>
        <translation>hört</translation>
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
        <source>reads files</source>
        <translation>liest Dateien</translation>
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
</context>
<context>
    <name>Panes</name>
    <message>
        <source>Pane {0} of {1}</source>
        <translation>Bereich {0} von {1}</translation>
    </message>
</context>
<context>
    <name>QuoteLine</name>
    <message>
        <source>Cost of this message</source>
        <translation>Kosten dieser Nachricht</translation>
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
        <source>Sidebar</source>
        <translation>Seitenleiste</translation>
    </message>
    <message>
        <source>Your chats will be listed here.</source>
        <translation>Hier stehen bald deine Chats.</translation>
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
    <name>actions</name>
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
        <source>Usual text size</source>
        <translation>Übliche Schriftgröße</translation>
    </message>
    <message>
        <source>Your keys</source>
        <translation>Deine Schlüssel</translation>
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
        <source>Part of this sum is estimated: {0}</source>
        <translation>Ein Teil dieser Summe ist geschätzt: {0}</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
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
        <translation>etwa {0} Tokens Ausgabe, höchstens {1}</translation>
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
        <source>{0} min {1} s</source>
        <translation>{0} min {1} s</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} Tokens</translation>
    </message>
    <message>
        <source>{0}: {1} in, {2} out per million tokens</source>
        <translation>{0}: {1} Eingabe, {2} Ausgabe je Million Tokens</translation>
    </message>
</context>
</TS>
