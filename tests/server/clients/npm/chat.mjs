// What a user of the AI SDK writes: its openai-compatible provider with our address and a key.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, streamText, tool } from "ai";

const [address, key, what] = process.argv.slice(2);
const provider = createOpenAICompatible({
  name: "tuppence",
  baseURL: `${address}/v1`,
  apiKey: key,
  includeUsage: true,
});
const model = provider("openai/gpt-4o");
const weather = tool({
  description: "The weather of a city",
  inputSchema: jsonSchema({
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  }),
});

async function run() {
  if (what === "stream") {
    const result = streamText({ model, prompt: "Hello", maxOutputTokens: 50 });
    let text = "";
    for await (const piece of result.textStream) text += piece;
    return { text, usage: await result.usage, end: await result.finishReason };
  }
  const tools = what === "tool" ? { weather } : undefined;
  const result = await generateText({
    model, prompt: "Hello", maxOutputTokens: 50, maxRetries: 0, tools,
  });
  const calls = result.toolCalls.map((call) => ({ name: call.toolName, input: call.input }));
  return { text: result.text, usage: result.usage, end: result.finishReason, calls };
}

try {
  console.log(JSON.stringify(await run()));
} catch (error) {
  console.log(JSON.stringify({ error: error.message, status: error.statusCode ?? null }));
}
