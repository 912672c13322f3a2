/** What extended exports say of the person, the place and the device, under the names of all their versions. */
const PERSONAL_KEY =
  /(user_?name|user_agent\w*|ip_addr\w*|platform|conn_country|city|region|email\w*|birth\w*|gender|mobile\w*|phone\w*|address\w*|postal\w*)(["']?\s*:?\s*)([^\n]*?)(?=,\s*"|[\n}]|$)/gi;
const INTERNET_ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}/gi;
const ANY_VALUE = /(":\s*)([^\n]*?)(?=,\s*"|[\n}]|$)/g;

const dots = (text: string): string => '·'.repeat(text.length);

/** The text of an export as it may be shown: personal values are dots, also where quotes or commas are missing. */
export function withoutPersonal(text: string): string {
  return text
    .replace(PERSONAL_KEY, (_, key: string, between: string, value: string) => key + between + dots(value))
    .replace(INTERNET_ADDRESS, dots);
}

/** The text of a file that is no history: all its values are dots, since nobody knows what they are. */
export function withoutValues(text: string): string {
  return withoutPersonal(text.replace(ANY_VALUE, (_, before: string, value: string) => before + dots(value)));
}
