// Package cards makes the Adaptive Cards that people see: one pure function a
// card, domain values in, a [Card] out.
//
// Cards keep to schema 1.5, which is what Teams renders for bots, stay below
// [MaxBytes] and give every newer element a fallback. Buttons are Action.Execute
// with an Action.Submit of the same data as fallback; their data carries ids and
// a verb, never rights or state. Inputs come back as strings under their ids.
// Forms show first what is needed; the rest is folded behind a button that the
// client turns by itself. A field that does not fit a card is left out and named
// in the data of the button that saves, under "keep": it stays as it is.
//
// Text of people and of Azure DevOps passes through [Escape] where the card knows
// Markdown (text blocks and facts) and through [Plain] where it does not (labels,
// choices, button titles).
package cards
