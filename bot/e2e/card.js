// Draws a card into an element of a page that has adaptivecards and markdown-it, and returns what the parser warned about.
// With opened, everything that buttons such as More reveal is drawn, too.
window.drawCard = (target, card, host, { opened = false } = {}) => {
  const { AdaptiveCard, HostConfig, SerializationContext, Versions } = window.AdaptiveCards;
  // Teams renders this part of Markdown only: emphasis, lists, links
  const off = ['image', 'table', 'code', 'fence', 'blockquote', 'heading', 'lheading', 'hr', 'html_block', 'html_inline', 'backticks', 'strikethrough'];
  const markdown = window.markdownit({ html: false, breaks: true }).disable(off);
  AdaptiveCard.onProcessMarkdown = (text, result) => Object.assign(result, { outputHtml: markdown.render(text), didProcess: true });

  target.replaceChildren();
  const shown = opened ? JSON.parse(JSON.stringify(card), (key, value) => (key === 'isVisible' ? undefined : value)) : card;
  const context = new SerializationContext(Versions.v1_5);
  const parsed = new AdaptiveCard();
  parsed.hostConfig = new HostConfig(host);
  parsed.parse(shown, context);
  const warnings = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message);
  warnings.push(...parsed.validateProperties().validationEvents.map((e) => e.message));
  const element = parsed.render();
  if (element) target.append(element);
  else warnings.push('the renderer drew nothing');
  // Teams knows these newer elements, and older clients their fallback; the renderer of 1.5 knows neither of the two.
  // More than six actions stand in its overflow menu, as in Teams.
  const expected = /Fallback will be used|Maximum number of actions exceeded|"choices\.data" is supported in version 1\.6|must have at least one choice defined/;
  return [...new Set(warnings)].filter((w) => !expected.test(w));
};
