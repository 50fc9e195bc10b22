// Package wording holds the words and forms that no text of okrbot has: in a card, a
// message, a page, an error or a document. Each has the reason and a better form. Its own
// test reads the gallery of cards, the pages, the documents and the texts in the source;
// the conversation scripts check with it all that okrbot sent. The package is for tests
// only.
//
// A new text that is refused gets better words. An exception needs a reason, and says in
// which text it is meant.
package wording
